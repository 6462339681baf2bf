import type { Consent, Lead } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';

/** Marks a lead as erased, and empties what its life cycle kept beside the document. */
export async function eraseColumns(tx: Tx, leadId: string): Promise<void> {
  const nothing = { wonAmount: null, wonCurrency: null, orderReference: null, lostReason: null, doNotContact: '[]' };
  await tx.db
    .updateTable('lead')
    .set({ ...nothing, erasedAt: tx.clock.now() })
    .where('id', '=', leadId)
    .execute();
}

/** Until when, and why, a legal duty keeps a lead; null when none does. */
export async function setHold(
  tx: Tx,
  leadId: string,
  { heldUntil, holdReason }: { heldUntil: number | null; holdReason: string | null },
): Promise<void> {
  await tx.db.updateTable('lead').set({ heldUntil, holdReason }).where('id', '=', leadId).execute();
}

/** In which ways the person may not be contacted any more, as codes of the protocol. */
export async function setDoNotContact(tx: Tx, leadId: string, channels: readonly string[]): Promise<void> {
  await tx.db
    .updateTable('lead')
    .set({ doNotContact: JSON.stringify(channels) })
    .where('id', '=', leadId)
    .execute();
}

/** Every lead whose content was erased: read once in the life of a node. */
export async function listErasedLeads(ctx: Context): Promise<string[]> {
  const rows = await ctx.db.selectFrom('lead').select('id').where('erasedAt', 'is not', null).execute();
  return rows.map(({ id }) => id);
}

/** What the person of a lead decided. */
export interface DecidedLead {
  readonly id: string;
  /** Codes of the protocol. */
  readonly doNotContact: readonly string[];
  readonly consents: readonly Consent[];
}

/** A page of the leads whose people decided something, in the order of their ids: read once in the life of a node. */
export async function listDecided(
  ctx: Context,
  { after, limit }: { after: string; limit: number },
): Promise<DecidedLead[]> {
  const rows = await ctx.db
    .selectFrom('lead')
    .select(['id', 'doNotContact', 'document'])
    .where('id', '>', after)
    .where('erasedAt', 'is', null)
    .where((eb) => eb.or([eb('doNotContact', '!=', '[]'), eb('document', 'like', '%"consents":%')]))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id, doNotContact, document }) => ({
    id,
    doNotContact: JSON.parse(doNotContact) as string[],
    consents: (JSON.parse(document) as Lead).consents ?? [],
  }));
}
