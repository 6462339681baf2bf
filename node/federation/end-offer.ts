import type { ConversationState } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import type { EndReason } from '../routing/tell-end.ts';
import { withdrawLead } from '../routing/withdraw-lead.ts';
import { updateConversation, type Conversation } from './store/conversations.ts';
import { forgetConversation } from './store/inbox.ts';

/** A peer ended its offer before the release: what we saw of the lead is deleted. */
export async function endOffer(
  tx: Tx,
  conversation: Conversation,
  { before, reason }: { before: ConversationState; reason: EndReason },
): Promise<void> {
  await forgetConversation(tx, conversation);
  if (before === 'closed' || before === 'rejected') return;
  await updateConversation(tx, conversation, { offer: null });
  await withdrawLead(tx, conversation.leadId, reason);
}
