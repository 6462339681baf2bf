import type { Tx } from '../../kernel/context.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import { completeRelease, failRelease, lapseAward } from '../../routing/award.ts';
import { rejectOffer } from '../../routing/reject-offer.ts';
import { withdrawLead } from '../../routing/withdraw-lead.ts';
import { onStepDead, onStepReceipted, onStepRefused } from '../agreements/step-delivered.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { releaseToPeer } from '../offers/award-to-peer.ts';
import { partnerOf } from '../peers/partner-of.ts';
import { planDeletion } from '../privacy/delete-shown.ts';
import { requestUnheard } from '../privacy/privacy-due.ts';
import { forgetTold } from '../receiving/forget-late.ts';
import { findConversation, updateConversation, type Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import { unmarkTold } from '../store/own-keys.ts';
import { cancelUnsent, isSaidAgain, type OutboxMessage } from '../store/outbox.ts';
import { isTelling } from '../store/outbox-content.ts';
import { unask } from '../after-release/unask.ts';
import { mayHaveArrived } from './may-have-arrived.ts';

/** The peer has a message for good. */
export async function onReceipt(tx: Tx, message: OutboxMessage): Promise<void> {
  if (message.type === 'Agreement') return onStepReceipted(tx, message);
  const conversation = await findConversation(tx, message);
  if (!conversation) return;
  if (message.type === 'Award') await releaseToPeer(tx, conversation);
  if (message.type === 'Release' && conversation.recipientId) await completeRelease(tx, conversation.recipientId);
  await forgetTold(tx, message, conversation);
}

/** The peer knew already what was sent anew: its effect came with the first one. */
export async function onKnown(tx: Tx, message: OutboxMessage): Promise<void> {
  const conversation = await findConversation(tx, message);
  if (conversation) await forgetTold(tx, message, conversation);
}

/** The peer refused a message for good, by a signed Problem. */
export async function onRefused(tx: Tx, message: OutboxMessage, code: string): Promise<void> {
  if (message.type === 'Agreement') return onStepRefused(tx, message, code);
  if (message.type === 'Erasure' || message.type === 'AccessRequest') return requestUnheard(tx, message, code);
  const conversation = await findConversation(tx, message);
  if (!conversation) return;
  await forgetTold(tx, message, conversation);
  // Without the offer there is nothing to end.
  if (message.type === 'Offer') await cancelUnsent(tx, conversation, code);
  if (conversation.state === 'closed') return;
  const { recipientId } = conversation;
  if (message.type === 'Offer' && recipientId) {
    await updateConversation(tx, conversation, { state: 'closed' });
    await rejectOffer(tx, { recipientId, reason: 'other', text: `The partner's node refused the offer: ${code}.` });
  }
  if (message.type === 'Award' && recipientId) {
    await updateConversation(tx, conversation, { state: 'closed' });
    await lapseAward(tx, recipientId);
  }
  if (message.type === 'Release' && recipientId) await loseRelease(tx, conversation, message, code);
  if (message.type === 'Recall' || message.type === 'Return') await unask(tx, conversation, { message, code });
  if (message.type === 'Accept')
    await loseClaim(tx, conversation, message, code === 'expired' ? 'expired' : 'recalled');
}

/** A message expired unanswered. Offers and awards end by their own clocks; a claim that cannot be heard is lost. */
export async function onDead(tx: Tx, message: OutboxMessage): Promise<void> {
  if (message.type === 'Agreement') return onStepDead(tx, message);
  if (message.type === 'KeyRollover') return unmarkTold(tx, message.peerId);
  if (message.type === 'Erasure' || message.type === 'AccessRequest') return requestUnheard(tx, message, 'expired');
  const conversation = await findConversation(tx, message);
  if (!conversation) return;
  // An answer may be sent anew by a person.
  if (isTelling(message.type)) await forgetTold(tx, message, conversation);
  if (message.type === 'Recall' || message.type === 'Return')
    await unask(tx, conversation, { message, code: 'not-reached' });
  if (message.type === 'Accept') await loseClaim(tx, conversation, message, 'expired');
}

/**
 * A refused release frees the lead for people, if the peer cannot have it. If it may have it from before, it stays the peer's, and
 * people are told to ask: whoever reports on it has it.
 */
async function loseRelease(tx: Tx, conversation: Conversation, release: OutboxMessage, code: string): Promise<void> {
  const { recipientId, leadId, peerId, state } = conversation;
  if (code !== 'erased' && (await mayHaveArrived(tx, release, code))) {
    await tellHistory(tx, leadId, 'doubt', { recipient: await partnerOf(tx, peerId), reason: code });
    return tellPeople(tx, { leadId, peerId, topic: 'release-doubtful' });
  }
  if (state !== 'erased') await updateConversation(tx, conversation, { state: 'closed' });
  if (recipientId !== null) await failRelease(tx, recipientId, code);
}

/** Our claim came to nothing. What a peer awarded in spite of that stays, and so does the claim of a later round. */
async function loseClaim(
  tx: Tx,
  conversation: Conversation,
  accept: OutboxMessage,
  reason: 'expired' | 'recalled',
): Promise<void> {
  if (conversation.state !== 'claimed' || (await isSaidAgain(tx, accept))) return;
  const closed = await updateConversation(tx, conversation, { state: 'closed', offer: null });
  await forgetConversation(tx, conversation);
  await planDeletion(tx, closed);
  await withdrawLead(tx, conversation.leadId, reason);
}
