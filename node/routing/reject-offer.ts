import type { RejectReason } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { cancelJob } from '../kernel/jobs.ts';
import { announce } from '../kernel/live-events.ts';
import { changeLead, tellHistory } from '../leads/change-lead.ts';
import type { LeadActor } from '../leads/history.ts';
import { holdStill } from '../leads/store.ts';
import { lapseKey } from './claim-offer.ts';
import { expiryKey, holderOf } from './open-offer.ts';
import { routeSoon } from './route-soon.ts';
import { getRecipient, answerRecipient, countOpenRecipients } from './store/recipients.ts';
import type { Recipient } from './store/recipients.ts';
import { lockOffer, updateOfferIf } from './store/offers.ts';
import type { Offer } from './store/offers.ts';

interface Rejection {
  readonly recipientId: string;
  readonly reason: RejectReason;
  /** The recipient's own words; may be personal, kept beside the offer only. */
  readonly text?: string | undefined;
  /** Who says so; the recipient itself when absent. */
  readonly actor?: LeadActor | undefined;
}

/** `too-late`: the offer was over before, nothing changed. */
export type RejectOutcome = 'rejected' | 'already-rejected' | 'too-late';

/**
 * Declines an offer; the last one to decline sends the lead on. A peer may also decline an award it has not receipted yet.
 * Never throws for an answer that crossed ours: it says `too-late`.
 */
export async function rejectOffer(tx: Tx, rejection: Rejection): Promise<{ outcome: RejectOutcome }> {
  const { offerId, leadId } = await getRecipient(tx, rejection.recipientId);
  await holdStill(tx, leadId);
  const offer = await lockOffer(tx, offerId);
  const recipient = await getRecipient(tx, rejection.recipientId);
  if (recipient.state === 'rejected') return { outcome: 'already-rejected' };
  if (recipient.state === 'offered' && offer.state === 'open') {
    await recordRejection(tx, recipient, rejection);
    if ((await countOpenRecipients(tx, offerId)) === 0) await sendOn(tx, offer);
    return { outcome: 'rejected' };
  }
  const provisional = offer.state === 'awarded' && offer.winnerId === recipient.id && offer.confirmedAt === null;
  if (!provisional) return { outcome: 'too-late' };
  await recordRejection(tx, recipient, rejection);
  await cancelJob(tx, lapseKey(recipient.id));
  await changeLead(tx, offer.leadId, 'lapse', { told: { recipient: holderOf(recipient), recipientId: recipient.id } });
  await sendOn(tx, offer);
  return { outcome: 'rejected' };
}

async function recordRejection(tx: Tx, recipient: Recipient, { reason, text, actor }: Rejection): Promise<void> {
  await answerRecipient(tx, recipient.id, { from: recipient.state, to: 'rejected', reason, text });
  const holder = holderOf(recipient);
  const told = { recipient: holder, recipientId: recipient.id, offerId: recipient.offerId, reason };
  await tellHistory(tx, recipient.leadId, 'reject', { ...told, actor: actor ?? holder });
  const { userId, leadId } = recipient;
  if (userId === null) return;
  await announce(tx, {
    userId,
    kind: 'offer-ended',
    leadId,
    payload: { recipientId: recipient.id, reason: 'rejected' },
  });
}

/** Nobody is left to answer: the offer ends and the lead is routed again. */
async function sendOn(tx: Tx, { id, leadId, state }: Offer): Promise<void> {
  await updateOfferIf(tx, id, { state }, { state: 'rejected', endedAt: tx.clock.now(), leaseUntil: null });
  await cancelJob(tx, expiryKey(id));
  await routeSoon(tx, leadId, id);
}
