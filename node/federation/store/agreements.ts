import type { AgreementStep, AgreementTerms } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';

export type Side = 'us' | 'them';

interface AgreementTable {
  id: string;
  peerId: string;
  /** Of the proposal; once that is accepted, of the agreement. */
  digest: string;
  /** Chosen by whoever proposed it; a later version may have the same. */
  agreementId: string;
  proposedBy: Side;
  /** JSON: AgreementTerms. */
  terms: string;
  words: string | null;
  proposedAt: number;
  acceptedAt: number | null;
  /** When both sides were sure to know of the acceptance: only then we offer under it. */
  settledAt: number | null;
  /** From when on it is over; of several ends the earliest. */
  endsAt: number | null;
  endedBy: Side | null;
  /** The partner's node would not take it: the code of its Problem. */
  refusedFor: string | null;
}

interface AgreementDocumentTable {
  id: string;
  peerId: string;
  messageId: string;
  /** The proposal's digest. */
  proposal: string;
  step: AgreementStep;
  signedBy: Side;
  at: number;
  /** As it was signed. */
  document: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    agreement: AgreementTable;
    agreementDocument: AgreementDocumentTable;
  }
}

/** A version of what we and a partner agreed on, or of what one of us would like to. Never deleted. */
export interface Agreement extends Omit<AgreementTable, 'terms'> {
  readonly terms: AgreementTerms;
}
export type AgreementDocument = AgreementDocumentTable;

const parse = ({ terms, ...row }: AgreementTable): Agreement => ({
  ...row,
  terms: JSON.parse(terms) as AgreementTerms,
});

export async function insertAgreement(tx: Tx, { terms, ...agreement }: Agreement): Promise<void> {
  await tx.db
    .insertInto('agreement')
    .values({ ...agreement, terms: JSON.stringify(terms) })
    .execute();
}

type Change = Partial<Pick<Agreement, 'acceptedAt' | 'settledAt' | 'endsAt' | 'endedBy' | 'refusedFor'>>;

export async function updateAgreement(tx: Tx, { id }: Pick<Agreement, 'id'>, change: Change): Promise<void> {
  await tx.db.updateTable('agreement').set(change).where('id', '=', id).execute();
}

/** The version whose proposal has this digest. */
export async function findAgreement(ctx: Context, peerId: string, digest: string): Promise<Agreement | undefined> {
  const row = await ctx.db
    .selectFrom('agreement')
    .selectAll()
    .where('peerId', '=', peerId)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row && parse(row);
}

/** By its id here; error `not-found`. */
export async function getAgreement(ctx: Context, peerId: string, id: string): Promise<Agreement> {
  const query = ctx.db.selectFrom('agreement').selectAll().where('id', '=', id).where('peerId', '=', peerId);
  const row = await query.executeTakeFirst();
  if (!row) throw notFound('agreement');
  return parse(row);
}

/** All versions, newest first. */
export async function listAgreements(
  ctx: Context,
  { peerId, cursor, limit }: { peerId: string; cursor?: string | undefined; limit: number },
): Promise<Agreement[]> {
  const rows = await ctx.db
    .selectFrom('agreement')
    .selectAll()
    .where('peerId', '=', peerId)
    .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(parse);
}

/** So many accepted versions decide what is in force; two organisations agree anew now and then, not every day. */
const mostInSight = 50;

/** The versions accepted last. */
export async function listAccepted(ctx: Context, peerId: string): Promise<Agreement[]> {
  const rows = await ctx.db
    .selectFrom('agreement')
    .selectAll()
    .where('peerId', '=', peerId)
    .where('acceptedAt', 'is not', null)
    .orderBy('acceptedAt', 'desc')
    .limit(mostInSight)
    .execute();
  return rows.map(parse);
}

/** How many proposals of the partner wait for our answer; counts up to `most`. */
export async function countOpenProposals(ctx: Context, peerId: string, most: number): Promise<number> {
  const rows = await ctx.db
    .selectFrom('agreement')
    .select('id')
    .where('peerId', '=', peerId)
    .where('proposedBy', '=', 'them')
    .where('acceptedAt', 'is', null)
    .where('endsAt', 'is', null)
    .limit(most)
    .execute();
  return rows.length;
}

export async function insertAgreementDocument(tx: Tx, document: AgreementDocument): Promise<void> {
  await tx.db.insertInto('agreementDocument').values(document).execute();
}

export const findAgreementDocument = (
  ctx: Context,
  peerId: string,
  messageId: string,
): Promise<AgreementDocument | undefined> =>
  ctx.db
    .selectFrom('agreementDocument')
    .selectAll()
    .where('peerId', '=', peerId)
    .where('messageId', '=', messageId)
    .executeTakeFirst();

/** What both sides signed about a version, in the order it became known here; a handful. */
export const listAgreementDocuments = (ctx: Context, peerId: string, proposal: string): Promise<AgreementDocument[]> =>
  ctx.db
    .selectFrom('agreementDocument')
    .selectAll()
    .where('peerId', '=', peerId)
    .where('proposal', '=', proposal)
    .orderBy('id')
    .limit(20)
    .execute();
