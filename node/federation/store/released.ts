import { sql } from 'kysely';
import type { Context } from '../../kernel/context.ts';
import { heldStates, type Conversation } from './conversations.ts';

/** Leads that one side released to the other: those we released (`offering`), or were released to us. */
export type Released = Pick<Conversation, 'peerId' | 'side'>;

/** How many were released at a time or later; counts up to `most`. */
export async function countReleasedSince(
  ctx: Context,
  { peerId, side }: Released,
  { since, most }: { since: number; most: number },
): Promise<number> {
  const rows = await ctx.db
    .selectFrom('conversation')
    .select('releasedAt')
    .where('peerId', '=', peerId)
    .where('side', '=', side)
    .where('releasedAt', '>=', since)
    .limit(most)
    .execute();
  return rows.length;
}

/** Written into the statement, so that the databases see that the partial index of open leads fits. */
const held = heldStates.map((state) => sql.lit(state));

/** How many have no end yet; counts up to `most`. */
export async function countOpenReleased(ctx: Context, { peerId, side }: Released, most: number): Promise<number> {
  const rows = await ctx.db
    .selectFrom('conversation')
    .select('conversationId')
    .where('peerId', '=', peerId)
    .where('side', '=', side)
    .where('state', 'in', held)
    .where('releasedAt', 'is not', null)
    .where('endedAt', 'is', null)
    .limit(most)
    .execute();
  return rows.length;
}

const underway = ['claimed', 'awarded'].map((state) => sql.lit(state));

/** How many claims of the other side are on their way to a release; counts up to `most`. */
export async function countUnderway(ctx: Context, peerId: string, most: number): Promise<number> {
  const rows = await ctx.db
    .selectFrom('conversation')
    .select('conversationId')
    .where('peerId', '=', peerId)
    .where('side', '=', 'offering')
    .where('state', 'in', underway)
    .limit(most)
    .execute();
  return rows.length;
}

/** How many of the last released ones came back. */
export async function countReturnedOfLast(ctx: Context, { peerId, side }: Released, last: number): Promise<number> {
  const rows = await ctx.db
    .selectFrom('conversation')
    .select(['state', 'endedAs'])
    .where('peerId', '=', peerId)
    .where('side', '=', side)
    .where('releasedAt', 'is not', null)
    .orderBy('releasedAt', 'desc')
    .limit(last)
    .execute();
  return rows.filter(({ state, endedAs }) => state === 'returned' || endedAs === 'returned').length;
}
