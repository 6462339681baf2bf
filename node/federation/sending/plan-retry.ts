const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Waits before the 2nd, 3rd, … attempt (the first goes at once); afterwards daily until the message expires. */
const waits = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour];

/** What steers the next attempt of a message. Times in milliseconds. */
export interface RetryFacts {
  /** Attempts that counted so far, this one included (from 1). */
  readonly attempts: number;
  readonly now: number;
  readonly expiresAt: number;
  /** From 0 (included) to 1 (excluded). */
  readonly random: number;
  /** What the peer asked for, in seconds; honoured when longer than our own wait, capped at a day. */
  readonly retryAfter?: number | undefined;
}

/** When a message is tried next, ±20 % of jitter included; undefined when it expires before that: it is dead. */
export function planRetry(facts: RetryFacts): number | undefined {
  const wait = waits[facts.attempts - 1] ?? day;
  const jittered = Math.round(wait * (0.8 + 0.4 * facts.random));
  const asked = Math.min(Math.max(facts.retryAfter ?? 0, 0) * second, day);
  const dueAt = facts.now + Math.max(jittered, asked);
  return dueAt < facts.expiresAt ? dueAt : undefined;
}

/** A peer that answers 401 does not know us (any more): an operator must look, so we only ask once a day. */
export const planDailyRetry = (now: number, expiresAt: number): number | undefined =>
  now + day < expiresAt ? now + day : undefined;
