/** How much a bucket holds, and how fast it fills. */
export interface QuotaRule {
  readonly perMinute: number;
  /** What may come at once. */
  readonly burst: number;
}

/** A bucket of tokens, as it was at `filledAt` (epoch milliseconds). */
export interface Bucket {
  readonly tokens: number;
  readonly filledAt: number;
}

const minute = 60_000;

/** What is in the bucket at this time. A clock that went back takes nothing away. */
export function decideRefill({ tokens, filledAt }: Bucket, { perMinute, burst }: QuotaRule, now: number): Bucket {
  const fresh = Math.floor((Math.max(0, now - filledAt) * perMinute) / minute);
  if (tokens + fresh >= burst) return { tokens: burst, filledAt: Math.max(now, filledAt) };
  return { tokens: tokens + fresh, filledAt: filledAt + Math.floor((fresh * minute) / perMinute) };
}

/** Takes up to `wanted` tokens out of a bucket. */
export function decideTake(bucket: Bucket, wanted: number): { taken: number; left: Bucket } {
  const taken = Math.min(wanted, bucket.tokens);
  return { taken, left: { ...bucket, tokens: bucket.tokens - taken } };
}

/** When the next token comes into an empty bucket, epoch milliseconds. */
export const decideNextToken = ({ filledAt }: Bucket, { perMinute }: QuotaRule): number =>
  filledAt + Math.ceil(minute / perMinute);
