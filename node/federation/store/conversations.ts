import { sql } from 'kysely';
import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { overtaken } from '../../kernel/errors.ts';

/** One lead with one peer; keyed by both, so that no peer can ever touch another's conversation. */
export interface ConversationTable {
  peerId: string;
  conversationId: string;
  /** Whether we offered the lead, or were offered it. */
  side: 'offering' | 'holding';
  /** As in the protocol's table of transitions. */
  state: string;
  round: number;
  leadId: string;
  /** On the offering side: the candidate of the offer (routing). */
  recipientId: string | null;
  offerDigest: string;
  /** On the holding side: the Offer as received (JSON), until it is released or forgotten. */
  offer: string | null;
  /** Base64, random. On the offering side the salts of the commitments are derived from it. */
  secret: string | null;
  closesAt: number;
  /** The counter of the last message we sent here, and its digest. */
  sentSeq: number;
  sentDigest: string | null;
  receivedSeq: number;
  /** The digest of the last message that was applied here. */
  receivedDigest: string | null;
  sentRevision: number;
  /** On the holding side: how many events of the lead were looked at, whether they were told or not. */
  consideredEvents: number;
  receivedRevision: number;
  /** Revisions of the last Update we sent, and of the last we took. */
  sentUpdate: number;
  receivedUpdate: number;
  /** JSON: what the other side knows of each field, as digests under `secret`; see `told-fields.ts`. */
  told: string | null;
  /** The agreement it began under, and keeps. */
  agreementId: string | null;
  agreementDigest: string | null;
  /** On the holding side, JSON: which nodes the lead passed, as the Offer said; for offering it on. */
  hops: string | null;
  /** When the lead was released, and when and how the holder's work on it ended: `won`, `lost` or `returned`. */
  releasedAt: number | null;
  endedAt: number | null;
  endedAs: string | null;
  /** After the end of an offer: until when the side that did not get the lead deletes what it saw, and when it was gone. */
  deleteBy: number | null;
  deletedAt: number | null;
  /** When this side deleted all it had of the conversation for good. */
  erasedAt: number | null;
  /** Under which key the raw messages are sealed. */
  contentKeyId: string | null;
  createdAt: number;
  updatedAt: number;
}
export type Conversation = ConversationTable;
/** States in which the holder owns the lead. */
export const heldStates: readonly string[] = ['released', 'recall-asked', 'return-asked'];
export type ConversationKey = Pick<Conversation, 'peerId' | 'conversationId'>;

declare module '../../kernel/database.ts' {
  interface Database {
    conversation: ConversationTable;
  }
}

const findRow = compileOnce((db, { peerId, conversationId }: ConversationKey) =>
  db.selectFrom('conversation').selectAll().where('peerId', '=', peerId).where('conversationId', '=', conversationId),
);

export const findConversation = async (
  ctx: Context,
  { peerId, conversationId }: ConversationKey,
): Promise<Conversation | undefined> => (await findRow(ctx, { peerId, conversationId })).rows[0];

/** The conversation about an offer's candidate, of its latest round. */
export const findOffering = (ctx: Context, recipientId: string): Promise<Conversation | undefined> =>
  ctx.db
    .selectFrom('conversation')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .orderBy('round', 'desc')
    .limit(1)
    .executeTakeFirst();

/** The conversation through which a lead came to us. */
export const findHolding = (ctx: Context, leadId: string): Promise<Conversation | undefined> =>
  ctx.db
    .selectFrom('conversation')
    .selectAll()
    .where('leadId', '=', leadId)
    .where('side', '=', 'holding')
    .executeTakeFirst();

/** All conversations about a lead, oldest first: the one it came through, and those in which it was offered. */
export const listConversationsOf = (ctx: Context, leadId: string): Promise<Conversation[]> =>
  ctx.db
    .selectFrom('conversation')
    .selectAll()
    .where('leadId', '=', leadId)
    .orderBy('createdAt')
    .orderBy('peerId')
    .execute();

/** Written into the statement, so that the databases see that the partial index fits. */
const undeleted = sql<boolean>`"deletedAt" is null and "deleteBy" is not null`;

/** Offers of ours that ended and whose losers have not confirmed in time; `cursor`: due time and conversation of the last one. */
export async function listOverdueDeletions(
  ctx: Context,
  { cursor = '0.', limit }: { cursor?: string | undefined; limit: number },
): Promise<Conversation[]> {
  const dot = cursor.indexOf('.');
  const [at, id] = [Number(cursor.slice(0, dot)) || 0, cursor.slice(dot + 1)];
  return ctx.db
    .selectFrom('conversation')
    .selectAll()
    .where(undeleted)
    .where('side', '=', 'offering')
    .where('deleteBy', '<=', ctx.clock.now())
    .where('deleteBy', '>=', at)
    .where((where) => where.or([where('deleteBy', '>', at), where('conversationId', '>', id)]))
    .orderBy('deleteBy')
    .orderBy('conversationId')
    .limit(limit)
    .execute();
}

const insertRow = compileOnce((db, conversation: Conversation) => db.insertInto('conversation').values(conversation));

export async function insertConversation(tx: Tx, conversation: Conversation): Promise<void> {
  await insertRow(tx, conversation);
}

type Change = Partial<Omit<Conversation, 'peerId' | 'conversationId'>>;
interface Seen extends ConversationKey {
  readonly seenState: string;
  readonly seenSent: number;
  readonly seenReceived: number;
}

const updateRow = compileOnce(
  (db, { peerId, conversationId, seenState, seenSent, seenReceived, ...change }: Change & Seen) =>
    db
      .updateTable('conversation')
      .set(change)
      .where('peerId', '=', peerId)
      .where('conversationId', '=', conversationId)
      .where('state', '=', seenState)
      .where('sentSeq', '=', seenSent)
      .where('receivedSeq', '=', seenReceived),
);

/** Changes a conversation that is still as it was read; when another process was faster, the whole transaction runs again. */
export async function updateConversation(tx: Tx, seen: Conversation, change: Change): Promise<Conversation> {
  const { peerId, conversationId, state: seenState, sentSeq: seenSent, receivedSeq: seenReceived } = seen;
  const updated = { ...seen, ...change, updatedAt: tx.clock.now() };
  const columns = { ...change, updatedAt: updated.updatedAt };
  const row = { peerId, conversationId, seenState, seenSent, seenReceived };
  const { numAffectedRows } = await updateRow(tx, { ...columns, ...row });
  if (numAffectedRows !== 1n) throw overtaken('conversation-moved', 'The conversation went on meanwhile.');
  return updated;
}
