import type { Context, Tx } from '../../kernel/context.ts';

/** How many open leads each of these users holds; users without any are absent. */
export async function countHeld(ctx: Context, userIds: readonly string[]): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map();
  const rows = await ctx.db
    .selectFrom('lead')
    .select((put) => ['holderId', put.fn.countAll<number>().as('count')])
    .where('holderId', 'in', userIds)
    .where('closedAt', 'is', null)
    .groupBy('holderId')
    .execute();
  return new Map(rows.map((row) => [row.holderId ?? '', row.count]));
}

/** What one partner holds, another holds from now on: they are the same, under another id. */
export async function moveHeld(tx: Tx, from: string, to: string): Promise<void> {
  const held = tx.db.updateTable('lead').set({ holderId: to }).where('holderId', '=', from);
  await held.where('holderKind', '=', 'peer').execute();
}
