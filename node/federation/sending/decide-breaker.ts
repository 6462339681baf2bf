const minute = 60_000;
const failuresToOpen = 5;
const failureWindow = 10 * minute;
const probeWaits = [1, 2, 4, 8, 16, 30].map((minutes) => minutes * minute);
const widestWindow = 32;

/** The circuit breaker of one peer. Times in epoch milliseconds. */
export interface Breaker {
  /** Transport failures in a row. */
  readonly failures: number;
  readonly failingSince: number | null;
  /** While set, only one probe goes out, and not before this time. */
  readonly openUntil: number | null;
  /** Probes that failed since it opened. */
  readonly probes: number;
  /** How many messages may be on their way at once: doubles with each success. */
  readonly sendWindow: number;
}

export const closedBreaker: Breaker = { failures: 0, failingSince: null, openUntil: null, probes: 0, sendWindow: 1 };

/** How many messages may be on their way to the peer now; 0 while it rests. */
export function maySend(breaker: Breaker, now: number): number {
  if (breaker.openUntil === null) return breaker.sendWindow;
  return now >= breaker.openUntil ? 1 : 0;
}

/** A signed answer came, of whatever kind: the way is open; more may go at once. */
export const decideAfterSuccess = (breaker: Breaker): Breaker => ({
  ...closedBreaker,
  sendWindow: Math.min(breaker.openUntil === null ? breaker.sendWindow * 2 : 2, widestWindow),
});

/** Whether another success changes nothing. */
export const isAtBest = ({ failures, openUntil, sendWindow }: Breaker): boolean =>
  failures === 0 && openUntil === null && sendWindow === widestWindow;

/** No usable answer came. Opens after five in a row within ten minutes; a failed probe waits longer each time. */
export function decideAfterFailure(breaker: Breaker, now: number): Breaker {
  if (breaker.openUntil !== null) {
    if (now < breaker.openUntil) return breaker;
    const probes = breaker.probes + 1;
    return { ...breaker, probes, openUntil: now + (probeWaits[probes] ?? 30 * minute), sendWindow: 1 };
  }
  const since = breaker.failingSince;
  const stale = since === null || now - since > failureWindow;
  const failures = stale ? 1 : breaker.failures + 1;
  const openUntil = failures >= failuresToOpen ? now + (probeWaits[0] ?? minute) : null;
  return { failures, failingSince: stale ? now : since, openUntil, probes: 0, sendWindow: 1 };
}

/** The peer was heard from: worth a probe at once. */
export const decideAfterHeard = (breaker: Breaker, now: number): Breaker =>
  breaker.openUntil === null || breaker.openUntil <= now ? breaker : { ...breaker, openUntil: now };
