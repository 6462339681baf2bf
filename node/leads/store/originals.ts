import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { openBytes, sealBytes } from '../content-key.ts';
import type { LeadOriginalTable } from './tables.ts';

/** What a lead was made of, byte for byte as it came. */
export interface LeadOriginal {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

const insertRow = compileOnce((db, row: LeadOriginalTable) => db.insertInto('leadOriginal').values(row));

/** Keeps an original, sealed under the lead's key. */
export async function insertOriginal(
  tx: Tx,
  { id: leadId, contentKeyId }: { readonly id: string; readonly contentKeyId: string },
  { mediaType, bytes }: LeadOriginal,
): Promise<void> {
  const sealed = await sealBytes(tx, contentKeyId, bytes);
  if (!sealed) return;
  const row = { id: tx.ids.make('original'), leadId, mediaType, bytes: sealed, receivedAt: tx.clock.now() };
  await insertRow(tx, row);
}

/** The first original of a lead, if one is kept. */
export async function findOriginal(ctx: Context, leadId: string): Promise<LeadOriginal | undefined> {
  const row = await ctx.db
    .selectFrom('leadOriginal')
    .select(['mediaType', 'bytes'])
    .where('leadId', '=', leadId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  const bytes = row && (await openBytes(ctx, row.bytes));
  return bytes ? { mediaType: row.mediaType, bytes } : undefined;
}

export async function hasOriginal(ctx: Context, leadId: string): Promise<boolean> {
  const query = ctx.db.selectFrom('leadOriginal').select('id').where('leadId', '=', leadId).limit(1);
  return (await query.executeTakeFirst()) !== undefined;
}
