import type { ConversationState, Header } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import type { EndReason } from '../../routing/tell-end.ts';
import { withdrawLead } from '../../routing/withdraw-lead.ts';
import { planDeletion } from '../privacy/delete-shown.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';

/** A peer ended its offer before the release, by the message `ended`: what we saw of the lead is deleted. */
export async function endOffer(
  tx: Tx,
  conversation: Conversation,
  { before, reason, ended }: { before: ConversationState; reason: EndReason; ended: NonNullable<Header['inReplyTo']> },
): Promise<void> {
  await forgetConversation(tx, conversation);
  if (before === 'closed' || before === 'rejected') return;
  await updateConversation(tx, conversation, { offer: null });
  await withdrawLead(tx, conversation.leadId, reason);
  await planDeletion(tx, conversation, ended);
}
