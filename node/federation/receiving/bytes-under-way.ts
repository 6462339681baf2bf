import { batchLimits } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { Refusal } from './refusal.ts';

/** What one partner may have under way to this node at a time: four of the longest frames. */
export const mostBytesUnderWay = 4 * batchLimits.bytes;

const waitSeconds = 5;

/** What each partner has under way to this process; those that have nothing are not in it. */
type UnderWay = Map<string, number>;
const makeUnderWay = (): UnderWay => new Map();

/**
 * Counts what a partner has proven to have sent, until the returned function is called: once, when it is answered.
 * Undefined when that is more than was announced. Each process counts for itself: it is its memory that this bounds.
 */
export function claimBytes(ctx: Context, peerId: string, bytes: number): (() => void) | undefined {
  const underWay = ctx.memory(makeUnderWay);
  const before = underWay.get(peerId) ?? 0;
  if (before + bytes > mostBytesUnderWay) return undefined;
  underWay.set(peerId, before + bytes);
  return () => {
    const left = (underWay.get(peerId) ?? bytes) - bytes;
    if (left > 0) underWay.set(peerId, left);
    else underWay.delete(peerId);
  };
}

/** What a message beyond that is answered with. */
export const tooManyBytes = (): Refusal =>
  new Refusal('overloaded', 'More bytes at a time than this node takes of one partner.', { retryAfter: waitSeconds });
