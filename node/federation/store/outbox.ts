import { sql } from 'kysely';
import type { MessageType } from '../../../protocol/index.ts';
import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { isRestoring } from '../../kernel/restoration.ts';
import type { ConversationKey } from './conversations.ts';

/**
 * `waiting` for a signed answer · `delivered`: receipt stored · `refused` by a signed Problem · `dead`: it expired
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

/** What waits after attempts that nobody answered, or that met a peer which did not know us, is due now. */
export async function hastenUnanswered(tx: Tx, peerId: string, now: number): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set({ dueAt: now })
    .where('peerId', '=', peerId)
    .where('state', '=', waiting)
    .where('dueAt', '>', now)
    .where('code', 'in', ['peer-unreachable', 'peer-broke-off', 'peer-timeout', 'peer-refuses-us'])
    .execute();
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

/** Active peers for which something waits and which do not fetch it, due at `dueBy` or earlier. */
export async function listPeersWithWaiting(ctx: Context, dueBy = Number.MAX_SAFE_INTEGER): Promise<string[]> {
  return (await findPeersWithWaiting(ctx, { dueBy })).rows.map((row) => row.nodeId);
}

const findPeersWithWaiting = compileOnce((db, { dueBy }: { dueBy: number }) =>
  db
    .selectFrom('peer')
    .select('nodeId')
    .where('state', '=', 'active')
    .where('fetches', '=', 0)
    .where((where) =>
      where.exists(
        where
          .selectFrom('outbox')
          .select('messageId')
          .whereRef('outbox.peerId', '=', 'peer.nodeId')
          .where('outbox.state', '=', waiting)
          .where('outbox.dueAt', '<=', dueBy),
      ),
    ),
);

/**
 * Takes messages that are due for a peer, the first unanswered one of each conversation only, longest due first: until
 * `leaseEndsAt` no other process takes them. The outer condition decides when two processes meet.
 */
export async function leaseDue(
  tx: Tx,
  peerId: string,
  { limit, leaseEndsAt }: { limit: number; leaseEndsAt: number },
): Promise<OutboxMessage[]> {
  const now = tx.clock.now();
  const due = firstOfConversations(tx, peerId, await isRestoring(tx))
    .select('messageId')
    .where('dueAt', '<=', now);
  return tx.db
    .updateTable('outbox')
    .set((outbox) => ({ dueAt: leaseEndsAt, departures: outbox('departures', '+', 1) }))
    .where('messageId', 'in', due.orderBy('dueAt').orderBy('messageId').limit(limit))
    .where('state', '=', waiting)
    .where('dueAt', '<=', now)
    .returningAll()
    .execute();
}

/** For so long a message that is sent is ours; a process that does not renew this is taken for dead, and it is sent again. */
export const leaseMilliseconds = 10_000;

/** So many attempts in vain (about an hour), and what may be overtaken holds up later messages of its conversation no longer. */
const patientAttempts = 6;

/** What arrives too late is receipted and changes nothing; anything else would be refused then (LX-093). */
const mayBeOvertaken: readonly MessageType[] = ['Status', 'Update'];

/** What gives a lead away; does not leave a restored node before it knows how things stand on the other side (LX-183). */
const giving: readonly MessageType[] = ['Offer', 'Award', 'Release'];

/** What waits for a peer and is not held up by an earlier message of its conversation; `restoring`: nor gives a lead away. */
export const firstOfConversations = (ctx: Context, peerId: string, restoring: boolean) =>
  ctx.db
    .selectFrom('outbox as message')
    .where('peerId', '=', peerId)
    .where('state', '=', waiting)
    .$if(restoring, (query) => query.where('type', 'not in', giving))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('outbox as earlier')
            .select('earlier.messageId')
            .whereRef('earlier.peerId', '=', 'message.peerId')
            .whereRef('earlier.conversationId', '=', 'message.conversationId')
            .whereRef('earlier.seq', '<', 'message.seq')
            .where('earlier.state', '=', waiting)
            .where((either) =>
              either.or([
                either('earlier.type', 'not in', mayBeOvertaken),
                either('earlier.attempts', '<', patientAttempts),
                // Due or under way: it leaves first.
                either('earlier.dueAt', '<=', ctx.clock.now() + leaseMilliseconds),
              ]),
            ),
        ),
      ),
    );

/** When the next message to a peer is due that no earlier one of its conversation holds up. */
export async function findNextDueAt(ctx: Context, peerId: string): Promise<number | undefined> {
  const firsts = firstOfConversations(ctx, peerId, await isRestoring(ctx));
  const [first] = await firsts.select('dueAt').orderBy('dueAt').limit(1).execute();
  return first?.dueAt;
}

/** Whether so many messages wait for a peer, or more. */
export const isFull = async (ctx: Context, peerId: string, highWater: number): Promise<boolean> =>
  (await findLastWaiting(ctx, { peerId, offset: highWater - 1 })).rows.length > 0;

const findLastWaiting = compileOnce((db, { peerId, offset }: { peerId: string; offset: number }) =>
  db
    .selectFrom('outbox')
    .select('state')
    .where('peerId', '=', peerId)
    .where('state', '=', waiting)
    .limit(1)
    .offset(offset),
);

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

/** Nothing of a lead leaves any more in this conversation, and the content of what was sent is deleted. */
export async function eraseSent(tx: Tx, { peerId, conversationId }: ConversationKey): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set({ state: 'cancelled', code: 'erased', answeredAt: tx.clock.now() })
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('state', '=', waiting)
    .where('type', 'in', telling)
    .execute();
  await forgetSent(tx, { peerId, conversationId });
}

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

/** Deletes the content of messages that were answered before `at`; ids, digests and answers stay as proof. */
export const forgetDocumentsBefore = (tx: Tx, at: number) =>
  tx.db
    .updateTable('outbox')
    .set({ document: null })
    .where('answeredAt', '<', at)
    .where('document', 'is not', null)
    .where('state', 'in', ['delivered', 'cancelled', 'replayed'])
    .execute();

/** What waits for partners that fetch their messages, and expired before they did. */
export const listUnfetched = (ctx: Context, now: number, limit: number): Promise<OutboxMessage[]> =>
  ctx.db
    .selectFrom('outbox')
    .innerJoin('peer', 'peer.nodeId', 'outbox.peerId')
    .selectAll('outbox')
    .where('peer.fetches', '=', 1)
    .where('outbox.state', '=', waiting)
    .where('outbox.expiresAt', '<=', now)
    .limit(limit)
    .execute();
