import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';

interface CheckpointTable {
  /** Leaves of the tree it vouches for. */
  size: number;
  /** The signed note, as `checkpoint.ts` writes it. */
  note: string;
  signedAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    ledgerCheckpoint: CheckpointTable;
  }
}

export type StoredCheckpoint = CheckpointTable;

const findNewest = compileOnce((db) =>
  db
    .selectFrom('ledgerCheckpoint')
    .select(['size', 'note', 'signedAt'])
    .where('size', '>', 0)
    .orderBy('size', 'desc')
    .limit(1),
);

export async function findNewestCheckpoint(ctx: Context): Promise<StoredCheckpoint | undefined> {
  return (await findNewest(ctx, {})).rows[0];
}

const insert = compileOnce((db, { size, note, signedAt }: CheckpointTable) =>
  db.insertInto('ledgerCheckpoint').values({ size, note, signedAt }),
);

export async function insertCheckpoint(tx: Tx, checkpoint: StoredCheckpoint): Promise<void> {
  await insert(tx, checkpoint);
}

const findAfter = compileOnce((db, { after, limit }: { after: number; limit: number }) =>
  db
    .selectFrom('ledgerCheckpoint')
    .select(['size', 'note', 'signedAt'])
    .where('size', '>', after)
    .orderBy('size')
    .limit(limit),
);

/** Checkpoints of larger trees than that of `after` leaves, in order. */
export async function listCheckpoints(ctx: Context, after: number, limit: number): Promise<StoredCheckpoint[]> {
  return (await findAfter(ctx, { after, limit })).rows;
}
