import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { cancelJob } from '../kernel/jobs.ts';
import { changeLead } from '../leads/change-lead.ts';
import { forgetLead } from '../leads/forget-lead.ts';
import type { Holder, LeadActor } from '../leads/history.ts';
import { getLeadHead } from '../leads/store.ts';
import { expiryKey } from './open-offer.ts';
import { findLastOffer, liveOfferStates, lockOffer, updateOfferIf } from './store/offers.ts';
import type { Offer } from './store/offers.ts';
import { answerRecipient, closeOpenRecipients, forgetOfferValues, getRecipient } from './store/recipients.ts';
import { forgetTraces } from './store/traces.ts';
import { tellEnd } from './tell-end.ts';
import type { EndReason } from './tell-end.ts';

/** Why a lead that a peer offered us is not for us; `declined`: nobody here wanted it. */
type WithdrawReason = EndReason | 'declined';

/**
 * A lead that a peer offered us is gone: whoever was offered it here, or had accepted it, is told, and its personal data is
 * deleted. Repeated: changes nothing. Throws `illegal-change` once it was released to us.
 */
export async function withdrawLead(tx: Tx, leadId: string, reason: WithdrawReason): Promise<void> {
  if ((await getLeadHead(tx, leadId)).state === 'withdrawn') return;
  await changeLead(tx, leadId, 'withdraw', { reason });
  await endAndForget(tx, leadId, reason);
}

interface GivingBack {
  /** A code. */
  readonly reason: string;
  readonly actor: LeadActor;
  /** The peer the lead came from. */
  readonly recipient: Holder;
}

/**
 * A lead that was released to us goes back to the peer it came from, as both sides agreed: whoever was offered it here is
 * told, and its personal data is deleted. Repeated: changes nothing. Throws `held-by-partner` while we have given it on.
 */
export async function giveLeadBack(tx: Tx, leadId: string, { reason, actor, recipient }: GivingBack): Promise<void> {
  const { state, holder } = await getLeadHead(tx, leadId);
  if (state === 'withdrawn') return;
  if (holder?.kind === 'peer')
    throw conflict('held-by-partner', 'A partner of ours holds this lead; ask that one first to give it back.');
  await changeLead(tx, leadId, 'give-back', { reason, actor, told: { recipient } });
  await endAndForget(tx, leadId, 'recalled');
}

/** A lead that is erased: whoever is offered it, or had accepted it, is told, and no value of it stays in routing. */
export async function eraseFromRouting(tx: Tx, leadId: string): Promise<void> {
  await endLive(tx, leadId, 'recalled');
  await forgetOfferValues(tx, leadId);
  await forgetTraces(tx, leadId);
}

async function endAndForget(tx: Tx, leadId: string, reason: WithdrawReason): Promise<void> {
  await endLive(tx, leadId, reason);
  await forgetOfferValues(tx, leadId);
  await forgetLead(tx, leadId, 'all');
}

async function endLive(tx: Tx, leadId: string, reason: WithdrawReason): Promise<void> {
  const last = await findLastOffer(tx, leadId);
  const offer = last && (await lockOffer(tx, last.id));
  if (offer && liveOfferStates.includes(offer.state)) await endWithdrawn(tx, offer, reason);
}

async function endWithdrawn(tx: Tx, offer: Offer, reason: WithdrawReason): Promise<void> {
  const told = reason === 'declined' ? 'recalled' : reason;
  const state = reason === 'declined' ? 'recalled' : reason;
  await updateOfferIf(tx, offer.id, { state: offer.state }, { state, endedAt: tx.clock.now() });
  await cancelJob(tx, expiryKey(offer.id));
  await tellEnd(tx, await closeOpenRecipients(tx, offer.id, 'lost'), told);
  if (offer.winnerId === null) return;
  await answerRecipient(tx, offer.winnerId, { from: 'accepted', to: 'lost' });
  await tellEnd(tx, [await getRecipient(tx, offer.winnerId)], told);
}
