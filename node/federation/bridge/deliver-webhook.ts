import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { intend } from '../../kernel/jobs.ts';
import { openText } from '../../leads/content-key.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { releaseAway } from '../../routing/release-away.ts';
import { getRecipient } from '../../routing/store/recipients.ts';
import { holdStillAbout } from '../hold-still.ts';
import { guardedFetch, type PeerFetch } from '../sending/guarded-fetch.ts';
import { answeredBy, failedBy, tellPeerChange } from '../peers/peer-health.ts';
import { planRetry } from '../sending/plan-retry.ts';
import { allowanceOf, getHealth, getPeer, type Peer } from '../store/peers.ts';
import { findWebhookMessage, getWebhook, listToldOf, updateWaitingWebhook } from '../store/webhooks.ts';
import type { WebhookMessage } from '../store/webhooks.ts';
import { untold } from '../privacy/consent-away.ts';
import { requestUnheard } from '../privacy/privacy-due.ts';
import { unaskAway } from './ask-away.ts';
import type { WebhookEvent } from './map-lead.ts';
import { deliverKind, type DeliverWebhook } from './queue-webhook.ts';
import { secretsOf } from './secrets.ts';
import { signWebhook } from './webhook-signature.ts';

/** What people may send again by hand. */
const replayed: readonly WebhookEvent[] = ['lead.released', 'lead.consent-changed'];
/** How long a message of a suspended partner waits before somebody looks again. */
const suspendedMilliseconds = 15 * 60_000;

/** One way out for all webhooks of a node; a request ends by its own deadline. */
const makeFetch = (): PeerFetch => guardedFetch(new AbortController().signal);

/** Posts a webhook that is due, and stores what came of it. What cannot be told now is tried again later. */
export async function deliverWebhook(ctx: Context, { messageId }: DeliverWebhook): Promise<void> {
  const message = await findWebhookMessage(ctx, messageId);
  if (message?.state !== 'waiting') return;
  const peer = await getPeer(ctx, message.peerId);
  const waitUntil = await findObstacle(ctx, peer, message);
  const now = ctx.clock.now();
  if (now >= message.expiresAt) return transact(ctx, (tx) => giveUp(tx, message));
  if (waitUntil !== undefined)
    return transact(ctx, (tx) => planAnew(tx, message, Math.min(waitUntil, message.expiresAt)));
  // Counted before it leaves: whoever crashes here may have been heard.
  const attempts = message.attempts + 1;
  if (!(await transact(ctx, (tx) => updateWaitingWebhook(tx, messageId, { attempts })))) return;
  const attempt = await post(ctx, peer, message);
  await transact(ctx, (tx) => settle(tx, { ...message, attempts }, { ...attempt, beganAt: now }));
}

/** Until when it has no use to try: the partner is suspended or rests, or something earlier is on its way to it. */
async function findObstacle(ctx: Context, peer: Peer, message: WebhookMessage): Promise<number | undefined> {
  const now = ctx.clock.now();
  if (peer.state !== 'active') return now + suspendedMilliseconds;
  const { openUntil } = await getHealth(ctx, peer.nodeId);
  if (openUntil !== null && openUntil > now) return openUntil;
  const told = await listToldOf(ctx, message.recipientId);
  const earlier = told.find(({ messageId, state }) => messageId < message.messageId && state === 'waiting');
  return earlier && Math.max(earlier.dueAt, now) + 1_000;
}

/** What came of an attempt: `code` says why it failed. */
interface Attempt {
  readonly code?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

async function post(ctx: Context, peer: Peer, { messageId, body: kept, peerId }: WebhookMessage): Promise<Attempt> {
  const body = (await openText(ctx, kept)) ?? '';
  const secrets = secretsOf(ctx, await getWebhook(ctx, peerId), 'to');
  const timestamp = Math.floor(ctx.clock.now() / 1000);
  const signed = signWebhook(secrets, { id: messageId, timestamp, body });
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...signed };
  const request = {
    url: peer.endpoint,
    init: { method: 'POST', redirect: 'manual', headers, body },
  } as const;
  try {
    return await ctx.memory(makeFetch)(ctx, { request, allowance: allowanceOf(peer), read: readAnswer });
  } catch (error) {
    if (error instanceof CodedError) return { code: error.code };
    throw error;
  }
}

/** Only the status counts; whatever else they say is not read. */
async function readAnswer(response: Response): Promise<Attempt> {
  await response.body?.cancel();
  if (response.ok) return {};
  const seconds = Number(response.headers.get('retry-after'));
  return { code: `http-${response.status}`, ...(Number.isFinite(seconds) && seconds > 0 && { retryAfter: seconds }) };
}

async function settle(tx: Tx, message: WebhookMessage, attempt: Attempt & { beganAt: number }): Promise<void> {
  const { messageId, peerId, recipientId, type } = message;
  const { code, retryAfter, beganAt } = attempt;
  await holdStillAbout(tx, { recipientId });
  if (code === undefined) {
    const done = { state: 'delivered', body: null, code: null, answeredAt: tx.clock.now() } as const;
    if (await updateWaitingWebhook(tx, messageId, done)) {
      await appendLeaf(tx, 'webhook-taken', { peer: peerId, message: messageId, type, digest: message.digest });
      if (type === 'lead.released') await releaseAway(tx, recipientId);
    }
    return answeredBy(tx, peerId);
  }
  await failedBy(tx, peerId, { code, beganAt });
  const random = tx.ids.random(4).readUInt32BE() / 2 ** 32;
  const { attempts, expiresAt } = message;
  const dueAt = planRetry({ attempts, now: tx.clock.now(), expiresAt, random, retryAfter }) ?? expiresAt;
  await planAnew(tx, message, dueAt, code);
}

async function planAnew(tx: Tx, { messageId }: WebhookMessage, dueAt: number, code?: string): Promise<void> {
  const change = { dueAt, ...(code !== undefined && { code }) };
  if (!(await updateWaitingWebhook(tx, messageId, change))) return;
  await intend(tx, { kind: deliverKind, payload: { messageId } satisfies DeliverWebhook, dueAt });
}

/** Its time is over: an offer ends by itself; a release or a change of consent that did not arrive is for people to look into. */
async function giveUp(tx: Tx, { messageId, peerId, recipientId, type, digest, code }: WebhookMessage): Promise<void> {
  await holdStillAbout(tx, { recipientId });
  const told = await listToldOf(tx, recipientId);
  // A later one of its kind tells more: this one is of no use any more.
  const isLast = !told.some((other) => other.type === type && other.messageId > messageId);
  const forgotten = isLast && replayed.includes(type) ? {} : { body: null };
  const over = { ...forgotten, state: 'dead', code: code ?? 'expired', answeredAt: tx.clock.now() } as const;
  if (!(await updateWaitingWebhook(tx, messageId, over))) return;
  tx.log.error('webhook-dead', { peerId, messageId, messageType: type });
  await appendLeaf(tx, 'message-dead', { peer: peerId, message: messageId, type, digest });
  if (type === 'lead.recall-requested') await unaskAway(tx, { peerId, recipientId, messageId, code: over.code });
  if (type === 'lead.erased') await requestUnheard(tx, { peerId, messageId }, over.code);
  if (type === 'lead.consent-changed' && isLast) await untold(tx, await getRecipient(tx, recipientId), over.code);
  await tellPeerChange(tx, peerId);
}
