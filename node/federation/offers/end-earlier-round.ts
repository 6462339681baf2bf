import type { ConversationState } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { systemActor } from '../../leads/history.ts';
import { giveLeadBack, withdrawLead } from '../../routing/withdraw-lead.ts';
import { cancelWaiting } from '../privacy/cancel-told.ts';
import { listConversationsOf, type Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import { forgetReports } from '../store/privacy-requests.ts';
import { closeQuestion, forgetQuestions, listOpenIn } from '../store/questions.ts';
import { partnerOf } from '../peers/partner-of.ts';

/**
 * A peer offers anew where the end of the last round did not arrive: what we have of that round is deleted, and nothing of it
 * leaves any more. A lead that we asked to give back was taken back.
 */
export async function endEarlierRound(
  tx: Tx,
  conversation: Conversation,
  { before, messageId }: { before: ConversationState; messageId: string },
): Promise<void> {
  const { leadId, peerId } = conversation;
  if (before === 'offered' || before === 'claimed' || before === 'awarded') {
    await withdrawLead(tx, leadId, 'recalled');
  } else if (before === 'return-asked') {
    for (const { id } of await listOpenIn(tx, conversation))
      await closeQuestion(tx, id, { state: 'agreed', by: systemActor });
    const recipient = await partnerOf(tx, peerId);
    await giveLeadBack(tx, leadId, { reason: 'returned', actor: systemActor, recipient });
    await forgetQuestions(tx, leadId);
    await forgetReports(tx, leadId);
    // Also with those whom it was passed on to.
    for (const each of await listConversationsOf(tx, leadId)) {
      await cancelWaiting(tx, each);
      if (each.conversationId !== conversation.conversationId) await forgetConversation(tx, each);
    }
  } else return;
  await forgetConversation(tx, conversation, { except: messageId });
}
