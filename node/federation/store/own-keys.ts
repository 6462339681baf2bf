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

/** What a partner knows of a key of ours: a row once it was told of it. */
interface PeerOwnKeyTable {
  peerId: string;
  kid: string;
  /** When it was first known to take it. */
  knownAt: number | null;
  /** When it was told of it. */
  askAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    ownKey: OwnKeyTable;
    peerOwnKey: PeerOwnKeyTable;
  }
}

/** A key, and whether this partner was told of it and is known to take it. */
export type OwnKeyForPeer = OwnKey & { knownAt: number | null; toldAt: number | null };

const findForPeer = compileOnce((db, { peerId }: { peerId: string }) =>
  db
    .selectFrom('ownKey')
    .leftJoin('peerOwnKey', (join) =>
      join.onRef('peerOwnKey.kid', '=', 'ownKey.kid').on('peerOwnKey.peerId', '=', peerId),
    )
    .selectAll('ownKey')
    .select(['peerOwnKey.knownAt', 'peerOwnKey.askAt as toldAt'])
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

/** The announcement of a key is on its way to a partner. */
export async function markTold(tx: Tx, peerId: string, kid: string): Promise<void> {
  await tx.db.insertInto('peerOwnKey').values({ peerId, kid, knownAt: null, askAt: tx.clock.now() }).execute();
}

/** The announcement never arrived: the partner is to be told again. */
export async function unmarkTold(tx: Tx, peerId: string): Promise<void> {
  await tx.db.deleteFrom('peerOwnKey').where('peerId', '=', peerId).where('knownAt', 'is', null).execute();
}

/** The first of the active partners' nodes that are not known to take a key of ours. */
export async function listNotTaking(ctx: Context, kid: string, most: number): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('peer')
    .leftJoin('peerOwnKey', (join) =>
      join.onRef('peerOwnKey.peerId', '=', 'peer.nodeId').on('peerOwnKey.kid', '=', kid),
    )
    .select('peer.nodeId')
    .where('peer.kind', '=', 'node')
    .where('peer.state', '=', 'active')
    .where('peerOwnKey.knownAt', 'is', null)
    .orderBy('peer.nodeId')
    .limit(most)
    .execute();
  return rows.map(({ nodeId }) => nodeId);
}
