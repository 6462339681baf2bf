import type { Tx } from '../../kernel/context.ts';
import type { Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';

/** Values of a lead that was given back, or erased, while they were on their way: they came too late to be kept. */
export async function forgetLate(tx: Tx, conversation: Conversation): Promise<void> {
  const { side, state, erasedAt } = conversation;
  if (erasedAt !== null || (side === 'holding' && state === 'returned')) await forgetConversation(tx, conversation);
}
