import { transact, type Context } from '../kernel/context.ts';
import type { Worker } from '../kernel/workers.ts';
import { maySend } from './decide-breaker.ts';
import { deliver } from './deliver.ts';
import { guardedFetch, type PeerFetch } from './guarded-fetch.ts';
import { isExpired, settleAttempt, settleExpired, tryAgain } from './settle-attempt.ts';
import { findNextDueAt, leaseDue, listPeersWithWaiting, updateWaiting, type OutboxMessage } from './store/outbox.ts';
import { getHealth } from './store/peers.ts';

/** Messages on their way from this process, by peer. */
type OnTheWay = Map<string, number>;

/** For so long a message is ours; a process that does not renew this is taken for dead, and the message is sent again. */
const leaseMilliseconds = 10_000;

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
          const messages = ending.signal.aborted ? [] : await leaseSendable(ctx, onTheWay);
          for (const message of messages) {
            started++;
            const sending = send(ctx, message, { fetchPeer, ending: ending.signal }).finally(() => {
              running.delete(sending);
              onTheWay.set(message.peerId, (onTheWay.get(message.peerId) ?? 1) - 1);
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

/** Takes what may go out now, for each peer as many messages as it can have on their way. */
async function leaseSendable(ctx: Context, onTheWay: OnTheWay): Promise<OutboxMessage[]> {
  const now = ctx.clock.now();
  const leased: OutboxMessage[] = [];
  for (const peerId of await listPeersWithWaiting(ctx, now)) {
    const busy = onTheWay.get(peerId) ?? 0;
    const limit = maySend(await getHealth(ctx, peerId), now) - busy;
    // Several at once share a statement and a commit; the next answer comes soon.
    if (limit <= 0 || limit < busy) continue;
    const messages = await transact(ctx, (tx) => leaseDue(tx, peerId, { limit, leaseEndsAt: now + leaseMilliseconds }));
    onTheWay.set(peerId, busy + messages.length);
    leased.push(...messages);
  }
  return leased;
}

/** Goes on leasing a message that takes long; returns how to end that. */
function keepLease(ctx: Context, { messageId }: OutboxMessage): () => void {
  let cancel = () => {};
  const renewLater = () => {
    cancel = ctx.clock.after(leaseMilliseconds / 2, () => {
      const dueAt = ctx.clock.now() + leaseMilliseconds;
      transact(ctx, (tx) => updateWaiting(tx, messageId, { dueAt })).catch((error: unknown) =>
        ctx.log.warn('lease-not-renewed', { messageId, error }),
      );
      renewLater();
    });
  };
  renewLater();
  return () => cancel();
}

interface Way {
  readonly fetchPeer: PeerFetch;
  readonly ending: AbortSignal;
}

/** One attempt and what comes of it. An answer whose effect fails counts as silence, so that one message cannot block all. */
async function send(ctx: Context, message: OutboxMessage, { fetchPeer, ending }: Way): Promise<void> {
  if (isExpired(ctx, message)) return transact(ctx, (tx) => settleExpired(tx, message));
  const release = keepLease(ctx, message);
  const beganAt = ctx.clock.now();
  const attempt = await deliver(ctx, fetchPeer, message).finally(release);
  if (attempt.kind === 'silence' && ending.aborted) return putBack(ctx, message);
  try {
    await transact(ctx, (tx) => settleAttempt(tx, { message, beganAt }, attempt));
  } catch (error) {
    const { peerId, messageId } = message;
    ctx.log.error('delivery-not-settled', { peerId, messageId, error });
    await transact(ctx, (tx) => tryAgain(tx, message, { code: 'effect-failed' }));
  }
}

/** The node stops: whoever runs next may send the message at once. */
async function putBack(ctx: Context, { messageId }: OutboxMessage): Promise<void> {
  await transact(ctx, (tx) => updateWaiting(tx, messageId, { dueAt: tx.clock.now() }));
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
