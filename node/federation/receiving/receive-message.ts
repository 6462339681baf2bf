import {
  checkHeader,
  isRetryable,
  open,
  problemFor,
  problemStatus,
  ProtocolError,
  receiptFor,
  seal,
  type Answered,
  type Opened,
  type ProblemCode,
} from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { findLastCheckpoint } from '../../ledger/last-checkpoint.ts';
import { applyMessage } from './apply-message.ts';
import { claimBytes, tooManyBytes } from './bytes-under-way.ts';
import { ledgerAnswerGiven } from '../ledger-leaves.ts';
import { findKeyOf, findPinnedPeer, isKeyInForce, peekSender, type PinnedPeer } from '../keys/pinned-keys.ts';
import { heardFrom } from '../peers/peer-health.ts';
import { countRefusal } from './count-refusals.ts';
import { Refusal } from './refusal.ts';
import { headerEpoch } from '../restoration/header-epoch.ts';
import { heedEpoch } from '../restoration/return-states.ts';
import { sealArrival } from './seal-arrival.ts';
import { sampleForSecondOpinion } from './second-opinion.ts';
import { signingKeyFor } from '../keys/signing-key.ts';
import { idMemoryMilliseconds, insertInbox, type InboxMessage } from '../store/inbox.ts';
import { appendSecurityEvent } from '../store/peers.ts';
import { takeQuota } from './take-quota.ts';

/** What a message is answered with; without `xml` the constant answer to strangers. */
export interface ExchangeAnswer {
  readonly status: number;
  readonly xml?: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** The code of the Problem, if it is one. */
  readonly code?: ProblemCode;
  /** The same message came before: this is its first answer again. */
  readonly repeated?: true;
}

const unauthenticated: ExchangeAnswer = { status: 401 };
const suspensionSeconds = 3600;

/**
 * Takes one message: its effect, its place in the inbox and its signed receipt commit together, and only then it is
 * answered. A repetition gets the first answer, byte for byte. Strangers get nothing but a constant 401.
 */
export async function receiveMessage(ctx: Context, bytes: Uint8Array): Promise<ExchangeAnswer> {
  const arrival = await openArrival(ctx, bytes);
  if ('status' in arrival) return arrival;
  const release = claimBytes(ctx, arrival.sender.peer.nodeId, bytes.byteLength);
  if (!release) return answerFailure(ctx, { ...arrival, error: tooManyBytes() });
  return takeIn(ctx, arrival).finally(release);
}

/** Whom a document claims to be from. */
type FindSender = (nodeId: string) => Promise<PinnedPeer | undefined>;

/** Proves who sent a document, and reads it; answers at once what is not proven or cannot be read. Changes nothing. */
export async function openArrival(
  ctx: Context,
  bytes: Uint8Array,
  findSender: FindSender = (nodeId) => findPinnedPeer(ctx, nodeId),
): Promise<Arrival | ExchangeAnswer> {
  const sender = await findSender(peekSender(bytes) ?? '');
  let opened: Opened;
  try {
    opened = open(bytes, sender ? findKeyOf(sender) : () => undefined);
  } catch (error) {
    if (error instanceof ProtocolError) return answerUnreadable(ctx, error);
    throw error;
  }
  if (!sender) return unauthenticated;
  return { sender, opened, document: Buffer.from(bytes).toString('utf8') };
}

/** Stores a proven message with its effect and answers it, as `receiveMessage` does. */
export async function takeIn(ctx: Context, arrival: Arrival): Promise<ExchangeAnswer> {
  const { sender, opened } = arrival;
  try {
    await admitMessage(ctx, arrival);
    return await storeAndApply(ctx, arrival);
  } catch (error) {
    return answerFailure(ctx, { sender, opened, error });
  }
}

/** Throws a Refusal for a message that is not to be taken now, whatever it says: by its key, audience, time or number. */
async function admitMessage(ctx: Context, { sender, opened }: Arrival): Promise<void> {
  checkSender(ctx, sender, opened);
  await takeQuota(ctx, sender.peer.nodeId, 'received');
}

/** What came in, with the peer that proved to have sent it. */
export interface Arrival {
  readonly sender: PinnedPeer;
  readonly opened: Opened;
  readonly document: string;
}

async function answerUnreadable(ctx: Context, error: ProtocolError): Promise<ExchangeAnswer> {
  ctx.log.warn('message-refused', { code: error.code, peerId: error.sender?.from });
  const { from, messageId, digest } = error.sender ?? {};
  if (from === undefined || messageId === undefined || digest === undefined) return unauthenticated;
  const code = error.code === 'not-understood' ? error.code : 'schema';
  countRefusal(ctx, code, from);
  return sealProblem(ctx, { from, messageId, digest }, new Refusal(code, error.detail));
}

function checkSender(ctx: Context, sender: PinnedPeer, opened: Opened): void {
  const { header } = opened.message;
  const now = ctx.clock.now();
  if (!isKeyInForce(sender, opened.kid, now))
    throw new Refusal('key-revoked', 'This key is not in force.', { securityEvent: 'revoked-key-used' });
  const wrong = checkHeader(header, ctx.config.nodeId, now);
  if (wrong) throw new Refusal(wrong, 'The message is not for this node, or not for this time.');
  if (sender.peer.state !== 'active')
    throw new Refusal('overloaded', 'The exchange is suspended here.', { retryAfter: suspensionSeconds });
}

async function storeAndApply(ctx: Context, arrival: Arrival): Promise<ExchangeAnswer> {
  const { sender, opened } = arrival;
  return transact(ctx, async (tx) => {
    const xml = await sealReceipt(tx, opened);
    const row = describeArrival(tx, arrival, { answer: xml, code: null });
    const stored = await insertInbox(tx, { ...row, document: await sealArrival(tx, arrival) });
    if (stored) return repeatAnswer(opened, stored);
    await applyMessage(tx, { peer: sender.peer, opened, document: arrival.document });
    await ledgerAnswerGiven(tx, opened, xml);
    await heedEpoch(tx, sender.peer.nodeId, opened.message.header.epoch);
    await heardFrom(tx, sender.peer.nodeId);
    const { messageId } = opened.message.header;
    await sampleForSecondOpinion(tx, { peerId: sender.peer.nodeId, messageId, kid: opened.kid });
    return { status: 200, xml };
  });
}

/** With the last checkpoint of our ledger, so that each partner is a witness of it. */
async function sealReceipt(tx: Tx, opened: Opened): Promise<string> {
  const { header, body } = receiptFor(opened, answering(tx));
  const log = await findLastCheckpoint(tx);
  const key = await signingKeyFor(tx, header.to);
  return seal({ header: { ...header, ...(log && { log }), ...(await headerEpoch(tx)) }, body }, key).xml;
}

function describeArrival(
  tx: Tx,
  { sender, opened, document }: Arrival,
  { answer, code }: Pick<InboxMessage, 'answer' | 'code'>,
): InboxMessage {
  const { messageId, type, conversation, expires } = opened.message.header;
  return {
    peerId: sender.peer.nodeId,
    messageId,
    digest: opened.digest,
    type,
    conversationId: conversation ?? null,
    document: code === null ? document : null,
    proof: code === null ? opened.proof : null,
    answer,
    code,
    receivedAt: tx.clock.now(),
    expiresAt: Date.parse(expires),
    // What was taken of a lead is kept with it.
    trimAt: code === null && conversation !== undefined ? null : Date.parse(expires) + idMemoryMilliseconds,
  };
}

/** The first answer again; two messages under one id prove that the sender tells two stories. */
function repeatAnswer(opened: Opened, { digest, answer, code }: InboxMessage): ExchangeAnswer {
  if (digest !== opened.digest)
    throw new Refusal('conflict', 'Another message came under this id.', { securityEvent: 'message-id-reused' });
  return {
    status: code === null ? 200 : problemStatus[code as keyof typeof problemStatus],
    xml: answer,
    repeated: true,
  };
}

/** Answers what a message was refused for, signed; what must never have an effect later is kept with its answer, and told to people. */
export async function answerFailure(
  ctx: Context,
  { sender, opened, error }: { sender: PinnedPeer; opened: Opened; error: unknown },
): Promise<ExchangeAnswer> {
  const { messageId, type } = opened.message.header;
  const peerId = sender.peer.nodeId;
  const refusal = error instanceof Refusal ? error : new Refusal('internal', 'Something went wrong here.');
  const facts = { peerId, messageId, messageType: type, code: refusal.problem };
  if (refusal === error) ctx.log.warn('message-refused', facts);
  else ctx.log.error('message-failed', { ...facts, error });
  const answered = { from: peerId, messageId, digest: opened.digest };
  const answer = await sealProblem(ctx, answered, refusal);
  if (!isRemembered(refusal)) countRefusal(ctx, refusal.problem, peerId);
  if (isRetryable(refusal.problem)) return answer;
  if (isRemembered(refusal)) {
    const tooMany = await takeQuota(ctx, peerId, 'refused').catch((rate: unknown) => rate);
    if (tooMany instanceof Refusal) {
      countRefusal(ctx, tooMany.problem, peerId);
      return sealProblem(ctx, answered, tooMany);
    }
  }
  return transact(ctx, async (tx) => {
    const { securityEvent: code } = refusal;
    if (code) await appendSecurityEvent(tx, { peerId, code, messageId, facts: { digest: opened.digest } });
    if (!isRemembered(refusal)) return answer;
    const row = describeArrival(
      tx,
      { sender, opened, document: '' },
      { answer: answer.xml ?? '', code: refusal.problem },
    );
    const stored = await insertInbox(tx, row);
    if (!stored) await ledgerAnswerGiven(tx, opened, row.answer, refusal.problem);
    else if (stored.digest !== opened.digest) tx.afterCommit(() => countRefusal(ctx, refusal.problem, peerId));
    return stored?.digest === opened.digest ? repeatAnswer(opened, stored) : answer;
  });
}

/**
 * Refusals that hang on the state of the conversation are kept, so that the same message never has an effect later. The others
 * are counted: whoever floods this node makes it store nothing.
 */
const isRemembered = ({ problem }: Refusal): boolean =>
  !isRetryable(problem) && !['audience', 'expired', 'key-revoked'].includes(problem);

async function sealProblem(ctx: Context, answered: Answered, refusal: Refusal): Promise<ExchangeAnswer> {
  const { problem: code, message: text, retryAfter } = refusal;
  const body = { code, text, ...(retryAfter !== undefined && { retryAfter }) };
  const problem = problemFor(answered, body, answering(ctx));
  const header = { ...problem.header, ...(await headerEpoch(ctx)) };
  return {
    status: problemStatus[code],
    xml: seal({ ...problem, header }, await signingKeyFor(ctx, answered.from)).xml,
    retryAfter,
    code,
  };
}

const answering = (ctx: Context) => ({ nodeId: ctx.config.nodeId, now: ctx.clock.now() });
