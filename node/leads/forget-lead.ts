import { leadFields, pickFields } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { tellHistory } from './change-lead.ts';
import { closedStates } from './life-cycle.ts';
import { promoteFields } from './promote-fields.ts';
import { deletePersonalRows, lockLead, replaceDocument } from './store.ts';

const every = leadFields.map((field) => field.path);
const impersonal = leadFields.filter((field) => !field.personal).map((field) => field.path);
const personal = leadFields.filter((field) => field.personal).map((field) => field.path);

/**
 * Deletes what is known of a lead that has ended: `all` of it, or what is `personal` (what is not known to be impersonal goes,
 * too): from the document, its columns and search words, originals and notes. History stays: it holds no values.
 */
export async function forgetLead(tx: Tx, leadId: string, what: 'all' | 'personal'): Promise<void> {
  const lead = await lockLead(tx, leadId);
  if (!closedStates.includes(lead.state)) throw conflict('illegal-change', 'Only a lead that has ended is forgotten.');
  const document = what === 'all' ? {} : pickFields(lead.document, impersonal);
  const { hiddenFields, maskedFields } = what === 'all' ? { hiddenFields: [], maskedFields: [] } : lead;
  await replaceDocument(tx, leadId, { document, promoted: promoteFields(document), hiddenFields, maskedFields });
  await deletePersonalRows(tx, leadId);
  await tellHistory(tx, leadId, 'forget', { fields: what === 'all' ? every : personal });
}
