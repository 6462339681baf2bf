import type { Context, Tx } from '../../kernel/context.ts';
import type { Bucket } from '../receiving/decide-quota.ts';

/**
 * What is counted: messages that came in; those of them that were refused and are remembered. Of `claims` only the row is used,
 * as a lock.
 */
export type QuotaUse = 'received' | 'refused' | 'claims';

interface PeerQuotaTable {
  peerId: string;
  use: QuotaUse;
  tokens: number;
  /** Up to when what came into the bucket is counted in `tokens`. */
  filledAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    peerQuota: PeerQuotaTable;
  }
}

/** The bucket, locked until the transaction ends; made full when it is not there yet. */
export async function lockBucket(tx: Tx, peerId: string, use: QuotaUse, full: Bucket): Promise<Bucket> {
  await tx.db
    .insertInto('peerQuota')
    .values({ peerId, use, ...full })
    .onConflict((on) => on.columns(['peerId', 'use']).doNothing())
    .execute();
  // The update locks the row on PostgreSQL; SQLite has one writer.
  return tx.db
    .updateTable('peerQuota')
    .set((row) => ({ tokens: row.ref('tokens') }))
    .where('peerId', '=', peerId)
    .where('use', '=', use)
    .returning(['tokens', 'filledAt'])
    .executeTakeFirstOrThrow();
}

/** The bucket as it was when it was last used; undefined while it never was. */
export const findBucket = (ctx: Context, peerId: string, use: QuotaUse): Promise<Bucket | undefined> =>
  ctx.db
    .selectFrom('peerQuota')
    .select(['tokens', 'filledAt'])
    .where('peerId', '=', peerId)
    .where('use', '=', use)
    .executeTakeFirst();

export async function updateBucket(tx: Tx, peerId: string, use: QuotaUse, { tokens, filledAt }: Bucket): Promise<void> {
  await tx.db
    .updateTable('peerQuota')
    .set({ tokens, filledAt })
    .where('peerId', '=', peerId)
    .where('use', '=', use)
    .execute();
}

/** Until the transaction ends, no other decides about a claim of this peer. */
export async function lockClaims(tx: Tx, peerId: string): Promise<void> {
  await lockBucket(tx, peerId, 'claims', { tokens: 0, filledAt: 0 });
}
