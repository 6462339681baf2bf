import type { MessageType } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { ConversationKey } from './conversations.ts';
import { isPlain } from './inbox.ts';
import { waiting } from './outbox.ts';

/** Deletes the content of what was sent in a conversation and is settled; ids, digests and answers stay. */
export async function forgetSent(tx: Tx, { peerId, conversationId }: ConversationKey): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set({ document: null })
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('state', '<>', waiting)
    .execute();
}

/** Messages that show something of a lead, or could. */
const telling: readonly MessageType[] = [
  'Offer', 'Release', 'Update', 'Status', 'Recall', 'Return', 'ConsentChange', 'AccessRequest', 'AccessReport',
]; // prettier-ignore

/** Whether a message of this type shows something of a lead, or could. */
export const isTelling = (type: MessageType): boolean => telling.includes(type);

/** What shows nothing of a lead has to arrive all the same when that is deleted. An Erasure is said after that, or because of it. */
const spared: readonly MessageType[] = [...telling, 'Erasure'];

/** Whether a message of this type is kept sealed, as long as its lead: all that is said of one but that it is to be deleted. */
export const isKeptSealed = (type: MessageType): boolean => type !== 'Erasure';

/** What waits still in a conversation, sealed, and has to arrive although its lead is deleted. */
export const listAnswersWaiting = (ctx: Context, { peerId, conversationId }: ConversationKey) =>
  ctx.db
    .selectFrom('outbox')
    .select(['messageId', 'document'])
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('state', '=', waiting)
    .where('type', 'not in', spared)
    .execute();

/** Keeps the document of a message in another form. */
export async function keepDocumentAs(tx: Tx, messageId: string, document: string | null): Promise<void> {
  await tx.db.updateTable('outbox').set({ document }).where('messageId', '=', messageId).execute();
}

/**
 * Nothing of a lead leaves any more in this conversation, or nothing of these types, and the content of what was sent is deleted.
 * Answers when the first report was made that did not arrive: undefined when all did.
 */
export async function eraseSent(
  tx: Tx,
  { peerId, conversationId }: ConversationKey,
  types: readonly MessageType[] = telling,
): Promise<number | undefined> {
  const cancelled = await tx.db
    .updateTable('outbox')
    .set({ state: 'cancelled', code: 'erased', answeredAt: tx.clock.now() })
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('state', '=', waiting)
    .where('type', 'in', types)
    .returning(['type', 'createdAt'])
    .execute();
  await forgetSent(tx, { peerId, conversationId });
  const reports = cancelled.filter(({ type }) => type === 'AccessReport').map(({ createdAt }) => createdAt);
  return reports.length === 0 ? undefined : Math.min(...reports);
}

/** Deletes the content about no lead of messages that were answered before `at`; ids, digests and answers stay as proof. */
export const forgetDocumentsBefore = (tx: Tx, at: number) =>
  tx.db
    .updateTable('outbox')
    .set({ document: null })
    .where('answeredAt', '<', at)
    .where(isPlain)
    .where('state', 'in', ['delivered', 'cancelled', 'replayed'])
    .execute();
