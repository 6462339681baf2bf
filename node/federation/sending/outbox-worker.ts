import { transact, type Context } from '../../kernel/context.ts';
import { shuffle } from '../../kernel/ids.ts';
import type { Worker } from '../../kernel/workers.ts';
import { maySend } from './decide-breaker.ts';
import { deliver, deliverFrame, type Attempt } from './deliver.ts';
import { findSpoken, type Spoken } from '../peers/find-spoken.ts';
import { guardedFetch, type PeerFetch } from './guarded-fetch.ts';
import { countSendable, countSent, nextSendableAt } from './pace.ts';
import { isExpired, settleAttempt, settleExpired, tryAgain } from './settle-attempt.ts';
import { updateWaiting, type OutboxMessage } from '../store/outbox.ts';
import {
  findNextDueAt,
  leaseDue,
  leaseMilliseconds,
  listPeersWithWaiting,
  listUnfetched,
} from '../store/outbox-due.ts';
import { leaseFrame } from '../store/outbox-frames.ts';
import { getHealth } from '../store/peers.ts';

/** Requests on their way from this process, by peer. */
type OnTheWay = Map<string, number>;

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
      let started = await settleUnfetched(ctx);
      try {
        for (;;) {
          const heard = wakes.next();
          const frames = ending.signal.aborted ? [] : await leaseSendable(ctx, onTheWay);
          for (const { peerId, messages } of frames) {
            started += messages.length;
            const sending = send(ctx, messages, { fetchPeer, ending: ending.signal }).finally(() => {
              running.delete(sending);
              onTheWay.set(peerId, (onTheWay.get(peerId) ?? 1) - 1);
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

/** Ends what a partner that fetches its messages never came for. */
async function settleUnfetched(ctx: Context): Promise<number> {
  const expired = await listUnfetched(ctx, ctx.clock.now(), 100);
  for (const message of expired) await transact(ctx, (tx) => settleExpired(tx, message));
  return expired.length;
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

/** What goes to a peer in one request. */
interface Frame {
  readonly peerId: string;
  readonly messages: readonly OutboxMessage[];
}

/**
 * Takes what may go out now, for each peer as many requests as it can have on their way; the peers in random order, so that none
 * has every offer first (LX-118).
 */
async function leaseSendable(ctx: Context, onTheWay: OnTheWay): Promise<Frame[]> {
  const now = ctx.clock.now();
  const leased: Frame[] = [];
  for (const peerId of shuffle(ctx.ids, await listPeersWithWaiting(ctx, now))) {
    const busy = onTheWay.get(peerId) ?? 0;
    const health = await getHealth(ctx, peerId);
    const spoken = await findSpoken(ctx, peerId);
    const window = maySend(health, now);
    const { messagesPerMinute } = spoken;
    const most = countSendable(ctx, peerId, messagesPerMinute);
    if (most === 0) continue;
    // What a peer is tried with after it rested is one message.
    const batches = spoken.levels.has('Batch') && health.openUntil === null;
    const frames = batches
      ? await leaseFrames(ctx, peerId, { spoken, most, requests: Math.min(window, framesAtOnce) - busy })
      : await leaseSingly(ctx, peerId, { window: Math.min(window, spoken.messagesInFlight), busy, most });
    countSent(ctx, peerId, messagesPerMinute, frames.flat().length);
    onTheWay.set(peerId, busy + frames.length);
    leased.push(...frames.map((messages) => ({ peerId, messages })));
  }
  return leased;
}

/** While a peer has two frames under way, the next one gathers. */
const framesAtOnce = 2;

async function leaseFrames(
  ctx: Context,
  peerId: string,
  { spoken, most, requests }: { spoken: Spoken; most: number; requests: number },
): Promise<OutboxMessage[][]> {
  const bytes = Math.min(spoken.batchBytes, Math.floor((spoken.bytesInFlight ?? Infinity) / framesAtOnce));
  const frames: OutboxMessage[][] = [];
  let left = most;
  while (frames.length < requests && left > 0) {
    const wish = {
      messages: Math.min(spoken.batchMessages, left),
      bytes,
      leaseEndsAt: ctx.clock.now() + leaseMilliseconds,
    };
    const messages = await transact(ctx, (tx) => leaseFrame(tx, peerId, wish));
    if (messages.length === 0) break;
    frames.push(messages);
    left -= messages.length;
  }
  return frames;
}

async function leaseSingly(
  ctx: Context,
  peerId: string,
  { window, busy, most }: { window: number; busy: number; most: number },
): Promise<OutboxMessage[][]> {
  const limit = Math.min(window - busy, most);
  // Several at once share a statement and a commit; the next answer comes soon.
  if (limit <= 0 || window - busy < busy) return [];
  const leaseEndsAt = ctx.clock.now() + leaseMilliseconds;
  return (await transact(ctx, (tx) => leaseDue(tx, peerId, { limit, leaseEndsAt }))).map((message) => [message]);
}

/** Goes on leasing messages that take long; returns how to end that. */
function keepLease(ctx: Context, messages: readonly OutboxMessage[]): () => void {
  let cancel = () => {};
  const renewLater = () => {
    cancel = ctx.clock.after(leaseMilliseconds / 2, () => {
      const dueAt = ctx.clock.now() + leaseMilliseconds;
      const renewed = messages.map(({ messageId }) => transact(ctx, (tx) => updateWaiting(tx, messageId, { dueAt })));
      Promise.all(renewed).catch((error: unknown) => ctx.log.warn('lease-not-renewed', { error }));
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

/** One request and what comes of each of its messages. */
async function send(ctx: Context, messages: readonly OutboxMessage[], { fetchPeer, ending }: Way): Promise<void> {
  const expired = messages.filter((message) => isExpired(ctx, message));
  await Promise.all(expired.map((message) => transact(ctx, (tx) => settleExpired(tx, message))));
  const sendable = messages.filter((message) => !expired.includes(message));
  const [only] = sendable;
  if (!only) return;
  const release = keepLease(ctx, sendable);
  const beganAt = ctx.clock.now();
  const delivery =
    sendable.length === 1
      ? deliver(ctx, fetchPeer, only).then((attempt) => [attempt])
      : deliverFrame(ctx, fetchPeer, sendable);
  const attempts = await delivery.finally(release);
  await settleAll(ctx, { sendable, beganAt, ending }, attempts);
}

interface Journey {
  readonly sendable: readonly OutboxMessage[];
  /** Epoch milliseconds. */
  readonly beganAt: number;
  readonly ending: AbortSignal;
}

/** In their order, one commit for all. An answer whose effect fails counts as silence, so that one message cannot block all. */
async function settleAll(ctx: Context, { sendable, beganAt, ending }: Journey, attempts: readonly Attempt[]) {
  await Promise.all(
    sendable.map(async (message, place) => {
      const attempt = attempts[place] ?? { kind: 'silence', code: 'peer-broke-off', left: true };
      if (attempt.kind === 'silence' && ending.aborted) return putBack(ctx, message);
      try {
        await transact(ctx, (tx) => settleAttempt(tx, { message, beganAt }, attempt));
      } catch (error) {
        const { peerId, messageId } = message;
        ctx.log.error('delivery-not-settled', { peerId, messageId, error });
        await transact(ctx, (tx) => tryAgain(tx, message, { code: 'effect-failed' }));
      }
    }),
  );
}

/** The node stops: whoever runs next may send the message at once. */
async function putBack(ctx: Context, { messageId }: OutboxMessage): Promise<void> {
  await transact(ctx, (tx) => updateWaiting(tx, messageId, { dueAt: tx.clock.now() }));
}

/** When the number that a partner announced lets the next message leave. */
const findPaceOf = async (ctx: Context, peerId: string): Promise<number> =>
  nextSendableAt(ctx, peerId, (await findSpoken(ctx, peerId)).messagesPerMinute) ?? 0;

async function nextDueAt(ctx: Context): Promise<number | undefined> {
  const times: number[] = [];
  for (const peerId of await listPeersWithWaiting(ctx)) {
    const { openUntil } = await getHealth(ctx, peerId);
    if (openUntil !== null && openUntil > ctx.clock.now()) times.push(openUntil);
    else times.push(Math.max((await findNextDueAt(ctx, peerId)) ?? Infinity, await findPaceOf(ctx, peerId)));
  }
  const next = Math.min(...times);
  return Number.isFinite(next) ? next : undefined;
}
