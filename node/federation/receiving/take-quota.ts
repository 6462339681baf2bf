import { transact, type Context } from '../../kernel/context.ts';
import { decideNextToken, decideRefill, decideTake, type QuotaRule } from './decide-quota.ts';
import { Refusal } from './refusal.ts';
import { findBucket, lockBucket, updateBucket, type QuotaUse } from '../store/quotas.ts';

/** Tokens this process took out of a peer's bucket and did not use yet; while there are none, when to look again. */
interface Purse {
  tokens: number;
  emptyUntil: number;
}
type Purses = Map<string, Purse>;
const makePurses = (): Purses => new Map();

/** So many messages refused for good are remembered of each peer: what it says beyond that has to wait. */
const refusedRule: QuotaRule = { perMinute: 10, burst: 500 };

const ruleOf = ({ config }: Context, use: QuotaUse): QuotaRule =>
  use === 'refused' ? refusedRule : { perMinute: config.messagesPerMinute, burst: config.messagesPerMinute };

/**
 * Counts one message of a peer. The bucket is a row, shared by all processes and kept over a restart; each process takes a
 * second's worth at a time. Throws the Refusal `rate` with the time to wait when there is none left.
 */
export async function takeQuota(ctx: Context, peerId: string, use: QuotaUse): Promise<void> {
  const purses = ctx.memory(makePurses);
  const key = `${use} ${peerId}`;
  const purse = purses.get(key) ?? { tokens: 0, emptyUntil: 0 };
  purses.set(key, purse);
  if (purse.tokens === 0 && purse.emptyUntil <= ctx.clock.now()) {
    const { taken, nextAt } = await fillPurse(ctx, peerId, use);
    purse.tokens += taken;
    purse.emptyUntil = nextAt;
  }
  if (purse.tokens === 0) throw tooMany(purse.emptyUntil - ctx.clock.now());
  purse.tokens -= 1;
}

function fillPurse(ctx: Context, peerId: string, use: QuotaUse): Promise<{ taken: number; nextAt: number }> {
  const rule = ruleOf(ctx, use);
  const wanted = Math.ceil(rule.perMinute / 60);
  return transact(ctx, async (tx) => {
    const now = tx.clock.now();
    const bucket = await lockBucket(tx, peerId, use, { tokens: rule.burst, filledAt: now });
    const { taken, left } = decideTake(decideRefill(bucket, rule, now), wanted);
    if (taken > 0) await updateBucket(tx, peerId, use, left);
    return { taken, nextAt: taken > 0 ? 0 : decideNextToken(left, rule) };
  });
}

/** How many messages a minute are taken of a peer, and how many could come at once now. */
export async function readQuota(ctx: Context, peerId: string): Promise<{ perMinute: number; left: number }> {
  const rule = ruleOf(ctx, 'received');
  const bucket = await findBucket(ctx, peerId, 'received');
  const left = bucket ? decideRefill(bucket, rule, ctx.clock.now()).tokens : rule.burst;
  return { perMinute: rule.perMinute, left };
}

/** Whether a message of this peer would have to wait, as far as this process knows. */
export function isQuotaEmpty(ctx: Context, peerId: string): boolean {
  const purse = ctx.memory(makePurses).get(`received ${peerId}`);
  return purse !== undefined && purse.tokens === 0 && purse.emptyUntil > ctx.clock.now();
}

const tooMany = (milliseconds: number) =>
  new Refusal('rate', 'More messages than this node takes of one partner.', {
    retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)),
  });
