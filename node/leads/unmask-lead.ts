import type { Lead } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { changeLead } from './change-lead.ts';
import type { LeadActor } from './history.ts';
import { promoteFields } from './promote-fields.ts';
import { getLead, replaceDocument } from './store.ts';

/**
 * A peer released a claimed lead to us: its full document replaces the offered one, and the lead is its holder's for good.
 * Throws `illegal-change` unless it is claimed. Answers the id of the history entry.
 */
export async function unmaskLead(tx: Tx, leadId: string, fullDocument: Lead, actor?: LeadActor): Promise<string> {
  const { hiddenFields, maskedFields } = await getLead(tx, leadId);
  const fields = [...new Set([...hiddenFields, ...maskedFields])];
  const historyId = await changeLead(tx, leadId, 'release', { actor, told: { fields } });
  await replaceDocument(tx, leadId, {
    document: fullDocument,
    promoted: promoteFields(fullDocument),
    hiddenFields: [],
    maskedFields: [],
  });
  return historyId;
}
