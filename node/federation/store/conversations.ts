import type { Context, Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';

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
  /** On the offering side: base64, what the salts of the commitments are derived from. */
  secret: string | null;
  closesAt: number;
  /** The counter of the last message we sent here, and its digest. */
  sentSeq: number;
  sentDigest: string | null;
  receivedSeq: number;
  sentRevision: number;
  receivedRevision: number;
  createdAt: number;
  updatedAt: number;
}
export type Conversation = ConversationTable;
export type ConversationKey = Pick<Conversation, 'peerId' | 'conversationId'>;

declare module '../../kernel/database.ts' {
  interface Database {
    conversation: ConversationTable;
  }
}

export const findConversation = (ctx: Context, key: ConversationKey): Promise<Conversation | undefined> =>
  ctx.db
    .selectFrom('conversation')
    .selectAll()
    .where('peerId', '=', key.peerId)
    .where('conversationId', '=', key.conversationId)
    .executeTakeFirst();

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

export async function insertConversation(tx: Tx, conversation: Conversation): Promise<void> {
  await tx.db.insertInto('conversation').values(conversation).execute();
}

/**
 * Changes a conversation that is still as it was read; error `conversation-moved` when another transaction was faster (the
 * caller's whole transaction is then repeated or refused).
 */
export async function updateConversation(
  tx: Tx,
  seen: Conversation,
  change: Partial<Omit<Conversation, 'peerId' | 'conversationId'>>,
): Promise<Conversation> {
  const updated = { ...seen, ...change, updatedAt: tx.clock.now() };
  const { numUpdatedRows } = await tx.db
    .updateTable('conversation')
    .set({ ...change, updatedAt: updated.updatedAt })
    .where('peerId', '=', seen.peerId)
    .where('conversationId', '=', seen.conversationId)
    .where('state', '=', seen.state)
    .where('sentSeq', '=', seen.sentSeq)
    .where('receivedSeq', '=', seen.receivedSeq)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw conflict('conversation-moved', 'The conversation went on meanwhile.');
  return updated;
}
