import { sql } from 'kysely';
import type { AccessReport, ErasureOutcome, OnwardErasure } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { LeadActor } from '../../leads/history.ts';
import type { ConversationKey } from './conversations.ts';

/** `erasure`: delete what this conversation disclosed; `access`: tell what is held of it. */
export type PrivacyKind = 'erasure' | 'access';
/** What was answered last; `open`: nothing yet; `unreached`: the other node never took the question. */
export type PrivacyOutcome = Exclude<ErasureOutcome, 'offer-deleted'> | 'open' | 'unreached';

interface PrivacyRequestTable {
  id: string;
  leadId: string;
  peerId: string;
  conversationId: string;
  kind: PrivacyKind;
  /** 1: we asked; 0: the peer did. */
  ours: number;
  messageId: string;
  digest: string;
  /** Of an erasure: a code of the protocol. */
  reason: string | null;
  /** JSON: LeadActor. */
  askedBy: string;
  askedAt: number;
  answerBy: number;
  /** The request of another node that made us ask this. */
  cause: string | null;
  outcome: PrivacyOutcome;
  holdUntil: number | null;
  text: string | null;
  /** JSON: PrivacyAnswer. */
  answer: string | null;
  answeredAt: number | null;
  /** When nothing more was to be expected. */
  settledAt: number | null;
}

declare module '../../kernel/database.ts' {
  interface Database {
    privacyRequest: PrivacyRequestTable;
  }
}

/** What came with an answer: recipients further on with what they said, or the report. */
export interface PrivacyAnswer {
  readonly onwards?: readonly OnwardErasure[] | undefined;
  readonly report?: AccessReport | undefined;
}

/** Something one side of a conversation asked the other about the person the lead is about. */
export interface PrivacyRequest extends Omit<PrivacyRequestTable, 'ours' | 'askedBy' | 'answer'> {
  readonly ours: boolean;
  readonly askedBy: LeadActor;
  readonly answer: PrivacyAnswer;
}

function parse({ ours, askedBy, answer, ...row }: PrivacyRequestTable): PrivacyRequest {
  return {
    ...row,
    ours: ours === 1,
    askedBy: JSON.parse(askedBy) as LeadActor,
    answer: answer === null ? {} : (JSON.parse(answer) as PrivacyAnswer),
  };
}

export async function insertPrivacyRequest(tx: Tx, { ours, askedBy, answer, ...row }: PrivacyRequest): Promise<void> {
  const written = { ours: Number(ours), askedBy: JSON.stringify(askedBy), answer: JSON.stringify(answer) };
  await tx.db
    .insertInto('privacyRequest')
    .values({ ...row, ...written })
    .execute();
}

export async function findPrivacyRequest(ctx: Context, id: string): Promise<PrivacyRequest | undefined> {
  const row = await ctx.db.selectFrom('privacyRequest').selectAll().where('id', '=', id).executeTakeFirst();
  return row && parse(row);
}

/** The request that a message made. */
export async function findPrivacyRequestBy(
  ctx: Context,
  { peerId, messageId }: { peerId: string; messageId: string },
): Promise<PrivacyRequest | undefined> {
  const row = await ctx.db
    .selectFrom('privacyRequest')
    .selectAll()
    .where('peerId', '=', peerId)
    .where('messageId', '=', messageId)
    .executeTakeFirst();
  return row && parse(row);
}

/** All requests about a lead, oldest first; a handful for each partner that saw it. */
export async function listPrivacyRequestsOf(ctx: Context, leadId: string): Promise<PrivacyRequest[]> {
  const rows = await ctx.db
    .selectFrom('privacyRequest')
    .selectAll()
    .where('leadId', '=', leadId)
    .orderBy('id')
    .execute();
  return rows.map(parse);
}

/** What we asked further on because of a request. */
export async function listCausedBy(ctx: Context, cause: string): Promise<PrivacyRequest[]> {
  const rows = await ctx.db.selectFrom('privacyRequest').selectAll().where('cause', '=', cause).orderBy('id').execute();
  return rows.map(parse);
}

/** Written into the statement, so that the databases see that the partial index fits. */
const unsettled = sql<boolean>`"settledAt" is null`;

/** Requests that wait for an answer, of either side, oldest first. */
export async function listOpenPrivacyRequests(
  ctx: Context,
  { cursor = '', limit }: { cursor?: string | undefined; limit: number },
): Promise<PrivacyRequest[]> {
  const rows = await ctx.db
    .selectFrom('privacyRequest')
    .selectAll()
    .where(unsettled)
    .where('id', '>', cursor)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(parse);
}

/** How many requests of the peer came in one conversation `since` then, or wait, if that is undefined; counts up to `most`. */
export async function countHeardIn(
  ctx: Context,
  { peerId, conversationId, leadId }: Of,
  { since, most }: { since?: number; most: number },
): Promise<number> {
  const heard = ctx.db
    .selectFrom('privacyRequest')
    .select('id')
    .where('leadId', '=', leadId)
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('ours', '=', 0)
    .limit(most);
  const counted = since === undefined ? heard.where('settledAt', 'is', null) : heard.where('askedAt', '>', since);
  return (await counted.execute()).length;
}
interface Of extends ConversationKey {
  readonly leadId: string;
}

type Change = Partial<
  Pick<PrivacyRequest, 'outcome' | 'holdUntil' | 'text' | 'answer' | 'answeredAt' | 'settledAt' | 'reason'>
>;

export async function updatePrivacyRequest(tx: Tx, id: string, { answer, ...change }: Change): Promise<void> {
  await tx.db
    .updateTable('privacyRequest')
    .set({ ...change, ...(answer && { answer: JSON.stringify(answer) }) })
    .where('id', '=', id)
    .execute();
}

/** Our questions in a conversation whose messages were cancelled: nobody will answer them. Answers what made us ask. */
export async function giveUpCancelled(tx: Tx, { peerId, conversationId }: ConversationKey): Promise<string[]> {
  const now = tx.clock.now();
  const rows = await tx.db
    .updateTable('privacyRequest')
    .set({ outcome: 'unreached', answeredAt: now, settledAt: now })
    .where('peerId', '=', peerId)
    .where('ours', '=', 1)
    .where('outcome', '=', 'open')
    .where('messageId', 'in', (eb) =>
      eb
        .selectFrom('outbox')
        .select('messageId')
        .where('peerId', '=', peerId)
        .where('conversationId', '=', conversationId)
        .where('state', '=', 'cancelled'),
    )
    .returning('cause')
    .execute();
  return rows.flatMap(({ cause }) => cause ?? []);
}

/** What the peer asked to be told of a lead in a conversation, and was answered from `since` on, waits for an answer again. Answers the ids. */
export async function reopenAnswered(tx: Tx, { peerId, conversationId, leadId }: Of, since: number): Promise<string[]> {
  const rows = await tx.db
    .updateTable('privacyRequest')
    .set({ outcome: 'open', answeredAt: null, settledAt: null })
    .where('leadId', '=', leadId)
    .where('peerId', '=', peerId)
    .where('conversationId', '=', conversationId)
    .where('kind', '=', 'access')
    .where('ours', '=', 0)
    .where('answeredAt', '>=', since)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Deletes reports and words of all that was asked about a lead; who asked what when, and what was said, stays. */
export async function forgetReports(tx: Tx, leadId: string): Promise<void> {
  await tx.db.updateTable('privacyRequest').set({ text: null }).where('leadId', '=', leadId).execute();
  await tx.db
    .updateTable('privacyRequest')
    .set({ answer: '{}' })
    .where('leadId', '=', leadId)
    .where('kind', '=', 'access')
    .execute();
}

/** A partner goes on under another id; what was asked goes with it. */
export async function movePrivacyRequests(tx: Tx, from: string, to: string): Promise<void> {
  await tx.db.updateTable('privacyRequest').set({ peerId: to }).where('peerId', '=', from).execute();
}
