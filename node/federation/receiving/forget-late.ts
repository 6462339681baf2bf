import type { Tx } from '../../kernel/context.ts';
import type { Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';

/** Values of a lead that was given back while they were on their way: they came too late to be kept. */
export async function forgetLate(tx: Tx, conversation: Conversation): Promise<void> {
  if (conversation.side === 'holding' && conversation.state === 'returned') await forgetConversation(tx, conversation);
}
