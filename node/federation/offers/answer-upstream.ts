import { clockSkewMs, type Offer, type RejectReason } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { findNote, getLeadHead, listHistoryOf } from '../../leads/store.ts';
import { withdrawLead } from '../../routing/withdraw-lead.ts';
import { planRetention } from '../agreements/end-retention.ts';
import { describeEnd } from './describe-end.ts';
import { describeStatus, dispositionOf, toldEvents } from '../feedback/describe-status.ts';
import { feedbackUnder } from '../feedback/feedback-under.ts';
import { planDeletion } from '../privacy/delete-shown.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import {
  findConversation,
  findHolding,
  updateConversation,
  type Conversation,
  type ConversationKey,
} from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';

/** One of our users took a lead that a peer offers: we claim it. It is ours only when the peer releases it. */
export async function acceptToPeer(tx: Tx, { leadId }: { leadId: string }): Promise<void> {
  const conversation = await findHolding(tx, leadId);
  if (!conversation || !maySay(conversation, 'Accept')) return;
  const { opensAt, termsDigest } = JSON.parse(conversation.offer ?? '{}') as Partial<Offer>;
  await sendMessage(tx, conversation, {
    type: 'Accept',
    body: { offerDigest: conversation.offerDigest, ...(termsDigest !== undefined && { termsDigest }) },
    expiresAt: Math.max(conversation.closesAt, tx.clock.now()) + clockSkewMs,
    ...(opensAt !== undefined && { notBefore: Date.parse(opensAt) }),
  });
}

/** Nobody here wants a lead that a peer offers: what we saw of it is deleted. */
export async function rejectToPeer(
  tx: Tx,
  { leadId, reason }: { leadId: string; reason: RejectReason },
): Promise<void> {
  const conversation = await findHolding(tx, leadId);
  if (!conversation || !maySay(conversation, 'Reject')) return;
  const messageId = tx.ids.uuid();
  const saying = { type: 'Reject', body: { reason }, change: { offer: null }, messageId } as const;
  const rejected = await sendMessage(tx, conversation, saying);
  await forgetConversation(tx, conversation);
  await planDeletion(tx, rejected, { messageId, digest: rejected.sentDigest ?? '' });
}

/**
 * Tells the peer a lead came from what became of it, as far as our feedback policy for that peer goes: every event that it was
 * not told yet, in the order they happened, whichever event's intent runs first.
 */
export async function statusToPeer(tx: Tx, { leadId }: { leadId: string }): Promise<void> {
  const found = await findHolding(tx, leadId);
  if (!found || !maySay(found, 'Status')) return;
  let conversation: Conversation = found;
  const { holder } = await getLeadHead(tx, leadId);
  const policy = await feedbackUnder(tx, conversation);
  // Revisions count what was told; what was not told today is not told later either, whatever the policy is then.
  const events = await listHistoryOf(tx, leadId, { kinds: toldEvents, skip: conversation.consideredEvents });
  for (const entry of events) {
    const consideredEvents = conversation.consideredEvents + 1;
    const revision = conversation.sentRevision + 1;
    const note = policy.tell.note && entry.facts.noteId ? await findNote(tx, entry.facts.noteId) : undefined;
    const body = describeStatus(entry, { revision, holderName: holder?.name, note, policy });
    const end = describeEnd(dispositionOf(entry.kind), entry.at);
    const change = { consideredEvents, ...end, ...(body && { sentRevision: revision }) };
    conversation = body
      ? await sendMessage(tx, conversation, { type: 'Status', body, change })
      : await updateConversation(tx, conversation, change);
  }
  await planRetention(tx, conversation);
}

/** How long a claim that the peer receipted may stay without an answer: as long as any message lives. */
const claimPatienceMilliseconds = 15 * dayMilliseconds;

/** The job that closes a conversation of which nothing is heard. */
export const closeUnheardKey = ({ peerId, conversationId }: ConversationKey) =>
  `close-unheard:${peerId}:${conversationId}`;

/** The offer closed long ago and the peer fell silent: the lead is not shown any longer. */
export async function closeUnheard(
  tx: Tx,
  { peerId, conversationId, round }: { peerId: string; conversationId: string; round: number },
): Promise<void> {
  const conversation = await findConversation(tx, { peerId, conversationId });
  if (!conversation || conversation.round !== round) return;
  const waits = conversation.state === 'claimed' || conversation.state === 'awarded';
  if (!waits && conversation.state !== 'offered') return;
  const patientUntil = conversation.closesAt + claimPatienceMilliseconds;
  if (waits && tx.clock.now() < patientUntil) {
    const payload = { peerId, conversationId, round };
    await intend(tx, { kind: 'close-unheard', payload, dueAt: patientUntil, key: closeUnheardKey(conversation) });
    return;
  }
  const closed = await updateConversation(tx, conversation, { state: 'closed', offer: null });
  await forgetConversation(tx, conversation);
  await withdrawLead(tx, conversation.leadId, 'expired');
  await planDeletion(tx, closed);
}
