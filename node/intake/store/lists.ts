import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import { earliestId } from '../../kernel/ids.ts';
import { toPage } from '../../kernel/paging.ts';
import type { ColumnMapping } from '../map-headers.ts';
import type { DateOrder } from '../read-date-time.ts';

/** How a list is written and where its columns go: all that is needed to read its rows later. */
export interface ListLayout {
  readonly encoding: string;
  readonly delimiter: string;
  readonly header: readonly string[];
  /** The header as it stands in the file. */
  readonly headerText: string;
  readonly headerLine: number;
  readonly mapping: readonly ColumnMapping[];
  readonly dateOrder?: DateOrder | undefined;
  readonly defaultCountry?: string | undefined;
  readonly guessedCountry?: string | undefined;
}

export interface ImportListTable {
  id: string;
  /** SHA-256 of the file, base64url. */
  fileDigest: string;
  provider: string;
  licence: string | null;
  campaign: string | null;
  fileName: string | null;
  /** JSON of `ListLayout`. */
  layout: string;
  state: 'running' | 'done';
  chunks: number;
  chunksDone: number;
  rows: number;
  accepted: number;
  repeated: number;
  refused: number;
  createdById: string;
  createdByName: string;
  createdAt: number;
  finishedAt: number | null;
}

declare module '../../kernel/database.ts' {
  interface Database {
    importList: ImportListTable;
    importChunk: { listId: string; number: number; firstLine: number; bytes: Buffer };
    importRow: ImportedRow;
    importRefusal: { listId: string; line: number; code: string; path: string | null; bytes: Buffer };
  }
}

export interface ImportedRow {
  provider: string;
  /** SHA-256 of the row's cells with the names of their columns, base64url. */
  digest: string;
  listId: string;
  line: number;
  leadId: string;
}

export type StoredList = Omit<ImportListTable, 'layout'> & { readonly layout: ListLayout };

const parse = ({ layout, ...columns }: ImportListTable): StoredList => ({
  ...columns,
  layout: JSON.parse(layout) as ListLayout,
});

/** The list, or `not-found`. */
export async function getList(ctx: Context, listId: string): Promise<StoredList> {
  const row = await ctx.db.selectFrom('importList').selectAll().where('id', '=', listId).executeTakeFirst();
  if (!row) throw notFound('list');
  return parse(row);
}

/** The list that a provider's file became. */
export async function getListByFile(ctx: Context, provider: string, fileDigest: string): Promise<string> {
  const row = await ctx.db
    .selectFrom('importList')
    .select('id')
    .where('provider', '=', provider)
    .where('fileDigest', '=', fileDigest)
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Lists, newest first. */
export async function listLists(
  ctx: Context,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: StoredList[]; nextCursor?: string }> {
  let select = ctx.db.selectFrom('importList').selectAll().orderBy('id', 'desc');
  if (cursor !== undefined) select = select.where('id', '<', cursor);
  const { items, ...next } = toPage(await select.limit(limit + 1).execute(), limit);
  return { items: items.map(parse), ...next };
}

export type NewList = Pick<
  StoredList,
  'fileDigest' | 'provider' | 'licence' | 'campaign' | 'fileName' | 'layout' | 'createdById' | 'createdByName'
>;

export interface Chunk {
  readonly firstLine: number;
  readonly bytes: Buffer;
}

/** Writes a list and its chunks of rows; answers its id, or undefined when the provider's file is there already. */
export async function insertList(tx: Tx, list: NewList, chunks: readonly Chunk[]): Promise<string | undefined> {
  const id = tx.ids.make('list');
  const counts = { chunksDone: 0, rows: 0, accepted: 0, repeated: 0, refused: 0 };
  const inserted = await tx.db
    .insertInto('importList')
    .values({
      ...list,
      ...counts,
      id,
      layout: JSON.stringify(list.layout),
      state: 'running',
      chunks: chunks.length,
      createdAt: tx.clock.now(),
      finishedAt: null,
    })
    .onConflict((on) => on.columns(['provider', 'fileDigest']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!inserted) return undefined;
  for (const [number, chunk] of chunks.entries()) {
    await tx.db
      .insertInto('importChunk')
      .values({ listId: id, number, ...chunk })
      .execute();
  }
  return id;
}

export async function findChunk(ctx: Context, listId: string, number: number): Promise<Chunk | undefined> {
  return ctx.db
    .selectFrom('importChunk')
    .select(['firstLine', 'bytes'])
    .where('listId', '=', listId)
    .where('number', '=', number)
    .executeTakeFirst();
}

/** Which of these rows of a provider became leads before. */
export async function findImported(ctx: Context, provider: string, digests: readonly string[]): Promise<Set<string>> {
  if (digests.length === 0) return new Set();
  const rows = await ctx.db
    .selectFrom('importRow')
    .select('digest')
    .where('provider', '=', provider)
    .where('digest', 'in', digests)
    .execute();
  return new Set(rows.map(({ digest }) => digest));
}

export async function insertImported(tx: Tx, rows: readonly ImportedRow[]): Promise<void> {
  if (rows.length > 0) await tx.db.insertInto('importRow').values(rows).execute();
}

export interface Refusal {
  readonly line: number;
  readonly code: string;
  readonly path: string | null;
  /** The row as it stands in the file. */
  readonly bytes: Buffer;
}

export async function insertRefusals(tx: Tx, listId: string, refusals: readonly Refusal[]): Promise<void> {
  if (refusals.length === 0) return;
  await tx.db
    .insertInto('importRefusal')
    .values(refusals.map((refusal) => ({ listId, ...refusal })))
    .execute();
}

/** Refused rows of a list in the order of the file. */
export async function listRefusals(
  ctx: Context,
  listId: string,
  page: { readonly afterLine: number; readonly limit: number },
): Promise<Refusal[]> {
  return ctx.db
    .selectFrom('importRefusal')
    .select(['line', 'code', 'path', 'bytes'])
    .where('listId', '=', listId)
    .where('line', '>', page.afterLine)
    .orderBy('line')
    .limit(page.limit)
    .execute();
}

export interface ChunkCounts {
  readonly rows: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly refused: number;
}

/** Counts a chunk as done and deletes it; the last one finishes the list. False when it was done before. */
export async function finishChunk(tx: Tx, list: StoredList, number: number, counts: ChunkCounts): Promise<boolean> {
  const last = number === list.chunks - 1;
  const updated = await tx.db
    .updateTable('importList')
    .set((eb) => ({
      chunksDone: number + 1,
      rows: eb('rows', '+', counts.rows),
      accepted: eb('accepted', '+', counts.accepted),
      repeated: eb('repeated', '+', counts.repeated),
      refused: eb('refused', '+', counts.refused),
      ...(last && { state: 'done' as const, finishedAt: tx.clock.now() }),
    }))
    .where('id', '=', list.id)
    .where('chunksDone', '=', number)
    .executeTakeFirst();
  await tx.db.deleteFrom('importChunk').where('listId', '=', list.id).where('number', '=', number).execute();
  return updated.numUpdatedRows === 1n;
}

/** Deletes the refused rows of lists brought before a time; answers how many rows. */
export async function deleteRefusalsBefore(tx: Tx, at: number): Promise<number> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('importRefusal')
    .where('listId', 'in', (old) =>
      old
        .selectFrom('importRefusal')
        .select('listId')
        .where('listId', '<', earliestId('list', Math.max(0, at)))
        .orderBy('listId')
        .limit(1_000),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Forgets the rows a lead came from: their digests could be guessed back to what they held. */
export async function forgetRows(tx: Tx, leadId: string): Promise<void> {
  await tx.db.deleteFrom('importRow').where('leadId', '=', leadId).execute();
}
