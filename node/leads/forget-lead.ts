import { leadFields, pickFields } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { tellHistory } from './change-lead.ts';
import { closedStates } from './life-cycle.ts';
import { promoteFields } from './promote-fields.ts';
import { deletePersonalRows, lockLead, replaceDocument } from './store.ts';

const impersonal = leadFields.filter((field) => !field.personal).map((field) => field.path);
const personal = leadFields.filter((field) => field.personal).map((field) => field.path);

/**
 * Deletes the customer's personal data of a lead that has ended: from the document (what is not known to be impersonal goes),
 * its columns and search words, originals and notes. History stays: it holds no values.
 */
export async function forgetLead(tx: Tx, leadId: string): Promise<void> {
  const lead = await lockLead(tx, leadId);
  if (!closedStates.includes(lead.state)) throw conflict('illegal-change', 'Only a lead that has ended is forgotten.');
  const document = pickFields(lead.document, impersonal);
  await replaceDocument(tx, leadId, {
    document,
    promoted: promoteFields(document),
    hiddenFields: lead.hiddenFields,
    maskedFields: lead.maskedFields,
  });
  await deletePersonalRows(tx, leadId);
  await tellHistory(tx, leadId, 'forget', { fields: personal });
}
