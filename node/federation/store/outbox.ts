import { sql } from 'kysely';
import type { MessageType } from '../../../protocol/index.ts';
import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { ConversationKey } from './conversations.ts';

/**
 * `waiting` for a signed answer · `delivered`: receipt stored, or refused as the repetition of what arrived · `refused` by a signed Problem · `dead`: it expired
 * unanswered · `cancelled`: it never left, or expired unanswered after its conversation had ended · `replayed` by hand under
 * a new id.
 */
export type OutboxState = 'waiting' | 'delivered' | 'refused' | 'dead' | 'cancelled' | 'replayed';

export interface OutboxTable {
  messageId: string;
  peerId: string;
  conversationId: string;
  seq: number;
  type: MessageType;
  digest: string;
  /** The signed document, sealed once; null after its retention. */
  document: string | null;
  /** The same for every replay of one effect. */
  effectKey: string;
  state: OutboxState;
  /** Attempts that counted against the retry schedule. */
  attempts: number;
  /** Attempts after which the peer may have it; counted before they are made. 0: it never left. */
  departures: number;
  dueAt: number;
  createdAt: number;
  expiresAt: number;
  answeredAt: number | null;
  /** The signed Receipt or Problem as it came. */
  answer: string | null;
  /** Why the last attempt failed, or the code of the Problem. */
  code: string | null;
  /** What proves the signature when the document is gone. */
  proof: string | null;
}
export type OutboxMessage = OutboxTable;

/** Written into the statement, so that the databases see that the partial index of waiting messages fits. */
export const waiting = sql.lit<OutboxState>('waiting');

declare module '../../kernel/database.ts' {
  interface Database {
    outbox: OutboxTable;
  }
}

const insertRow = compileOnce((db, message: OutboxMessage) => db.insertInto('outbox').values(message));

export async function insertOutbox(tx: Tx, message: OutboxMessage): Promise<void> {
  await insertRow(tx, message);
}

/** The counter of the last message of a conversation, 0 before the first. */
export async function findLastSeq(ctx: Context, { peerId, conversationId }: ConversationKey): Promise<number> {
  const row = await ctx.db
    .selectFrom('outbox')
    .select('seq')
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** When the last message of this type was sealed in a line of messages. */
export async function findLastSealedAt(
  ctx: Context,
  { peerId, conversationId, type }: ConversationKey & { type: MessageType },
): Promise<number | undefined> {
  const row = await ctx.db
    .selectFrom('outbox')
    .select('createdAt')
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('type', '=', type)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.createdAt;
}

/** What of this type waits in a line of messages was overtaken: it is not sent any more, and not kept. */
export async function cancelOvertaken(
  tx: Tx,
  { peerId, conversationId, type }: ConversationKey & { type: MessageType },
): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set({ state: 'cancelled', code: 'overtaken', answeredAt: tx.clock.now(), document: null })
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('type', '=', type)
    .where('state', '=', waiting)
    .execute();
}

export const findOutbox = (ctx: Context, messageId: string): Promise<OutboxMessage | undefined> =>
  ctx.db.selectFrom('outbox').selectAll().where('messageId', '=', messageId).executeTakeFirst();

type Change = Partial<Omit<OutboxMessage, 'messageId'>>;
const updateRow = compileOnce((db, { messageId, ...change }: Change & { messageId: string }) =>
  db.updateTable('outbox').set(change).where('messageId', '=', messageId).where('state', '=', waiting),
);

/** Changes a message that is still waiting; false when its fate was decided meanwhile. */
export async function updateWaiting(tx: Tx, messageId: string, change: Change): Promise<boolean> {
  return (await updateRow(tx, { ...change, messageId })).numAffectedRows === 1n;
}

/** Marks a message whose delivery ended as replayed; false when somebody did so already. */
export async function markReplayed(tx: Tx, messageId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('outbox')
    .set({ state: 'replayed' })
    .where('messageId', '=', messageId)
    .where('state', 'in', ['refused', 'dead'])
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The last attempt never reached the peer. */
export async function takeDepartureBack(tx: Tx, messageId: string): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set((outbox) => ({ departures: outbox('departures', '-', 1) }))
    .where('messageId', '=', messageId)
    .execute();
}

/** What a person may ask for goes its way, however the offer ends. */
const ofRights: readonly MessageType[] = ['Erasure', 'ErasureStatus', 'ConsentChange', 'AccessRequest', 'AccessReport'];

/**
 * Cancels what waits in a conversation about its offer and never left; answers the types. What may have left keeps waiting for
 * its receipt.
 */
export async function cancelUnsent(
  tx: Tx,
  { peerId, conversationId }: ConversationKey,
  code: string,
): Promise<MessageType[]> {
  const rows = await tx.db
    .updateTable('outbox')
    .set({ state: 'cancelled', code, answeredAt: tx.clock.now() })
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('state', '=', waiting)
    .where('departures', '=', 0)
    .where('type', 'not in', ofRights)
    .returning('type')
    .execute();
  return rows.map((row) => row.type);
}

/** No release of a conversation leaves any more, nor is one sent anew. */
export async function withdrawReleases(tx: Tx, { peerId, conversationId }: ConversationKey): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set({ state: 'cancelled', code: 'freed', answeredAt: tx.clock.now() })
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('type', '=', 'Release')
    .where('state', 'in', ['waiting', 'dead', 'refused'])
    .execute();
}

/** Whether a message of this type is on its way in a conversation, or arrived. */
export async function hasSent(ctx: Context, key: ConversationKey, type: MessageType): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('outbox')
    .select('messageId')
    .where('peerId', '=', key.peerId)
    .where('conversationId', '=', key.conversationId)
    .where('type', '=', type)
    .where('state', 'in', ['waiting', 'delivered'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether a message of the same type was said later in its conversation. */
export async function isSaidAgain(
  ctx: Context,
  { peerId, conversationId, type, seq }: OutboxMessage,
): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('outbox')
    .select('messageId')
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('seq', '>', seq)
    .where('type', '=', type)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether an earlier message of the same effect may have reached the peer; also when nothing is known of it any more. */
export async function hasDepartedBefore(
  ctx: Context,
  { peerId, conversationId, effectKey, messageId }: OutboxMessage,
): Promise<boolean> {
  const rows = await ctx.db
    .selectFrom('outbox')
    .select('departures')
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('effectKey', '=', effectKey)
    .where('messageId', '!=', messageId)
    .execute();
  return rows.length === 0 || rows.some(({ departures }) => departures > 0);
}

/** Whether an earlier message of the same type may have reached the peer, but was never answered. */
export async function hasDiedOnTheWay(
  ctx: Context,
  { peerId, conversationId, type, seq }: OutboxMessage,
): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('outbox')
    .select('messageId')
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('seq', '<', seq)
    .where('type', '=', type)
    .where('state', '=', 'dead')
    .where('departures', '>', 0)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** How many messages are in which state, per peer. */
export const countByState = (
  ctx: Context,
  peerId?: string,
): Promise<{ peerId: string; state: OutboxState; messages: number }[]> =>
  ctx.db
    .selectFrom('outbox')
    .select(({ fn }) => ['peerId', 'state', fn.countAll<number>().as('messages')])
    .$if(peerId !== undefined, (query) => query.where('peerId', '=', peerId ?? ''))
    .groupBy(['peerId', 'state'])
    .execute();

/** Messages to a peer, newest first, without their documents. */
export const listOutbox = (
  ctx: Context,
  filter: { peerId: string; state?: OutboxState | undefined; cursor?: string | undefined; limit: number },
) =>
  ctx.db
    .selectFrom('outbox')
    .select(['messageId', 'conversationId', 'seq', 'type', 'state', 'attempts', 'dueAt', 'createdAt', 'expiresAt'])
    .select(['answeredAt', 'code'])
    .where('peerId', '=', filter.peerId)
    .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state ?? 'waiting'))
    .$if(filter.cursor !== undefined, (query) => query.where('messageId', '<', filter.cursor ?? ''))
    .orderBy('messageId', 'desc')
    .limit(filter.limit)
    .execute();

/** Whether a message of this type may have reached the peer. */
export async function hasDeparted(ctx: Context, key: ConversationKey, type: MessageType): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('outbox')
    .select('messageId')
    .where('peerId', '=', key.peerId)
    .where('conversationId', '=', key.conversationId)
    .where('type', '=', type)
    .where('departures', '>', 0)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
