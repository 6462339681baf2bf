import type { Context, Tx } from '../../kernel/context.ts';
import { compileOnce } from '../../kernel/compile-once.ts';

/** The highest checkpoint of a partner's log that it signed to us. */
interface PeerCheckpointTable {
  peerId: string;
  epoch: number;
  size: number;
  /** Base64. */
  root: string;
  noteSignature: string;
  /** When the answer was created that brought it, by the partner's clock. */
  saidAt: number;
}
export type PeerCheckpoint = PeerCheckpointTable;

/** The keys that a partner announced for its log: old checkpoints need old keys. */
interface PeerLogKeyTable {
  peerId: string;
  key: string;
  learnedAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    peerCheckpoint: PeerCheckpointTable;
    peerLogKey: PeerLogKeyTable;
  }
}

const findRow = compileOnce((db, { peerId }: { peerId: string }) =>
  db.selectFrom('peerCheckpoint').selectAll().where('peerId', '=', peerId),
);

export const findPeerCheckpoint = async (ctx: Context, peerId: string): Promise<PeerCheckpoint | undefined> =>
  (await findRow(ctx, { peerId })).rows[0];

/** Keeps a checkpoint, unless a higher one came meanwhile. */
export async function keepPeerCheckpoint(tx: Tx, checkpoint: PeerCheckpoint): Promise<void> {
  const { peerId: _, ...change } = checkpoint;
  const { epoch, size } = checkpoint;
  await tx.db
    .insertInto('peerCheckpoint')
    .values(checkpoint)
    .onConflict((on) =>
      on
        .column('peerId')
        .doUpdateSet(change)
        .where((row) =>
          row.or([
            row('peerCheckpoint.epoch', '<', epoch),
            row.and([row('peerCheckpoint.epoch', '=', epoch), row('peerCheckpoint.size', '<', size)]),
          ]),
        ),
    )
    .execute();
}

/** So many keys of a partner's log count (LX-181): each may have signed a checkpoint that comes. */
export const mostLogKeys = 100;

/** The keys of a partner's log, newest first, and when they were learned. */
export const listLogKeys = (ctx: Context, peerId: string): Promise<Omit<PeerLogKeyTable, 'peerId'>[]> =>
  ctx.db
    .selectFrom('peerLogKey')
    .select(['key', 'learnedAt'])
    .where('peerId', '=', peerId)
    .orderBy('learnedAt', 'desc')
    .limit(mostLogKeys)
    .execute();

/** Notes a key of a partner's log; false when it was known. */
export async function insertLogKey(tx: Tx, peerId: string, key: string): Promise<boolean> {
  const rows = await tx.db
    .insertInto('peerLogKey')
    .values({ peerId, key, learnedAt: tx.clock.now() })
    .onConflict((on) => on.columns(['peerId', 'key']).doNothing())
    .returning('key')
    .execute();
  return rows.length > 0;
}
