import type { Tx } from '../../kernel/context.ts';
import { getLeadHead } from '../../leads/store.ts';
import type { Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import type { OutboxMessage } from '../store/outbox.ts';
import { isKeptSealed, keepDocumentAs } from '../store/outbox-content.ts';

/** Values of a lead that was given back, or erased, while they were on their way: they came too late to be kept. */
export async function forgetLate(tx: Tx, conversation: Conversation): Promise<void> {
  const { side, state, erasedAt } = conversation;
  if (erasedAt !== null || (side === 'holding' && state === 'returned')) await forgetConversation(tx, conversation);
}

/** The same of what we told, once its delivery is over: also to those whom the lead was passed on to. */
export async function forgetTold(tx: Tx, message: OutboxMessage, conversation: Conversation): Promise<void> {
  const { state, leadId, contentKeyId, erasedAt, deletedAt } = conversation;
  const { messageId, type } = message;
  const isDeleted = contentKeyId === null && (erasedAt !== null || deletedAt !== null);
  // Readable since the key of its content is gone: its words have arrived now, or never will. What became of it may be sent anew.
  if (isDeleted && isKeptSealed(type) && type !== 'ErasureStatus') return keepDocumentAs(tx, messageId, null);
  if (state !== 'returned' || !isKeptSealed(type)) return;
  if ((await getLeadHead(tx, leadId)).state === 'withdrawn') await keepDocumentAs(tx, messageId, null);
}
