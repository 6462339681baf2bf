import type { Context } from '../../kernel/context.ts';
import { decideNextToken, decideRefill, decideTake, type Bucket } from '../receiving/decide-quota.ts';

/** What this process may still send to each partner, by the number the partner announced. */
type Buckets = Map<string, Bucket>;
const makeBuckets = (): Buckets => new Map();

const ruleOf = (perMinute: number) => ({ perMinute, burst: perMinute });

/** How many messages may leave for a partner now that announced so many a minute (LX-082); without a number as many as there are. */
export function countSendable(ctx: Context, peerId: string, perMinute: number | undefined): number {
  if (perMinute === undefined) return Infinity;
  return bucketOf(ctx, peerId, perMinute).tokens;
}

/** Counts messages that are on their way. */
export function countSent(ctx: Context, peerId: string, perMinute: number | undefined, messages: number): void {
  if (perMinute === undefined || messages === 0) return;
  const { left } = decideTake(bucketOf(ctx, peerId, perMinute), messages);
  ctx.memory(makeBuckets).set(peerId, left);
}

/** When the next message may leave, epoch milliseconds; undefined: at once. */
export function nextSendableAt(ctx: Context, peerId: string, perMinute: number | undefined): number | undefined {
  if (perMinute === undefined) return undefined;
  const bucket = bucketOf(ctx, peerId, perMinute);
  return bucket.tokens > 0 ? undefined : decideNextToken(bucket, ruleOf(perMinute));
}

function bucketOf(ctx: Context, peerId: string, perMinute: number): Bucket {
  const now = ctx.clock.now();
  const known = ctx.memory(makeBuckets).get(peerId) ?? { tokens: perMinute, filledAt: now };
  const { tokens, filledAt } = decideRefill(known, ruleOf(perMinute), now);
  return { tokens: Math.min(tokens, perMinute), filledAt };
}
