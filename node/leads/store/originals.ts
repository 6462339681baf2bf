import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { LeadOriginalTable } from './tables.ts';

/** What a lead was made of, byte for byte as it came. */
export interface LeadOriginal {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

const insertRow = compileOnce((db, row: LeadOriginalTable) => db.insertInto('leadOriginal').values(row));

export async function insertOriginal(tx: Tx, leadId: string, { mediaType, bytes }: LeadOriginal): Promise<void> {
  await insertRow(tx, { id: tx.ids.make('original'), leadId, mediaType, bytes, receivedAt: tx.clock.now() });
}

/** The first original of a lead, if one is kept. */
export async function findOriginal(ctx: Context, leadId: string): Promise<LeadOriginal | undefined> {
  return ctx.db
    .selectFrom('leadOriginal')
    .select(['mediaType', 'bytes'])
    .where('leadId', '=', leadId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

export async function hasOriginal(ctx: Context, leadId: string): Promise<boolean> {
  const query = ctx.db.selectFrom('leadOriginal').select('id').where('leadId', '=', leadId).limit(1);
  return (await query.executeTakeFirst()) !== undefined;
}
