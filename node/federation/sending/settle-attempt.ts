import type { Context, Tx } from '../../kernel/context.ts';
import type { Attempt, ProblemFacts, Silence } from './deliver.ts';
import { onDead, onKnown, onReceipt, onRefused } from './delivery-effects.ts';
import { ledgerAnswerGot, ledgerDead } from '../ledger-leaves.ts';
import { answeredBy, failedBy, noteError, tellPeerChange } from '../peers/peer-health.ts';
import { isThereAlready } from './may-have-arrived.ts';
import { planDailyRetry, planRetry } from './plan-retry.ts';
import { appendSecurityEvent } from '../store/peers.ts';
import { holdStillAbout } from '../hold-still.ts';
import { findConversation } from '../store/conversations.ts';
import { witnessCheckpoint } from '../witness/witness-checkpoint.ts';
import { takeDepartureBack, updateWaiting, type OutboxMessage } from '../store/outbox.ts';

/** A message, and when its last attempt began. */
export interface Sent {
  readonly message: OutboxMessage;
  /** Epoch milliseconds. */
  readonly beganAt: number;
}

/** Stores what came of an attempt, with its effect, in one transaction. Nothing happens when the message's fate was decided meanwhile. */
export async function settleAttempt(tx: Tx, sent: Sent, attempt: Attempt): Promise<void> {
  const { message } = sent;
  if (attempt.kind === 'silence') {
    await settleSilence(tx, sent, attempt);
    if (!attempt.left) await takeDepartureBack(tx, message.messageId);
    return;
  }
  await holdStillAbout(tx, message);
  await settleAnswer(tx, message, attempt);
  // Last, as in every other transaction: this row is shared by all messages to the peer.
  await answeredBy(tx, message.peerId);
}

async function settleAnswer(tx: Tx, message: OutboxMessage, attempt: Exclude<Attempt, Silence>): Promise<void> {
  if (attempt.kind === 'receipt') {
    if (!(await close(tx, message, { state: 'delivered', answer: attempt.text, code: null }))) return;
    await ledgerAnswerGot(tx, message, attempt);
    await witnessCheckpoint(tx, message.peerId, attempt);
    await onReceipt(tx, message);
    return;
  }
  const { problem, text } = attempt;
  if (problem.retryable) return tryAgain(tx, message, { code: problem.code, retryAfter: problem.retryAfter });
  if (message.type === 'NoLongerAvailable' && (problem.code === 'illegal-transition' || problem.code === 'erased')) {
    // The peer never took the offer that is over: nothing to tell, nothing to look into.
    await close(tx, message, { state: 'cancelled', answer: text, code: problem.code });
    return;
  }
  const isThere = await isThereAlready(tx, message, problem.code);
  const state = isThere ? 'delivered' : 'refused';
  if (!(await close(tx, message, { state, answer: text, code: problem.code }))) return;
  await ledgerAnswerGot(tx, message, { text, code: problem.code });
  await (isThere ? onKnown(tx, message) : refuse(tx, message, problem));
}

/** A message whose time is over gets no further attempt. */
export async function settleExpired(tx: Tx, message: OutboxMessage): Promise<void> {
  await holdStillAbout(tx, message);
  const answer = { answer: null, code: message.code ?? 'expired' };
  if (await isOver(tx, message)) {
    await close(tx, message, { ...answer, state: 'cancelled' });
    return;
  }
  if (!(await close(tx, message, { ...answer, state: 'dead' }))) return;
  tx.log.error('message-dead', { peerId: message.peerId, messageId: message.messageId, messageType: message.type });
  await tellPeerChange(tx, message.peerId);
  await ledgerDead(tx, message);
  await onDead(tx, message);
}

/** The conversation ended meanwhile: whether the peer ever got this makes no difference any more. */
async function isOver(tx: Tx, message: OutboxMessage): Promise<boolean> {
  if (message.type !== 'Offer' && message.type !== 'Award') return false;
  return (await findConversation(tx, message))?.state === 'closed';
}

async function refuse(tx: Tx, message: OutboxMessage, { code }: ProblemFacts): Promise<void> {
  const { peerId, messageId, type } = message;
  tx.log.warn('message-refused-by-peer', { peerId, messageId, messageType: type, code });
  if (code === 'conflict') await appendSecurityEvent(tx, { peerId, messageId, code: 'refused-as-conflict' });
  await onRefused(tx, message, code);
}

/** Unsigned answers and silence steer only when the next attempt is made. */
async function settleSilence(tx: Tx, sent: Sent, { code, status, retryAfter }: Silence): Promise<void> {
  const { message, beganAt } = sent;
  const { peerId, messageId, expiresAt } = message;
  if (status === 401) {
    tx.log.error('peer-refuses-us', { peerId, messageId });
    await noteError(tx, peerId, code);
    const dueAt = planDailyRetry(tx.clock.now(), expiresAt);
    await updateWaiting(tx, messageId, { attempts: message.attempts + 1, code, dueAt: dueAt ?? expiresAt });
    return;
  }
  if (status === 429 || (status === 503 && retryAfter !== undefined)) {
    await noteError(tx, peerId, code);
    return tryAgain(tx, message, { code, retryAfter });
  }
  if (await failedBy(tx, peerId, { code, beganAt })) return tryAgain(tx, message, { code, retryAfter });
  // The peer rests: the message is due whenever it is tried again.
  await updateWaiting(tx, messageId, { dueAt: tx.clock.now() });
}

/** Plans the next attempt. */
export async function tryAgain(
  tx: Tx,
  { messageId, attempts, expiresAt }: OutboxMessage,
  { code, retryAfter }: { code: string; retryAfter?: number | undefined },
): Promise<void> {
  const made = attempts + 1;
  const random = tx.ids.random(4).readUInt32BE() / 2 ** 32;
  const dueAt = planRetry({ attempts: made, now: tx.clock.now(), expiresAt, random, retryAfter });
  await updateWaiting(tx, messageId, { attempts: made, code, dueAt: dueAt ?? expiresAt });
}

const close = (tx: Tx, { messageId }: OutboxMessage, change: Partial<OutboxMessage>): Promise<boolean> =>
  updateWaiting(tx, messageId, { ...change, answeredAt: tx.clock.now() });

/** Whether a message may not be sent any more. */
export const isExpired = (ctx: Context, { expiresAt }: OutboxMessage): boolean => ctx.clock.now() >= expiresAt;
