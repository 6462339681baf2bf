import { checkOpenings, hasPassed, mostHops, ProtocolError, type Offer } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { cancelJob, intend } from '../../kernel/jobs.ts';
import { isRestoring } from '../../kernel/restoration.ts';
import { receiveLead } from '../../leads/receive-lead.ts';
import { applyPartnerStatus, noteReturned } from '../../routing/apply-partner-status.ts';
import { claimOffer } from '../../routing/claim-offer.ts';
import { rejectOffer } from '../../routing/reject-offer.ts';
import { releaseLead } from '../../routing/release-lead.ts';
import { getOffer } from '../../routing/store/offers.ts';
import { getRecipient } from '../../routing/store/recipients.ts';
import { tellCapReached } from '../agreements/caps.ts';
import { closeUnheardKey } from '../offers/answer-upstream.ts';
import { sayClosed, tellClosed } from '../offers/award-to-peer.ts';
import { endEarlierRound } from '../offers/end-earlier-round.ts';
import { describeEnd } from '../offers/describe-end.ts';
import { endOffer } from '../offers/end-offer.ts';
import { keepOfStatus } from '../feedback/describe-status.ts';
import { feedbackOf } from '../feedback/feedback-policy.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { refuseBeyondCaps } from '../offers/refuse-beyond-caps.ts';
import { findDeleteBy, planDeletion } from '../privacy/delete-shown.ts';
import { forgetLate } from '../receiving/forget-late.ts';
import { Refusal } from '../receiving/refusal.ts';
import { offeredKey } from '../receiving/seal-arrival.ts';
import { sendMessage } from '../sending/send-message.ts';
import { isOwnedThrough } from '../after-release/settle-question.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import { digestFields } from '../after-release/told-fields.ts';
import type { ConversationEffects } from './effect.ts';

/** After the offer closed, its arbiter has this long to tell; clocks may differ. */
const closingGraceMilliseconds = 10 * 60_000;

/** The messages that every node speaks: from the offer to the end of the deal. */
export const coreEffects = {
  /** A lead on offer: ours to show and route until the peer closes it. */
  async Offer(tx, { peer, conversation, message: { body, header }, digest }, before) {
    const closesAt = Date.parse(body.closesAt);
    if (closesAt <= tx.clock.now()) throw new Refusal('expired', 'The offer has closed already.');
    await endEarlierRound(tx, conversation, { before, messageId: header.messageId });
    const { hopNonce, hops } = body;
    if (hasPassed(body, tx.config.nodeId) || (hops ?? []).length >= mostHops) return refuseLooped(tx, conversation);
    const contentKeyId = offeredKey(peer.nodeId, header);
    const leadId = await receiveLead(tx, {
      document: body.lead,
      contentKeyId,
      origin: 'peer',
      originPeer: peer.nodeId,
      originName: peer.name,
      originConversation: conversation.conversationId,
      originClosesAt: closesAt,
      hiddenFields: body.withheldFields,
      maskedFields: body.maskedFields,
    });
    const passed = JSON.stringify({ hopNonce, hops });
    const kept = { offerDigest: digest, offer: JSON.stringify(body), hops: passed };
    const change = { leadId, closesAt, contentKeyId, ...kept, consideredEvents: 0 };
    await updateConversation(tx, conversation, change);
    const { peerId, conversationId, round } = conversation;
    const key = closeUnheardKey(conversation);
    await cancelJob(tx, key);
    const dueAt = closesAt + closingGraceMilliseconds;
    await intend(tx, { kind: 'close-unheard', payload: { peerId, conversationId, round }, dueAt, key });
  },

  /** The peer claims: the database decides whether it was first. */
  async Accept(tx, { conversation, message: { body } }, before) {
    // Offers of this node name no terms.
    if (body.offerDigest !== conversation.offerDigest || body.termsDigest !== undefined)
      throw new Refusal('conflict', 'Another offer was accepted than the one made.', {
        securityEvent: 'offer-differs',
      });
    if (before === 'closed') return tellClosed(tx, conversation);
    if (await isRestoring(tx))
      throw new Refusal('overloaded', 'This node was restored, and asks how things stand first.', { retryAfter: 60 });
    const recipientId = conversation.recipientId ?? '';
    await refuseEarly(tx, recipientId);
    if (before === 'offered' && (await refuseBeyondCaps(tx, conversation))) return;
    const { outcome } = await claimOffer(tx, { recipientId, round: conversation.round });
    if (outcome === 'won' || outcome === 'already-yours') return;
    await sayClosed(tx, conversation, outcome);
  },

  async Reject(tx, { conversation, message: { body } }, before) {
    if (before === 'closed' || before === 'rejected') return;
    const recipientId = conversation.recipientId ?? '';
    await updateConversation(tx, conversation, { deleteBy: await findDeleteBy(tx, conversation) });
    await rejectOffer(tx, { recipientId, reason: body.reason, text: body.text });
  },

  /** Provisional: nothing is unmasked before Release. */
  async Award() {
    // Its receipt is what the peer waits for.
  },

  /** The whole lead, if it is the one that was offered. Sent anew, because its receipt got lost, it tells nothing new. */
  async Release(tx, { conversation, message: { body } }, before) {
    if (before !== 'awarded') return forgetLate(tx, conversation);
    const { conversationId, round, offer } = conversation;
    try {
      checkOpenings(body, JSON.parse(offer ?? '{}') as Offer, conversationId, round);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new Refusal('conflict', error.detail, { securityEvent: 'released-lead-differs' });
    }
    const told = JSON.stringify(digestFields(conversation, body.lead));
    const change = { offer: null, told, releasedAt: tx.clock.now() };
    const released = await updateConversation(tx, conversation, change);
    await releaseLead(tx, conversation.leadId, body.lead);
    await tellCapReached(tx, released);
  },

  /** Taken, expired or recalled: what we saw of the lead is deleted. */
  async NoLongerAvailable(tx, { conversation, message: { body, header }, digest }, before) {
    const ended = { messageId: header.messageId, digest };
    await endOffer(tx, conversation, { before, reason: body.reason, ended });
  },

  /** What the holder did with the lead; an older revision tells nothing new. Whoever reports has the release. */
  async Status(tx, { peer, conversation, message: { body } }, before) {
    if (body.revision <= conversation.receivedRevision) return;
    const end = describeEnd(body.disposition, tx.clock.now());
    await updateConversation(tx, conversation, { receivedRevision: body.revision, ...end });
    if (before === 'returned' || !(await isOwnedThrough(tx, conversation))) return;
    const kept = keepOfStatus(body, feedbackOf(peer));
    if (!kept) return;
    const { disposition, until, amount, amountBand, reason, note, assignedTo } = kept;
    const untilAt = until === undefined ? undefined : Date.parse(until);
    const [leadId, peerId] = [conversation.leadId, peer.nodeId];
    if (disposition !== 'returned') {
      const told = { disposition, until: untilAt, amount, amountBand, reason, note, assignedTo };
      return applyPartnerStatus(tx, { leadId, peerId, ...told });
    }
    // Once, until it reports anything else.
    if (conversation.endedAs === 'returned') return;
    await noteReturned(tx, { leadId, peerId, reason, note });
    await tellPeople(tx, { leadId, peerId, topic: 'said-returned' });
  },
} satisfies ConversationEffects;

/** The lead was here before, or passed too many nodes: this node does not take part, and keeps nothing of it (LX-163). */
async function refuseLooped(tx: Tx, conversation: Conversation): Promise<void> {
  const messageId = tx.ids.uuid();
  const rejected = await sendMessage(tx, conversation, { type: 'Reject', body: { reason: 'duplicate' }, messageId });
  await forgetConversation(tx, conversation);
  await planDeletion(tx, rejected, { messageId, digest: rejected.sentDigest ?? '' });
}

/** People and slower peers get the same chance: a claim before the opening may come again. */
async function refuseEarly(tx: Tx, recipientId: string): Promise<void> {
  const { opensAt } = await getOffer(tx, (await getRecipient(tx, recipientId)).offerId);
  const seconds = Math.ceil((opensAt - tx.clock.now()) / 1000);
  if (seconds > 0) throw new Refusal('from-future', 'The offer is not open yet.', { retryAfter: seconds });
}
