import type { Context, Tx } from '../../kernel/context.ts';

/** The public keys of this node's checkpoints: today's, and every one before it. */
interface LedgerKeyTable {
  /** As C2SP writes a key: `name+id+key`. */
  text: string;
  introducedAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    ledgerKey: LedgerKeyTable;
  }
}

/** More than one comes only of changing the node's secret. */
const mostKeys = 1_000;

export async function insertLedgerKeys(tx: Tx, texts: readonly string[]): Promise<void> {
  const rows = texts.map((text) => ({ text, introducedAt: tx.clock.now() }));
  await tx.db
    .insertInto('ledgerKey')
    .values(rows)
    .onConflict((on) => on.column('text').doNothing())
    .execute();
}

export async function listLedgerKeys(ctx: Context): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('ledgerKey')
    .select('text')
    .where('text', '>', '')
    .orderBy('text')
    .limit(mostKeys)
    .execute();
  return rows.map(({ text }) => text);
}
