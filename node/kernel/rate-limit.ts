import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { CodedError } from './errors.ts';

/** Counts one use of `key`; throws `too-many-requests` (429, with `retryAfterSeconds`) beyond the limit. */
export type RateLimit = (key: string) => Promise<void>;

/** A limit of `perMinute` uses of each key, counted in this process only: a shield against floods, not a quota. */
export function createRateLimit(perMinute: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return async (key) => {
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw tooMany(Math.ceil(refused.msBeforeNext / 1000));
    }
  };
}

/** Bounds how often something fails for each key: while it did too often, nothing more is tried. */
export interface FailureLimit {
  /** Throws `too-many-requests` (429, with `retryAfterSeconds`) when the failures of this minute are used up. */
  check(key: string): Promise<void>;
  count(key: string, failures: number): Promise<void>;
}

/** A limit of `perMinute` failures of each key, counted in this process only. What succeeds is not counted. */
export function createFailureLimit(perMinute: number): FailureLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return {
    async check(key) {
      const counted = await limiter.get(key);
      if (counted && counted.consumedPoints >= perMinute) throw tooMany(Math.ceil(counted.msBeforeNext / 1000));
    },
    async count(key, failures) {
      if (failures > 0) await limiter.penalty(key, failures);
    },
  };
}

/** Takes a place for `key` and answers how to give it back; throws `too-many-streams` (429) when all `most` are taken. */
export function createPlaces(most: number): (key: string) => () => void {
  const taken = new Map<string, number>();
  return (key) => {
    const before = taken.get(key) ?? 0;
    if (before >= most)
      throw new CodedError('too-many-streams', 429, `No more than ${most} streams at once; close another first.`, {
        retryAfterSeconds: 60,
      });
    taken.set(key, before + 1);
    return () => {
      const left = (taken.get(key) ?? 1) - 1;
      if (left > 0) taken.set(key, left);
      else taken.delete(key);
    };
  };
}

/** The error for whoever asks too often. */
const tooMany = (retryAfterSeconds: number) =>
  new CodedError('too-many-requests', 429, 'Too many requests; try again later.', {
    retryAfterSeconds: Math.max(1, retryAfterSeconds),
  });

/** The key of a client address: an IPv6 client owns a whole /64, so its limit is shared within it. */
export function addressKey(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${parsed.toByteArray().slice(0, 8).join('.')}/64`;
}
