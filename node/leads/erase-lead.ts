import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { changeLead } from './change-lead.ts';
import type { HistoryFacts, LeadActor } from './history.ts';
import { promoteFields } from './promote-fields.ts';
import { deletePersonalRows, lockLead, replaceDocument } from './store.ts';
import { forgetHistoryValues } from './store/history.ts';
import { eraseColumns } from './store/privacy.ts';

interface Erasing {
  /** A code. */
  readonly reason: string;
  readonly actor: LeadActor;
}

/**
 * Deletes a lead's content for good, in whatever state it is: document, columns, search words, originals, notes, and the
 * values in its history. What stays is that there was a lead, and who did what with it when. Throws `legal-hold` while a legal
 * duty keeps it.
 */
export async function eraseContent(tx: Tx, leadId: string, { reason, actor }: Erasing): Promise<void> {
  const { heldUntil } = await lockLead(tx, leadId);
  if (heldUntil !== null && heldUntil > tx.clock.now())
    throw conflict('legal-hold', `A legal duty keeps this lead until ${new Date(heldUntil).toISOString()}.`);
  await changeLead(tx, leadId, 'erase', { reason, actor });
  await replaceDocument(tx, leadId, { document: {}, promoted: promoteFields({}), hiddenFields: [], maskedFields: [] });
  await deletePersonalRows(tx, leadId);
  await forgetHistoryValues(tx, leadId, withoutValues);
  await eraseColumns(tx, leadId);
}

/** Who did what when stays; what was said of the customer, or could point to them, goes. */
function withoutValues({
  amount: _amount,
  orderReference: _order,
  noteId: _note,
  ...facts
}: HistoryFacts): HistoryFacts {
  return facts;
}
