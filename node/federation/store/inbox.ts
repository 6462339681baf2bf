import { sql } from 'kysely';
import type { MessageType } from '../../../protocol/index.ts';
import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import type { ConversationKey } from './conversations.ts';

export interface InboxTable {
  peerId: string;
  messageId: string;
  digest: string;
  type: MessageType;
  conversationId: string | null;
  /** The document as it came, sealed when it is about a lead; null when that is deleted, or after its retention. */
  document: string | null;
  /** The signed Receipt or Problem: the same bytes for every repetition. */
  answer: string;
  /** The code of the Problem; null for a Receipt. */
  code: string | null;
  /** What proves the signature when the document is gone. */
  proof: string | null;
  receivedAt: number;
  expiresAt: number;
  /** When the calendar forgets it; null: it proves what was said of a lead that is kept, or was for a while. */
  trimAt: number | null;
}
export type InboxMessage = InboxTable;

declare module '../../kernel/database.ts' {
  interface Database {
    inbox: InboxTable;
  }
}

/** A repetition later than this after its expiry fails on that. */
export const idMemoryMilliseconds = 90 * dayMilliseconds;

const insertRow = compileOnce((db, message: InboxMessage) =>
  db
    .insertInto('inbox')
    .values(message)
    .onConflict((conflict) => conflict.columns(['peerId', 'messageId']).doNothing())
    .returning('messageId'),
);

/** Stores a message unless its id is known; returns what is stored under it then. */
export async function insertInbox(tx: Tx, message: InboxMessage): Promise<InboxMessage | undefined> {
  const { rows } = await insertRow(tx, message);
  return rows.length > 0 ? undefined : findInbox(tx, message.peerId, message.messageId);
}

const findRow = compileOnce((db, { peerId, messageId }: Pick<InboxMessage, 'peerId' | 'messageId'>) =>
  db.selectFrom('inbox').selectAll().where('peerId', '=', peerId).where('messageId', '=', messageId),
);

export const findInbox = async (ctx: Context, peerId: string, messageId: string): Promise<InboxMessage | undefined> =>
  (await findRow(ctx, { peerId, messageId })).rows[0];

/** Messages of a peer, newest first, without their documents. */
export const listInbox = (
  ctx: Context,
  { peerId, cursor, limit }: { peerId: string; cursor?: string | undefined; limit: number },
) =>
  ctx.db
    .selectFrom('inbox')
    .select(['messageId', 'conversationId', 'type', 'code', 'receivedAt'])
    .where('peerId', '=', peerId)
    .$if(cursor !== undefined, (query) => query.where('messageId', '<', cursor ?? ''))
    .orderBy('messageId', 'desc')
    .limit(limit)
    .execute();

/** Deletes the content of a conversation's messages, but for one; ids, digests and answers stay. */
export async function forgetConversation(
  tx: Tx,
  { peerId, conversationId }: ConversationKey,
  { except = '' }: { except?: string } = {},
): Promise<void> {
  await tx.db
    .updateTable('inbox')
    .set({ document: null })
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('messageId', '<>', except)
    .execute();
}

/**
 * The offer was not ours in the end: what proves that it was made goes when the ids of its messages do, 90 days after they
 * expired, or after now if that is later (LX-135).
 */
export async function trimConversation(tx: Tx, { peerId, conversationId }: ConversationKey): Promise<void> {
  const now = tx.clock.now();
  await tx.db
    .updateTable('inbox')
    .set((row) => ({
      trimAt: row(
        row
          .case()
          .when('expiresAt', '>', now)
          .then(row.ref('expiresAt'))
          .else(row.cast<number>(row.val(now), 'bigint'))
          .end(),
        '+',
        row.cast<number>(row.val(idMemoryMilliseconds), 'bigint'),
      ),
    }))
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('trimAt', 'is', null)
    .execute();
}

/** What the partial indexes of contents say: what is sealed is about a lead, and goes with it. */
export const isPlain = sql<boolean>`"document" is not null and substr("document", 1, 7) <> 'sealed:'`;

/** Content about no lead goes when it expired before `contentAt`, rows when it is their time. */
export async function trimInbox(tx: Tx, { contentAt, now }: { contentAt: number; now: number }): Promise<void> {
  await tx.db.deleteFrom('inbox').where('trimAt', '<', now).execute();
  await tx.db.updateTable('inbox').set({ document: null }).where('expiresAt', '<', contentAt).where(isPlain).execute();
}
