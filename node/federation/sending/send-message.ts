import {
  advance,
  longestLifeMs,
  makeHeader,
  seal,
  type AnyMessage,
  type Bodies,
  type ConversationState,
  type Header,
  type MessageType,
  type Outcome,
} from '../../../protocol/index.ts';
import type { DecidedBy } from '../../disclosure/decide-disclosure.ts';
import type { Tx } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { sealText } from '../../leads/content-key.ts';
import { ledgerDisclosure } from '../ledger-leaves.ts';
import { headerEpoch } from '../restoration/header-epoch.ts';
import { signingKeyFor } from '../keys/signing-key.ts';
import { queueMessage } from './queue-message.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { isKeptSealed } from '../store/outbox-content.ts';

/** Messages that belong to a conversation. */
export type ConversationType = Exclude<
  MessageType,
  'Capabilities' | 'Receipt' | 'Problem' | 'Agreement' | 'KeyRollover' | 'Pull' | 'States'
>;

/** What is said next in a conversation. */
export interface Saying<T extends ConversationType = ConversationType> {
  readonly type: T;
  readonly body: Bodies[T];
  /** Epoch milliseconds, at most 14 days away (the default). */
  readonly expiresAt?: number;
  /** Its id, when the caller needs to know it; a fresh one when absent. */
  readonly messageId?: string;
  /** What it answers. */
  readonly inReplyTo?: Header['inReplyTo'];
  /** Epoch milliseconds: not to be sent earlier. */
  readonly notBefore?: number;
  /** What shows something of the lead: what decided on it, and on the partner. */
  readonly decidedBy?: DecidedBy | undefined;
  /** What else changes in the conversation with it. */
  readonly change?: Partial<Conversation>;
}

/** Whether the protocol allows a message of this type (of answers: with this outcome) now. */
export const maySay = ({ side, state, round }: Conversation, type: ConversationType, outcome?: Outcome): boolean =>
  typeof advance({ state: state as ConversationState, round }, { side, direction: 'sent', type, round, outcome }) ===
  'object';

/**
 * Seals a message once and puts it into the outbox: conversation, counter and document commit together, and every retry
 * sends the same bytes. Error `illegal-transition` when the conversation's state does not allow it.
 */
export async function sendMessage<T extends ConversationType>(
  tx: Tx,
  conversation: Conversation,
  saying: Saying<T>,
): Promise<Conversation> {
  const { side, round } = conversation;
  const point = { state: conversation.state as ConversationState, round: saying.type === 'Offer' ? round - 1 : round };
  const { body } = saying;
  const outcome = 'outcome' in body ? body.outcome : undefined;
  const next = advance(point, { side, direction: 'sent', type: saying.type, round, outcome });
  if (typeof next === 'string')
    throw new CodedError(next, 409, `${saying.type} cannot be sent while the conversation is ${conversation.state}.`);
  const { digest, seq } = await sealIntoOutbox(tx, conversation, saying);
  return updateConversation(tx, conversation, {
    ...saying.change,
    ...(saying.type === 'Offer' && { offerDigest: digest }),
    state: next.state,
    sentSeq: seq,
    sentDigest: digest,
  });
}

/** Seals and stores; the caller moves the conversation. `effectKey` is given when a message is replayed. */
export async function sealIntoOutbox<T extends ConversationType>(
  tx: Tx,
  conversation: Conversation,
  saying: Saying<T> & { effectKey?: string },
): Promise<{ messageId: string; digest: string; seq: number }> {
  const header = { ...writeHeader(tx, conversation, saying), ...(await headerEpoch(tx)) };
  const { messageId, seq } = header;
  const { xml, digest, proof } = seal(
    { header, body: saying.body } as AnyMessage,
    await signingKeyFor(tx, conversation.peerId),
  );
  await queueMessage(tx, {
    messageId,
    peerId: conversation.peerId,
    conversationId: conversation.conversationId,
    seq,
    type: saying.type,
    digest,
    document: await keepDocument(tx, conversation, saying.type, xml),
    proof,
    effectKey: saying.effectKey ?? messageId,
    dueAt: Math.max(tx.clock.now(), saying.notBefore ?? 0),
    expiresAt: Date.parse(header.expires),
  });
  await ledgerDisclosure(tx, conversation, saying, { messageId, digest, seq });
  return { messageId, digest, seq };
}

/** The order to delete a lead is sent when its key is destroyed. */
const keepDocument = async (tx: Tx, { contentKeyId }: Conversation, type: ConversationType, xml: string) =>
  contentKeyId === null || !isKeptSealed(type) ? xml : sealText(tx, contentKeyId, xml);

function writeHeader(tx: Tx, conversation: Conversation, { type, expiresAt, messageId, inReplyTo }: Saying) {
  const now = tx.clock.now();
  const seq = conversation.sentSeq + 1;
  const header = makeHeader({
    type,
    from: tx.config.nodeId,
    to: conversation.peerId,
    now,
    conversation: conversation.conversationId,
    round: conversation.round,
    seq,
    inReplyTo,
    ...(expiresAt !== undefined && { lifeMs: Math.min(Math.max(expiresAt - now, 1), longestLifeMs) }),
  });
  const { sentDigest, agreementId, agreementDigest } = conversation;
  return {
    ...header,
    ...(agreementId !== null && agreementDigest !== null && { agreement: agreementId, agreementDigest }),
    seq,
    messageId: messageId ?? tx.ids.uuid(),
    ...(sentDigest !== null && { prevDigest: sentDigest }),
  };
}
