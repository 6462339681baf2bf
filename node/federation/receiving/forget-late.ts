import type { Tx } from '../../kernel/context.ts';
import { getLeadHead } from '../../leads/store.ts';
import type { Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import type { OutboxMessage } from '../store/outbox.ts';
import { forgetSentOne, isTelling } from '../store/outbox-content.ts';

/** Values of a lead that was given back, or erased, while they were on their way: they came too late to be kept. */
export async function forgetLate(tx: Tx, conversation: Conversation): Promise<void> {
  const { side, state, erasedAt } = conversation;
  if (erasedAt !== null || (side === 'holding' && state === 'returned')) await forgetConversation(tx, conversation);
}

/** The same of what we told, once its delivery is over: also to those whom the lead was passed on to. */
export async function forgetTold(tx: Tx, message: OutboxMessage, conversation: Conversation): Promise<void> {
  const { state, leadId } = conversation;
  if (state !== 'returned' || !isTelling(message.type)) return;
  if ((await getLeadHead(tx, leadId)).state === 'withdrawn') await forgetSentOne(tx, message.messageId);
}
