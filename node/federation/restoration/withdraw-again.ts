import type { Consent } from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { when } from '../../kernel/times.ts';
import { systemActor } from '../../leads/history.ts';
import { findLeadHead, lockLead } from '../../leads/store.ts';
import { changeConsent } from '../privacy/change-consent.ts';
import { digestPurpose, isWithdrawn } from './erasures-file.ts';
import type { Noted, NotedWithdrawals } from './read-erasures.ts';

/**
 * After the data was put back to a backup: what people withdrew since it was made is withdrawn again, here and at the partners,
 * each lead in a transaction of its own. Repeated: goes on where it stopped. Answers how many leads it was.
 */
export async function withdrawAgain(ctx: Context, { withdrawals }: Pick<Noted, 'withdrawals'>): Promise<number> {
  let changed = 0;
  for (const [leadId, noted] of withdrawals) if (await transact(ctx, (tx) => withdrawOne(tx, leadId, noted))) changed++;
  return changed;
}

async function withdrawOne(tx: Tx, leadId: string, { channels, consents }: NotedWithdrawals): Promise<boolean> {
  if (!(await findLeadHead(tx, leadId))) return false;
  const { document, erasedAt } = await lockLead(tx, leadId);
  if (erasedAt !== null) return false;
  const again = (consent: Consent): Consent => {
    const noted = consents.get(digestPurpose(leadId, consent.purpose));
    if (!noted || !isWithdrawn(noted) || noted.state === consent.state) return consent;
    return { purpose: consent.purpose, ...noted };
  };
  const at = when(tx.clock.now());
  const now = document.consents?.map(again);
  const change = { at, doNotContacts: [...channels], ...(now && { consents: now }) };
  return changeConsent(tx, leadId, { change, actor: systemActor });
}
