import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { cancelJob } from '../kernel/jobs.ts';
import { changeLead, tellHistory } from '../leads/change-lead.ts';
import { getLeadHead, holdStill } from '../leads/store.ts';
import { finishOffer, homeOf, lapseKey } from './claim-offer.ts';
import { holderOf } from './open-offer.ts';
import { routeSoon } from './route-soon.ts';
import { findBox } from './store/boxes.ts';
import { lockOffer, updateOfferIf } from './store/offers.ts';
import { answerRecipient, findPlan, getRecipient } from './store/recipients.ts';
import { tellEnd } from './tell-end.ts';
import { tellUnrouted } from './tell-unrouted.ts';

/**
 * The peer receipted its award: from here on the release may leave, and the lead is never offered again by itself. False
 * when the award lapsed or was recalled before: then nothing may be released.
 */
export async function confirmAward(tx: Tx, recipientId: string): Promise<boolean> {
  const recipient = await getRecipient(tx, recipientId);
  await holdStill(tx, recipient.leadId);
  const offer = await lockOffer(tx, recipient.offerId);
  if (offer.winnerId !== recipientId) return false;
  if (offer.state === 'done' || (offer.state === 'awarded' && offer.confirmedAt !== null)) return true;
  if (offer.state !== 'awarded') return false;
  await updateOfferIf(tx, offer.id, { state: 'awarded' }, { confirmedAt: tx.clock.now(), leaseUntil: null });
  await cancelJob(tx, lapseKey(recipientId));
  const told = { recipient: holderOf(recipient), recipientId, offerId: offer.id };
  await tellHistory(tx, recipient.leadId, 'award', told);
  return true;
}

/** The peer receipted the release: the lead is its own. Repeated: changes nothing. Throws `award-not-confirmed`. */
export async function completeRelease(tx: Tx, recipientId: string): Promise<void> {
  const recipient = await getRecipient(tx, recipientId);
  await holdStill(tx, recipient.leadId);
  const offer = await lockOffer(tx, recipient.offerId);
  if (offer.winnerId === recipientId && offer.state === 'done') return;
  if (offer.winnerId !== recipientId || offer.state !== 'awarded' || offer.confirmedAt === null)
    throw conflict('award-not-confirmed', 'No award of this recipient was confirmed.');
  const plan = await findPlan(tx, recipientId);
  const { leadId, fields } = recipient;
  const holder = holderOf(recipient);
  await changeLead(tx, leadId, 'assign', { holder, box: await homeOf(tx, recipient), told: { recipientId } });
  await tellHistory(tx, leadId, 'disclose', {
    recipient: holder,
    recipientId,
    fields: [...fields.shown, ...fields.masked, ...fields.withheld].filter((path) => !fields.never.includes(path)),
    ...(plan && plan.neverFields.length > 0 && { withheldFields: plan.neverFields }),
  });
  await finishOffer(tx, offer, recipient);
}

/**
 * The peer did not receipt its award in time (or refused it): the award is taken back and the lead routed again, round + 1.
 * False, and nothing changed, once it was confirmed.
 */
export async function lapseAward(tx: Tx, recipientId: string): Promise<boolean> {
  const recipient = await getRecipient(tx, recipientId);
  await holdStill(tx, recipient.leadId);
  const condition = { state: 'awarded', winnerId: recipientId, unconfirmed: true } as const;
  const ended = { state: 'expired', endedAt: tx.clock.now(), leaseUntil: null } as const;
  if (!(await updateOfferIf(tx, recipient.offerId, condition, ended))) return false;
  await answerRecipient(tx, recipientId, { from: 'accepted', to: 'expired' });
  await cancelJob(tx, lapseKey(recipientId));
  await tellEnd(tx, [recipient], 'recalled');
  await changeLead(tx, recipient.leadId, 'lapse', { told: { recipient: holderOf(recipient), recipientId } });
  await routeSoon(tx, recipient.leadId, recipient.offerId);
  return true;
}

/**
 * The peer refused the release for good: it has nothing, and never will. As the release may have been seen, the lead is
 * offered to nobody by itself: it waits for people. Repeated, or after the release was receipted: changes nothing.
 */
export async function failRelease(tx: Tx, recipientId: string, reason: string): Promise<void> {
  const recipient = await getRecipient(tx, recipientId);
  await holdStill(tx, recipient.leadId);
  const { leadId, offerId } = recipient;
  const ended = { state: 'recalled', endedAt: tx.clock.now(), leaseUntil: null } as const;
  if (!(await updateOfferIf(tx, offerId, { state: 'awarded', winnerId: recipientId }, ended))) return;
  await answerRecipient(tx, recipientId, { from: 'accepted', to: 'lost' });
  await cancelJob(tx, lapseKey(recipientId));
  await changeLead(tx, leadId, 'unroute', { reason, told: { recipient: holderOf(recipient), recipientId } });
  const { boxId } = await getLeadHead(tx, leadId);
  const box = boxId === null ? undefined : await findBox(tx, boxId);
  await tellUnrouted(tx, { leadId, ownerId: box?.ownerId });
}
