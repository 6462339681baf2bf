import type { Context, Tx } from '../../kernel/context.ts';

/** What a lead was made of, byte for byte as it came. */
export interface LeadOriginal {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export async function insertOriginal(tx: Tx, leadId: string, original: LeadOriginal): Promise<void> {
  await tx.db
    .insertInto('leadOriginal')
    .values({ id: tx.ids.make('original'), leadId, ...original, receivedAt: tx.clock.now() })
    .execute();
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
