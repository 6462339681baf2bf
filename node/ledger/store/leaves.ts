import { compileOnce, compileRowsOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';

/** A leaf that was committed with its fact and has no place in the log yet. */
interface PendingTable {
  id: string;
  at: number;
  text: string;
}

/** The log: rows are only ever added. */
interface LeafTable {
  /** Counted from 0, without gaps. */
  position: number;
  text: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    ledgerPending: PendingTable;
    ledgerLeaf: LeafTable;
  }
}

export type Leaf = LeafTable;

export const insertPending = compileOnce((db, { id, at, text }: PendingTable) =>
  db.insertInto('ledgerPending').values({ id, at, text }),
);

const findFirst = compileOnce((db) => db.selectFrom('ledgerPending').select('at').orderBy('id').limit(1));

/** When the leaf that waits longest was committed, epoch milliseconds; undefined when none waits. */
export async function findOldestPending(ctx: Context): Promise<number | undefined> {
  return (await findFirst(ctx, {})).rows[0]?.at;
}

export async function countPending(ctx: Context): Promise<number> {
  const { count } = await ctx.db
    .selectFrom('ledgerPending')
    .select((read) => read.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

const mostWaiting = 10_000;

/** The leaves that have no place in the log yet; they wait for moments. */
export async function listPending(ctx: Context): Promise<string[]> {
  const rows = await ctx.db.selectFrom('ledgerPending').select('text').orderBy('id').limit(mostWaiting).execute();
  return rows.map(({ text }) => text);
}

const deleteFirst = compileOnce((db, { limit }: { limit: number }) =>
  db
    .deleteFrom('ledgerPending')
    .where('id', 'in', (first) => first.selectFrom('ledgerPending').select('id').orderBy('id').limit(limit))
    .returning(['id', 'text']),
);

/** Takes the leaves that wait longest, in the order of their ids: within a process that in which they were written. */
export async function takePending(tx: Tx, limit: number): Promise<string[]> {
  const { rows } = await deleteFirst(tx, { limit });
  return rows.sort((one, other) => (one.id < other.id ? -1 : 1)).map(({ text }) => text);
}

const insertRows = compileRowsOnce((db, leaves: readonly Leaf[]) =>
  db.insertInto('ledgerLeaf').values(leaves.map(({ position, text }) => ({ position, text }))),
);

/** Adds leaves to the log. In pieces of few lengths, so that few statements are compiled. */
export async function insertLeaves(tx: Tx, leaves: readonly Leaf[]): Promise<void> {
  for (let [from, length] = [0, 128]; from < leaves.length; from += length) {
    while (length > leaves.length - from) length /= 2;
    await insertRows(tx, leaves.slice(from, from + length));
  }
}

const findPage = compileOnce((db, { from, limit }: { from: number; limit: number }) =>
  db
    .selectFrom('ledgerLeaf')
    .select(['position', 'text'])
    .where('position', '>=', from)
    .orderBy('position')
    .limit(limit),
);

/** Leaves from a position on, in order. */
export async function listLeaves(ctx: Context, from: number, limit: number): Promise<Leaf[]> {
  return (await findPage(ctx, { from, limit })).rows;
}

/** Leaves that no head counts: nobody ever numbered them. */
export async function listBeyondHead(ctx: Context, from: number, limit: number): Promise<Leaf[]> {
  return ctx.db
    .selectFrom('ledgerLeaf')
    .select(['position', 'text'])
    .where('position', '>=', from)
    .where('position', '>=', (head) => head.selectFrom('ledgerHead').select('size').where('id', '=', 'head'))
    .orderBy('position')
    .limit(limit)
    .execute();
}
