import { makeOpenings } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { listHistoryOf } from '../../leads/store.ts';
import { whyChanged } from '../../leads/why-changed.ts';
import { confirmAward } from '../../routing/award.ts';
import { getOffer } from '../../routing/store/offers.ts';
import { findPlan, getRecipient } from '../../routing/store/recipients.ts';
import type { EndReason } from '../../routing/tell-end.ts';
import { saltSecret } from './offer-to-peer.ts';
import { tellClosedWays } from '../privacy/change-consent.ts';
import { findDeleteBy } from '../privacy/delete-shown.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { findOffering, updateConversation, type Conversation } from '../store/conversations.ts';
import { cancelUnsent, hasSent } from '../store/outbox.ts';
import { reasonToTell, tellChanges } from '../after-release/update-to-peer.ts';

/** Tells a peer that it was first. Provisional until the receipt; after the lease the lead is offered anew. */
export async function awardToPeer(tx: Tx, { recipientId }: { recipientId: string }): Promise<void> {
  const conversation = await findOffering(tx, recipientId);
  if (!conversation || !maySay(conversation, 'Award')) return;
  const { leaseUntil, state } = await getOffer(tx, (await getRecipient(tx, recipientId)).offerId);
  if (state !== 'awarded' || leaseUntil === null) return;
  const body = { leaseUntil: new Date(leaseUntil).toISOString() };
  await sendMessage(tx, conversation, { type: 'Award', body, expiresAt: leaseUntil });
}

/** The award's receipt is stored: ownership is final, and what was withheld goes out, exactly as it was promised. */
export async function releaseToPeer(tx: Tx, conversation: Conversation): Promise<void> {
  const { recipientId } = conversation;
  if (recipientId === null || !maySay(conversation, 'Release')) return;
  const plan = await findPlan(tx, recipientId);
  if (!plan || !(await confirmAward(tx, recipientId))) return;
  const body = { lead: plan.released, openings: makeOpenings(saltSecret(conversation)) };
  const change = { releasedAt: tx.clock.now(), endedAt: null, endedAs: null };
  const released = await sendMessage(tx, conversation, { type: 'Release', body, decidedBy: plan, change });
  // It opens the offered snapshot; what changed since then follows.
  const edits = await listHistoryOf(tx, conversation.leadId, { kinds: ['edit'], skip: 0 });
  const why = reasonToTell(whyChanged(edits.filter(({ at }) => at >= conversation.createdAt)));
  await tellClosedWays(tx, await tellChanges(tx, released, why));
}

/**
 * Tells a peer that the offer is over for it, once it has answered what it may have been sent before. What never left is
 * cancelled; an offer that never left needs no end.
 */
export async function closeToPeer(
  tx: Tx,
  { recipientId, reason }: { recipientId: string; reason: EndReason },
): Promise<void> {
  const conversation = await findOffering(tx, recipientId);
  if (!conversation || conversation.state === 'closed' || !maySay(conversation, 'NoLongerAvailable')) return;
  const cancelled = await cancelUnsent(tx, conversation, reason);
  if (cancelled.includes('Offer')) await updateConversation(tx, conversation, { state: 'closed' });
  else await sayClosed(tx, conversation, reason);
}

/** The offer is over for the peer; from now on it has so long to delete what it saw. */
export async function sayClosed(tx: Tx, conversation: Conversation, reason: EndReason): Promise<void> {
  const change = { deleteBy: conversation.deleteBy ?? (await findDeleteBy(tx, conversation)) };
  await sendMessage(tx, conversation, { type: 'NoLongerAvailable', body: { reason }, change });
}

/** Tells a peer that does not seem to know it that the offer is over, unless that is on its way or arrived. */
export async function tellClosed(tx: Tx, conversation: Conversation): Promise<void> {
  if (await hasSent(tx, conversation, 'NoLongerAvailable')) return;
  await sayClosed(tx, conversation, 'taken');
}
