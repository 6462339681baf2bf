import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { sql } from 'kysely';
import type { Attachment, Lead } from '../../../protocol/index.ts';
import { isSealed, openText, sealText } from '../../leads/content-key.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getLead } from '../../leads/store.ts';
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
  /** Words and values, here and below: sealed under the key of the lead's content, and read as absent when that is gone. */
  text: string | null;
  /** JSON: Attachment[], where the proofs of a return lie. */
  proofs: string | null;
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
export interface Question extends Omit<LeadQuestionTable, 'ours' | 'proofs' | 'content' | 'askedBy' | 'answeredBy'> {
  readonly ours: boolean;
  readonly proofs: readonly Attachment[];
  readonly content: Correction | undefined;
  readonly askedBy: LeadActor;
  readonly answeredBy: LeadActor | undefined;
}

async function read(ctx: Context, { ours, askedBy, answeredBy, ...row }: LeadQuestionTable): Promise<Question> {
  const opened = (column: (typeof sealed)[number]) => openText(ctx, row[column]);
  const [proofs, content] = [await opened('proofs'), await opened('content')];
  return {
    ...row,
    ours: ours === 1,
    text: await opened('text'),
    answerText: await opened('answerText'),
    proofs: proofs === null ? [] : (JSON.parse(proofs) as Attachment[]),
    content: content === null ? undefined : (JSON.parse(content) as Correction),
    askedBy: JSON.parse(askedBy) as LeadActor,
    answeredBy: answeredBy === null ? undefined : (JSON.parse(answeredBy) as LeadActor),
  };
}

async function readAll(ctx: Context, rows: readonly LeadQuestionTable[]): Promise<Question[]> {
  const questions: Question[] = [];
  for (const row of rows) questions.push(await read(ctx, row));
  return questions;
}

/** Columns with words and values of people. */
const sealed = ['text', 'proofs', 'content', 'answerText'] as const;

/** Words about a lead as they are kept: as long as the key of its content. */
async function seal(tx: Tx, leadId: string, words: string | null | undefined): Promise<string | null> {
  if (words === null || words === undefined) return null;
  const { contentKeyId } = await getLead(tx, leadId);
  return contentKeyId === null ? words : sealText(tx, contentKeyId, words);
}

type NewQuestion = Omit<Question, 'state' | 'proofs' | 'answerText' | 'answeredBy' | 'answeredAt'> &
  Partial<Pick<Question, 'proofs'>>;

export async function insertQuestion(tx: Tx, question: NewQuestion): Promise<void> {
  const { ours, text, proofs = [], content, askedBy, ...row } = question;
  const asked = { ours: Number(ours), askedBy: JSON.stringify(askedBy) };
  const kept = {
    text: await seal(tx, row.leadId, text),
    proofs: await seal(tx, row.leadId, proofs.length === 0 ? null : JSON.stringify(proofs)),
    content: await seal(tx, row.leadId, content && JSON.stringify(content)),
  };
  const open = { state: 'open', answerText: null, answeredBy: null, answeredAt: null } as const;
  await tx.db
    .insertInto('leadQuestion')
    .values({ ...row, ...asked, ...kept, ...open })
    .execute();
}

export async function findQuestion(ctx: Context, id: string): Promise<Question | undefined> {
  const row = await ctx.db.selectFrom('leadQuestion').selectAll().where('id', '=', id).executeTakeFirst();
  return row && read(ctx, row);
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
  return row && read(ctx, row);
}

const listRows = compileOnce((db, { leadId }: { leadId: string }) =>
  db.selectFrom('leadQuestion').selectAll().where('leadId', '=', leadId),
);

/** All that was ever asked about a lead, newest first. */
export async function listQuestionsOf(ctx: Context, leadId: string): Promise<Question[]> {
  const { rows } = await listRows(ctx, { leadId });
  return readAll(
    ctx,
    rows.sort((one, other) => (one.id < other.id ? 1 : -1)),
  );
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
  return readAll(ctx, rows);
}

interface Answer {
  readonly state: Exclude<QuestionState, 'open'>;
  readonly by: LeadActor;
  readonly text?: string | undefined;
}

/** Closes a question; its values are of no use any more. Error `answered-meanwhile` when it is not open. */
export async function closeQuestion(tx: Tx, id: string, { state, by, text }: Answer): Promise<void> {
  const { leadId } = (await findQuestion(tx, id)) ?? {};
  const answerText = leadId === undefined ? null : await seal(tx, leadId, text);
  const answer = { answeredAt: tx.clock.now(), answeredBy: JSON.stringify(by), answerText };
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
    .set({ text: null, proofs: null, answerText: null, content: null })
    .where('leadId', '=', leadId)
    .execute();
}

/** Questions with words that earlier versions kept plain, of up to `limit` after the cursor; and where to go on. */
export async function listPlainQuestions(
  ctx: Context,
  { cursor, limit }: { cursor: string; limit: number },
): Promise<{ items: { id: string; leadId: string }[]; nextCursor: string | undefined }> {
  const rows = await ctx.db
    .selectFrom('leadQuestion')
    .select(['id', 'leadId', ...sealed])
    .where('id', '>', cursor)
    .orderBy('id')
    .limit(limit)
    .execute();
  const items = rows.filter((row) => sealed.some((column) => isPlain(row[column])));
  return { items, nextCursor: rows.length < limit ? undefined : rows.at(-1)?.id };
}

const isPlain = (kept: string | null): boolean => kept !== null && !isSealed(kept);

/** Seals what is plain of a question. */
export async function sealQuestion(tx: Tx, id: string): Promise<void> {
  const row = await tx.db.selectFrom('leadQuestion').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return;
  const kept: Partial<Record<(typeof sealed)[number], string | null>> = {};
  for (const column of sealed) if (isPlain(row[column])) kept[column] = await seal(tx, row.leadId, row[column]);
  if (Object.keys(kept).length === 0) return;
  await tx.db.updateTable('leadQuestion').set(kept).where('id', '=', id).execute();
}

/** A partner goes on under another id; what was asked goes with it. */
export async function moveQuestions(tx: Tx, from: string, to: string): Promise<void> {
  await tx.db.updateTable('leadQuestion').set({ peerId: to }).where('peerId', '=', from).execute();
}
