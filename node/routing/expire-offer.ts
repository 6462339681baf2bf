import type { Tx } from '../kernel/context.ts';
import { tellHistory } from '../leads/change-lead.ts';
import { holdStill } from '../leads/store.ts';
import { holderOf } from './open-offer.ts';
import { routeSoon } from './route-soon.ts';
import { getOffer, updateOfferIf } from './store/offers.ts';
import { closeOpenRecipients } from './store/recipients.ts';
import { tellEnd } from './tell-end.ts';

/** Ends an offer that nobody accepted in time and sends the lead on. Anything else happened to it: changes nothing. */
export async function expireOffer(tx: Tx, offerId: string): Promise<void> {
  const { leadId } = await getOffer(tx, offerId);
  await holdStill(tx, leadId);
  const now = tx.clock.now();
  if (!(await updateOfferIf(tx, offerId, { state: 'open', closesBy: now }, { state: 'expired', endedAt: now }))) return;
  const silent = await closeOpenRecipients(tx, offerId, 'expired');
  const [only] = silent.length === 1 ? silent : [];
  await tellHistory(tx, leadId, 'expire', {
    offerId,
    ...(only && { recipient: holderOf(only), recipientId: only.id }),
  });
  await tellEnd(tx, silent, 'expired');
  await routeSoon(tx, leadId, offerId);
}
