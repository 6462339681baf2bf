import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { cancelJob } from '../kernel/jobs.ts';
import { changeLead } from '../leads/change-lead.ts';
import type { LeadActor } from '../leads/history.ts';
import { holdStill } from '../leads/store.ts';
import { lapseKey } from './claim-offer.ts';
import { expiryKey } from './open-offer.ts';
import { findLastOffer, getOffer, liveOfferStates, lockOffer, updateOfferIf } from './store/offers.ts';
import type { Offer } from './store/offers.ts';
import { answerRecipient, closeOpenRecipients, getRecipient } from './store/recipients.ts';
import { tellEnd } from './tell-end.ts';

/**
 * Takes an offer back, also one that a peer has won but not receipted; the lead waits in the tray of unrouted leads. Throws
 * `offer-closed`, `release-may-have-left`, `award-awaited`.
 */
export async function recallOffer(tx: Tx, offerId: string, actor: LeadActor): Promise<void> {
  await holdStill(tx, (await getOffer(tx, offerId)).leadId);
  const offer = await lockOffer(tx, offerId);
  if (!liveOfferStates.includes(offer.state)) throw conflict('offer-closed', 'This offer is over.');
  await endRecalled(tx, offer);
  await changeLead(tx, offer.leadId, 'unroute', { actor, reason: 'recalled', told: { offerId } });
}

/** Recalls whatever offer of the lead is live, so that the lead can go another way. True when there was one. */
export async function recallLiveOffer(tx: Tx, leadId: string): Promise<boolean> {
  const last = await findLastOffer(tx, leadId);
  if (!last) return false;
  const offer = await lockOffer(tx, last.id);
  if (!liveOfferStates.includes(offer.state)) return false;
  await endRecalled(tx, offer);
  return true;
}

async function endRecalled(tx: Tx, offer: Offer): Promise<void> {
  if (offer.state === 'claimed')
    throw conflict('award-awaited', 'It was accepted here; the partner it comes from has yet to release it.');
  if (offer.confirmedAt !== null)
    throw conflict('release-may-have-left', 'The partner that was first has it, or will have it any moment.');
  const ended = { state: 'recalled', endedAt: tx.clock.now(), leaseUntil: null } as const;
  await updateOfferIf(tx, offer.id, { state: offer.state }, ended);
  await cancelJob(tx, expiryKey(offer.id));
  await tellEnd(tx, await closeOpenRecipients(tx, offer.id, 'lost'), 'recalled');
  if (offer.winnerId !== null) await takeAwardBack(tx, offer.winnerId);
}

async function takeAwardBack(tx: Tx, recipientId: string): Promise<void> {
  await answerRecipient(tx, recipientId, { from: 'accepted', to: 'lost' });
  await cancelJob(tx, lapseKey(recipientId));
  await tellEnd(tx, [await getRecipient(tx, recipientId)], 'recalled');
}
