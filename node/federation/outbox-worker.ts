import { transact, type Context } from '../kernel/context.ts';
import type { Worker } from '../kernel/workers.ts';
import { maySend } from './decide-breaker.ts';
import { deliver } from './deliver.ts';
import { guardedFetch, type PeerFetch } from './guarded-fetch.ts';
import { isExpired, settleAttempt, settleExpired, tryAgain } from './settle-attempt.ts';
import { findNextDueAt, listDue, listPeersWithWaiting, type OutboxMessage } from './store/outbox.ts';
import { getHealth } from './store/peers.ts';

/** Messages on their way, by peer: memory of this process only; a peer takes a message twice without harm. */
type OnTheWay = Map<string, Set<string>>;

/**
 * Delivers what waits: per conversation one message at a time, per peer several at once, each peer at its own pace. Goes on
 * while anything is on its way, so that a slow peer holds up nobody else.
 */
export function makeOutboxWorker(): Worker {
  const ending = new AbortController();
  const fetchPeer = guardedFetch(ending.signal);
  return {
    name: 'outbox',
    async runDue(ctx) {
      const onTheWay: OnTheWay = new Map();
      const running = new Set<Promise<void>>();
      const wakes = listenForWakes(ctx);
      let started = 0;
      try {
        for (;;) {
          const heard = wakes.next();
          const messages = ending.signal.aborted ? [] : await listSendable(ctx, onTheWay);
          for (const message of messages) {
            started++;
            const sending = send(ctx, message, { fetchPeer, ending: ending.signal }).finally(() => {
              running.delete(sending);
              onTheWay.get(message.peerId)?.delete(message.messageId);
            });
            running.add(sending);
          }
          if (running.size === 0) return started;
          await Promise.race([...running, heard]);
        }
      } finally {
        wakes.stop();
      }
    },
    nextDueAt,
    stop() {
      ending.abort();
    },
  };
}

/** Lets a loop that waits for deliveries hear of new messages. */
function listenForWakes(ctx: Context) {
  let wake = () => {};
  const forget = ctx.bus.onWake('outbox', () => wake());
  return {
    next: () => new Promise<void>((resolve) => (wake = resolve)),
    stop: forget,
  };
}

async function listSendable(ctx: Context, onTheWay: OnTheWay): Promise<OutboxMessage[]> {
  const now = ctx.clock.now();
  const sendable: OutboxMessage[] = [];
  for (const peerId of await listPeersWithWaiting(ctx, now)) {
    const busy = onTheWay.get(peerId) ?? new Set<string>();
    const allowed = maySend(await getHealth(ctx, peerId), now);
    if (allowed <= busy.size) continue;
    const due = await listDue(ctx, peerId, now, allowed + busy.size);
    const fresh = due.filter(({ messageId }) => !busy.has(messageId)).slice(0, allowed - busy.size);
    for (const { messageId } of fresh) busy.add(messageId);
    onTheWay.set(peerId, busy);
    sendable.push(...fresh);
  }
  return sendable;
}

interface Way {
  readonly fetchPeer: PeerFetch;
  readonly ending: AbortSignal;
}

/** One attempt and what comes of it. An answer whose effect fails counts as silence, so that one message cannot block all. */
async function send(ctx: Context, message: OutboxMessage, { fetchPeer, ending }: Way): Promise<void> {
  if (isExpired(ctx, message)) return transact(ctx, (tx) => settleExpired(tx, message));
  const attempt = await deliver(ctx, fetchPeer, message);
  if (attempt.kind === 'silence' && ending.aborted) return;
  try {
    await transact(ctx, (tx) => settleAttempt(tx, message, attempt));
  } catch (error) {
    const { peerId, messageId } = message;
    ctx.log.error('delivery-not-settled', { peerId, messageId, error });
    await transact(ctx, (tx) => tryAgain(tx, message, { code: 'effect-failed' }));
  }
}

async function nextDueAt(ctx: Context): Promise<number | undefined> {
  const times: number[] = [];
  for (const peerId of await listPeersWithWaiting(ctx)) {
    const { openUntil } = await getHealth(ctx, peerId);
    if (openUntil !== null && openUntil > ctx.clock.now()) times.push(openUntil);
    else times.push((await findNextDueAt(ctx, peerId)) ?? Infinity);
  }
  const next = Math.min(...times);
  return Number.isFinite(next) ? next : undefined;
}
