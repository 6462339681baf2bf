import { compileOnce } from './compile-once.ts';
import type { Context, Tx } from './context.ts';

interface RestorationTable {
  /** Rises with each restoration: the minutes since 1970, or one more than the last. */
  epoch: number;
  restoredAt: number;
  /** When the node first ran on the restored data, and told its partners. */
  begunAt: number | null;
  /** When the states of all partners were known, or a person decided not to wait. */
  resumedAt: number | null;
  /** Why that person did not wait, and who it was. */
  reason: string | null;
  resumedBy: string | null;
}
export type Restoration = RestorationTable;

declare module './database.ts' {
  interface Database {
    restoration: RestorationTable;
  }
}

const findRow = compileOnce((db) => db.selectFrom('restoration').selectAll().orderBy('epoch', 'desc').limit(1));

/** The last time this node was put back to a backup; undefined when it never was. */
export const findRestoration = async (ctx: Context): Promise<Restoration | undefined> =>
  (await findRow(ctx, {})).rows[0];

export async function insertRestoration(tx: Tx, epoch: number): Promise<void> {
  const rest = { begunAt: null, resumedAt: null, reason: null, resumedBy: null };
  await tx.db
    .insertInto('restoration')
    .values({ epoch, restoredAt: tx.clock.now(), ...rest })
    .execute();
}

type Change = Partial<Pick<Restoration, 'begunAt' | 'resumedAt' | 'reason' | 'resumedBy'>>;

export async function updateRestoration(tx: Tx, { epoch }: Pick<Restoration, 'epoch'>, change: Change): Promise<void> {
  await tx.db.updateTable('restoration').set(change).where('epoch', '=', epoch).execute();
}

/** A database is restored while no process runs on it: what was seen to be settled stays so. */
const makeSeen = () => ({ epoch: undefined as number | undefined, isOver: false });

/** The Epoch this node's messages bear; 0 when it was never restored. */
export async function findEpoch(ctx: Context): Promise<number> {
  const seen = ctx.memory(makeSeen);
  seen.epoch ??= (await findRestoration(ctx))?.epoch ?? 0;
  return seen.epoch;
}

/** Whether this node was restored and does not know yet how its conversations stand on the other side. */
export async function isRestoring(ctx: Context): Promise<boolean> {
  const seen = ctx.memory(makeSeen);
  if (seen.isOver) return false;
  const last = await findRestoration(ctx);
  const isOver = last === undefined || last.resumedAt !== null;
  // What a transaction sees may be rolled back.
  if (!('afterCommit' in ctx)) seen.isOver = isOver;
  return !isOver;
}
