import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';

/** A key this node signs with, or did: kept for ever. Without any row there is the one of the data folder alone. */
export interface OwnKeyTable {
  kid: string;
  /** SubjectPublicKeyInfo, DER, base64. */
  spki: string;
  algorithm: string;
  validFrom: number;
  validUntil: number | null;
  revokedAt: number | null;
}
export type OwnKey = OwnKeyTable;

/** Whether a partner is known to take a key of ours, and when to try. */
interface PeerOwnKeyTable {
  peerId: string;
  kid: string;
  knownAt: number | null;
  askAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    ownKey: OwnKeyTable;
    peerOwnKey: PeerOwnKeyTable;
  }
}

/** A key, and whether this partner is known to take it. */
export type OwnKeyForPeer = OwnKey & { knownAt: number | null };

const findForPeer = compileOnce((db, { peerId }: { peerId: string }) =>
  db
    .selectFrom('ownKey')
    .leftJoin('peerOwnKey', (join) =>
      join.onRef('peerOwnKey.kid', '=', 'ownKey.kid').on('peerOwnKey.peerId', '=', peerId),
    )
    .selectAll('ownKey')
    .select('peerOwnKey.knownAt')
    .orderBy('ownKey.validFrom', 'desc'),
);

/** Every key, newest first; a rollover is rare, so these are few. */
export const listOwnKeysFor = async (ctx: Context, peerId: string): Promise<OwnKeyForPeer[]> =>
  (await findForPeer(ctx, { peerId })).rows;

export const listOwnKeys = (ctx: Context): Promise<OwnKey[]> =>
  ctx.db.selectFrom('ownKey').selectAll().orderBy('validFrom', 'desc').execute();

/** Stores a key unless it is known. */
export async function insertOwnKey(tx: Tx, key: OwnKey): Promise<void> {
  await tx.db
    .insertInto('ownKey')
    .values(key)
    .onConflict((on) => on.column('kid').doNothing())
    .execute();
}

export async function updateOwnKey(tx: Tx, kid: string, change: Partial<OwnKey>): Promise<void> {
  await tx.db.updateTable('ownKey').set(change).where('kid', '=', kid).execute();
}

/** A partner answered what this key signed: it takes the key. */
export async function markKnown(tx: Tx, peerId: string, kid: string): Promise<void> {
  const now = tx.clock.now();
  await tx.db
    .insertInto('peerOwnKey')
    .values({ peerId, kid, knownAt: now, askAt: now })
    .onConflict((on) => on.columns(['peerId', 'kid']).doUpdateSet({ knownAt: now }))
    .execute();
}
