import type { Lead } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import type { LeadActor } from '../leads/history.ts';
import { holdStill } from '../leads/store.ts';
import { unmaskLead } from '../leads/unmask-lead.ts';
import { finishOffer, tellReleased } from './claim-offer.ts';
import { findLastOffer, lockOffer } from './store/offers.ts';
import { getRecipient } from './store/recipients.ts';

/**
 * The peer that offered a lead released it to us: the user who accepted it here holds it, with every field. Throws
 * `illegal-change` unless somebody here had accepted it.
 */
export async function releaseLead(tx: Tx, leadId: string, fullDocument: Lead, actor?: LeadActor): Promise<void> {
  await holdStill(tx, leadId);
  const last = await findLastOffer(tx, leadId);
  const offer = last && (await lockOffer(tx, last.id));
  await unmaskLead(tx, leadId, fullDocument, actor);
  if (offer?.state !== 'claimed' || offer.winnerId === null) return;
  const recipient = await getRecipient(tx, offer.winnerId);
  await finishOffer(tx, offer, recipient);
  await tellReleased(tx, recipient);
}
