import type { Context, Tx } from '../../kernel/context.ts';
import { announce } from '../../kernel/live-events.ts';
import {
  decideAfterFailure,
  decideAfterHeard,
  decideAfterSuccess,
  isAtBest,
  type Breaker,
} from '../sending/decide-breaker.ts';
import { hastenUnanswered } from '../store/outbox-due.ts';
import { getHealth, updateHealth, type PeerHealth } from '../store/peers.ts';

const noteEveryMilliseconds = 60_000;

/** A message of the peer came in: it is alive, so what waited for it in vain is tried at once. */
export async function heardFrom(tx: Tx, peerId: string): Promise<void> {
  const now = tx.clock.now();
  const health = await getHealth(tx, peerId);
  const recent = health.lastHeardAt !== null && now - health.lastHeardAt < noteEveryMilliseconds;
  if (recent && health.lastError === null) return;
  const { openUntil } = decideAfterHeard(health, now);
  await updateHealth(tx, peerId, { openUntil, lastHeardAt: now });
  if (health.lastError !== null) await hasten(tx, peerId);
}

/**
 * The peer gave a signed answer. After failures, other messages need not wait for their next attempt any longer. While all
 * is well it is noted now and then only: all messages to a peer share this row.
 */
export async function answeredBy(tx: Tx, peerId: string): Promise<void> {
  const health = await getHealth(tx, peerId);
  const { lastSuccessAt, lastError } = health;
  const recent = lastSuccessAt !== null && tx.clock.now() - lastSuccessAt < noteEveryMilliseconds;
  if (recent && lastError === null && isAtBest(health)) return;
  await changeHealth(tx, health, { ...decideAfterSuccess(health), lastSuccessAt: tx.clock.now(), lastError: null });
  if (lastError !== null) await hasten(tx, peerId);
}

async function hasten(tx: Tx, peerId: string): Promise<void> {
  await hastenUnanswered(tx, peerId, tx.clock.now());
  tx.afterCommit(() => tx.bus.wake('outbox'));
}

/**
 * No usable answer came to an attempt that began then; answers whether the breaker was closed, so that the attempt counts for
 * its message. What was on its way together fails together: for the peer's health that is one failure.
 */
export async function failedBy(
  tx: Tx,
  peerId: string,
  { code, beganAt }: { code: string; beganAt: number },
): Promise<boolean> {
  const health = await getHealth(tx, peerId);
  const { openUntil, failures, lastFailureAt } = health;
  if (openUntil === null && failures > 0 && lastFailureAt !== null && beganAt < lastFailureAt) return true;
  const now = tx.clock.now();
  await changeHealth(tx, health, { ...decideAfterFailure(health, now), lastFailureAt: now, lastError: code });
  return health.openUntil === null;
}

/** The peer answered, but not to us as a partner: shown, and the way stays open. */
export async function noteError(tx: Tx, peerId: string, code: string): Promise<void> {
  await updateHealth(tx, peerId, { lastFailureAt: tx.clock.now(), lastError: code });
}

async function changeHealth(tx: Tx, before: PeerHealth, change: Breaker & Partial<PeerHealth>): Promise<void> {
  const { failures, failingSince, openUntil, probes, sendWindow, ...seen } = change;
  const { lastSuccessAt, lastFailureAt, lastError } = { ...before, ...seen };
  const row = { failures, failingSince, openUntil, probes, sendWindow, lastSuccessAt, lastFailureAt, lastError };
  await updateHealth(tx, before.peerId, row);
  if ((before.openUntil === null) !== (openUntil === null)) await tellPeerChange(tx, before.peerId);
}

/** Lets open pages look again. */
export const tellPeerChange = (tx: Tx, peerId: string): Promise<void> =>
  announce(tx, { kind: 'peer-changed', payload: { peerId } });

/** How the way to a peer fares at this moment, for people. */
export function describeReach(ctx: Context, health: PeerHealth): 'good' | 'failing' | 'resting' {
  if (health.openUntil !== null) return health.openUntil > ctx.clock.now() ? 'resting' : 'failing';
  return health.failures > 0 ? 'failing' : 'good';
}
