import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { sql } from 'kysely';
import type { Lead } from '../../../protocol/index.ts';
import type { LeadActor } from '../../leads/history.ts';
import type { ConversationKey } from './conversations.ts';

/** `recall`: give it back? `return`: take it back? `correction`: take over these values? */
export type QuestionKind = 'recall' | 'return' | 'correction';
/** `void`: it was never heard, or something else settled it. */
export type QuestionState = 'open' | 'agreed' | 'refused' | 'void';

interface LeadQuestionTable {
  id: string;
  leadId: string;
  peerId: string;
  conversationId: string;
  kind: QuestionKind;
  /** 1: we asked; 0: the peer did. */
  ours: number;
  /** The message that asked; after a repetition the first one. */
  messageId: string;
  digest: string;
  /** A code of the protocol. */
  reason: string;
  text: string | null;
  /** JSON: Correction, while it is of use. */
  content: string | null;
  /** JSON: LeadActor. */
  askedBy: string;
  askedAt: number;
  /** When an answer is expected at the latest. */
  answerBy: number | null;
  state: QuestionState;
  answerText: string | null;
  /** JSON: LeadActor. */
  answeredBy: string | null;
  answeredAt: number | null;
}

declare module '../../kernel/database.ts' {
  interface Database {
    leadQuestion: LeadQuestionTable;
  }
}

/** Values a holder suggests for fields of a lead; a field that is absent in `lead` is to have none. */
export interface Correction {
  readonly fields: readonly string[];
  readonly lead: Lead;
}

/** Something one side of a conversation asked the other about its lead. */
export interface Question extends Omit<LeadQuestionTable, 'ours' | 'content' | 'askedBy' | 'answeredBy'> {
  readonly ours: boolean;
  readonly content: Correction | undefined;
  readonly askedBy: LeadActor;
  readonly answeredBy: LeadActor | undefined;
}

function parse({ ours, content, askedBy, answeredBy, ...row }: LeadQuestionTable): Question {
  return {
    ...row,
    ours: ours === 1,
    content: content === null ? undefined : (JSON.parse(content) as Correction),
    askedBy: JSON.parse(askedBy) as LeadActor,
    answeredBy: answeredBy === null ? undefined : (JSON.parse(answeredBy) as LeadActor),
  };
}

type NewQuestion = Omit<Question, 'state' | 'answerText' | 'answeredBy' | 'answeredAt'>;

export async function insertQuestion(tx: Tx, question: NewQuestion): Promise<void> {
  const { ours, content, askedBy, ...row } = question;
  const asked = { ours: Number(ours), askedBy: JSON.stringify(askedBy) };
  const open = { state: 'open', answerText: null, answeredBy: null, answeredAt: null } as const;
  await tx.db
    .insertInto('leadQuestion')
    .values({ ...row, ...asked, ...open, content: content === undefined ? null : JSON.stringify(content) })
    .execute();
}

export async function findQuestion(ctx: Context, id: string): Promise<Question | undefined> {
  const row = await ctx.db.selectFrom('leadQuestion').selectAll().where('id', '=', id).executeTakeFirst();
  return row && parse(row);
}

/** The question that a message asked. */
export async function findQuestionBy(
  ctx: Context,
  { peerId, messageId }: { peerId: string; messageId: string },
): Promise<Question | undefined> {
  const row = await ctx.db
    .selectFrom('leadQuestion')
    .selectAll()
    .where('peerId', '=', peerId)
    .where('messageId', '=', messageId)
    .executeTakeFirst();
  return row && parse(row);
}

const listRows = compileOnce((db, { leadId }: { leadId: string }) =>
  db.selectFrom('leadQuestion').selectAll().where('leadId', '=', leadId),
);

/** All that was ever asked about a lead, newest first. */
export async function listQuestionsOf(ctx: Context, leadId: string): Promise<Question[]> {
  const { rows } = await listRows(ctx, { leadId });
  return rows.map(parse).sort((one, other) => (one.id < other.id ? 1 : -1));
}

/** What was asked in a conversation and is not answered. */
export async function listOpenIn(
  ctx: Context,
  { leadId, peerId, conversationId }: ConversationKey & { readonly leadId: string },
): Promise<Question[]> {
  const all = await listQuestionsOf(ctx, leadId);
  return all.filter(
    (each) => each.state === 'open' && each.peerId === peerId && each.conversationId === conversationId,
  );
}

const open = sql.lit<QuestionState>('open');

/** Questions nobody answered yet, oldest first. */
export async function listOpenQuestions(
  ctx: Context,
  { cursor = '', limit }: { cursor?: string | undefined; limit: number },
): Promise<Question[]> {
  const rows = await ctx.db
    .selectFrom('leadQuestion')
    .selectAll()
    .where('state', '=', open)
    .where('id', '>', cursor)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(parse);
}

interface Answer {
  readonly state: Exclude<QuestionState, 'open'>;
  readonly by: LeadActor;
  readonly text?: string | undefined;
}

/** Closes a question; its values are of no use any more. Error `answered-meanwhile` when it is not open. */
export async function closeQuestion(tx: Tx, id: string, { state, by, text }: Answer): Promise<void> {
  const answer = { answeredAt: tx.clock.now(), answeredBy: JSON.stringify(by), answerText: text ?? null };
  const { numUpdatedRows } = await tx.db
    .updateTable('leadQuestion')
    .set({ state, ...answer, content: null })
    .where('id', '=', id)
    .where('state', '=', open)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw conflict('answered-meanwhile', 'This was answered in the same moment; look again.');
}

/** Deletes words and values of all that was asked about a lead; who asked what and when stays. */
export async function forgetQuestions(tx: Tx, leadId: string): Promise<void> {
  await tx.db
    .updateTable('leadQuestion')
    .set({ text: null, answerText: null, content: null })
    .where('leadId', '=', leadId)
    .execute();
}

/** A partner goes on under another id; what was asked goes with it. */
export async function moveQuestions(tx: Tx, from: string, to: string): Promise<void> {
  await tx.db.updateTable('leadQuestion').set({ peerId: to }).where('peerId', '=', from).execute();
}
