import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import { earliestId } from '../../kernel/ids.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { closedBreaker, type Breaker } from '../sending/decide-breaker.ts';
import type { Allowance } from '../sending/may-connect.ts';

/** What a peer is to us: a primary offers leads to us, a secondary is offered leads by us. */
export type PeerRole = 'primary' | 'secondary' | 'both';
/** `pending` until an administrator compared the fingerprint; only `active` peers are spoken with. */
export type PeerState = 'pending' | 'active' | 'suspended';
/** How it is reached: by the protocol, or without it: by mails to its people, or by webhooks to its software. */
export type PeerKind = 'node' | 'people' | 'webhook';

export interface PeerTable {
  nodeId: string;
  name: string;
  kind: PeerKind;
  /** Of software its webhook's address; of people ''. */
  endpoint: string;
  role: PeerRole;
  state: PeerState;
  allowedRange: string | null;
  allowedPort: number | null;
  /** JSON of the feedback policy; null: the default. */
  feedback: string | null;
  /** 0 or 1: whether leads are exchanged under an agreement only. */
  requireAgreement: number;
  /** New offers pause because a cap of the agreement was reached: since when, and which. */
  offersPausedAt: number | null;
  offersPausedFor: string | null;
  /** Until when an administrator lets offers flow in spite of the caps. */
  capsWaivedUntil: number | null;
  /** JSON: reasons for which a Return is agreed to without asking anybody. */
  agreeReturns: string;
  /** 0 or 1: nobody can reach it, so it fetches its messages. */
  fetches: number;
  /** Of a pending node: the partner that it is from now on, once its fingerprint is confirmed. */
  succeeds: string | null;
  createdAt: number;
  activatedAt: number | null;
  suspendedAt: number | null;
}
export type Peer = PeerTable;

export interface PeerKeyTable {
  nodeId: string;
  kid: string;
  /** SubjectPublicKeyInfo, DER, base64. */
  spki: string;
  algorithm: string;
  validFrom: number;
  validUntil: number | null;
  revokedAt: number | null;
  /** When an administrator compared its ten words; before that it counts for nothing. */
  confirmedAt: number | null;
  /** The key that announced it, and how long that one stays good after it. */
  follows: string | null;
  oldKeyUntil: number | null;
}
export type PeerKey = PeerKeyTable;

/** How the way to a peer fares; see `decide-breaker.ts`. */
export interface PeerHealthTable extends Breaker {
  peerId: string;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  lastError: string | null;
  /** When an authenticated message of the peer last came in. */
  lastHeardAt: number | null;
}
export type PeerHealth = PeerHealthTable;

export interface SecurityEventTable {
  id: string;
  at: number;
  peerId: string;
  code: string;
  messageId: string | null;
  /** JSON of ids and digests; never lead data. */
  facts: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    peer: PeerTable;
    peerKey: PeerKeyTable;
    peerHealth: PeerHealthTable;
    securityEvent: SecurityEventTable;
  }
}

export const findPeer = (ctx: Context, nodeId: string): Promise<Peer | undefined> =>
  ctx.db.selectFrom('peer').selectAll().where('nodeId', '=', nodeId).executeTakeFirst();

/** The peer; error `not-found`. */
export async function getPeer(ctx: Context, nodeId: string): Promise<Peer> {
  const peer = await findPeer(ctx, nodeId);
  if (!peer) throw notFound('partner');
  return peer;
}

export const listPeers = (ctx: Context): Promise<Peer[]> =>
  ctx.db.selectFrom('peer').selectAll().orderBy('nodeId').execute();

/** The partners that speak the protocol. */
export const listNodes = (ctx: Context): Promise<Peer[]> =>
  ctx.db.selectFrom('peer').selectAll().where('kind', '=', 'node').orderBy('nodeId').execute();

/** `key`: what a node signs with; others have none. */
export async function insertPeer(tx: Tx, peer: Peer, key?: PeerKey): Promise<void> {
  await tx.db.insertInto('peer').values(peer).execute();
  if (key) await tx.db.insertInto('peerKey').values(key).execute();
  const health = { lastSuccessAt: null, lastFailureAt: null, lastError: null, lastHeardAt: null };
  await tx.db
    .insertInto('peerHealth')
    .values({ peerId: peer.nodeId, ...closedBreaker, ...health })
    .execute();
}

/** What we decided about a partner goes on under another id; the row of the old one goes, once nothing hangs on it. */
export async function movePeer(tx: Tx, from: string, to: string): Promise<void> {
  const { feedback, agreeReturns } = await getPeer(tx, from);
  await tx.db.updateTable('peer').set({ feedback, agreeReturns, succeeds: null }).where('nodeId', '=', to).execute();
  await tx.db.updateTable('securityEvent').set({ peerId: to }).where('peerId', '=', from).execute();
  await tx.db.deleteFrom('peerHealth').where('peerId', '=', from).execute();
  await tx.db.deleteFrom('peer').where('nodeId', '=', from).execute();
}

export async function updatePeer(tx: Tx, nodeId: string, change: Partial<Peer>): Promise<void> {
  await tx.db.updateTable('peer').set(change).where('nodeId', '=', nodeId).execute();
}

/** Every key the peer ever had, newest first: old evidence needs old keys. */
export const listPeerKeys = (ctx: Context, nodeId: string): Promise<PeerKey[]> =>
  ctx.db.selectFrom('peerKey').selectAll().where('nodeId', '=', nodeId).orderBy('validFrom', 'desc').execute();

const findPeerKeys = compileOnce((db, { nodeId }: { nodeId: string }) =>
  db
    .selectFrom('peer')
    .innerJoin('peerKey', 'peerKey.nodeId', 'peer.nodeId')
    .selectAll('peer')
    .select([
      'kid',
      'spki',
      'algorithm',
      'validFrom',
      'validUntil',
      'revokedAt',
      'confirmedAt',
      'follows',
      'oldKeyUntil',
    ])
    .where('peer.nodeId', '=', nodeId)
    .orderBy('validFrom', 'desc'),
);

/** A peer and every key it ever had, newest first, as one statement sees them. */
export async function findPeerWithKeys(
  ctx: Context,
  nodeId: string,
): Promise<{ peer: Peer; keys: PeerKey[] } | undefined> {
  const { rows } = await findPeerKeys(ctx, { nodeId });
  const keys: PeerKey[] = [];
  let known: Peer | undefined;
  for (const row of rows) {
    const { kid, spki, algorithm, validFrom, validUntil, revokedAt, confirmedAt, follows, oldKeyUntil, ...peer } = row;
    const times = { validFrom, validUntil, revokedAt, confirmedAt, oldKeyUntil };
    keys.push({ nodeId, kid, spki, algorithm, ...times, follows });
    known = peer;
  }
  return known && { peer: known, keys };
}

export async function insertKey(tx: Tx, key: PeerKey): Promise<void> {
  await tx.db.insertInto('peerKey').values(key).execute();
}

export async function updateKey(
  tx: Tx,
  { nodeId, kid }: Pick<PeerKey, 'nodeId' | 'kid'>,
  change: Partial<Pick<PeerKey, 'revokedAt' | 'confirmedAt' | 'validUntil'>>,
): Promise<void> {
  await tx.db.updateTable('peerKey').set(change).where('nodeId', '=', nodeId).where('kid', '=', kid).execute();
}

const findHealth = compileOnce((db, { peerId }: { peerId: string }) =>
  db.selectFrom('peerHealth').selectAll().where('peerId', '=', peerId),
);

export async function getHealth(ctx: Context, peerId: string): Promise<PeerHealth> {
  const [health] = (await findHealth(ctx, { peerId })).rows;
  if (!health) throw notFound('partner');
  return health;
}

export const listHealth = (ctx: Context): Promise<PeerHealth[]> =>
  ctx.db.selectFrom('peerHealth').selectAll().execute();

export async function updateHealth(tx: Tx, peerId: string, change: Partial<PeerHealth>): Promise<void> {
  await tx.db.updateTable('peerHealth').set(change).where('peerId', '=', peerId).execute();
}

/** So many of one kind say all there is to say; a stolen key must not fill the database. */
const mostSecurityEventsADay = 100;

/** Remembers what an administrator should look into, for example two messages under one id; a number of each a day. */
export async function appendSecurityEvent(
  tx: Tx,
  event: { peerId: string; code: string; messageId?: string | undefined; facts?: Record<string, string> },
): Promise<void> {
  const today = earliestId('security', Math.max(0, tx.clock.now() - dayMilliseconds));
  const known = await tx.db
    .selectFrom('securityEvent')
    .select('id')
    .where('peerId', '=', event.peerId)
    .where('id', '>=', today)
    .where('code', '=', event.code)
    .limit(mostSecurityEventsADay)
    .execute();
  if (known.length === mostSecurityEventsADay) return;
  await tx.db
    .insertInto('securityEvent')
    .values({
      id: tx.ids.make('security'),
      at: tx.clock.now(),
      peerId: event.peerId,
      code: event.code,
      messageId: event.messageId ?? null,
      facts: JSON.stringify(event.facts ?? {}),
    })
    .execute();
}

export const listSecurityEvents = (ctx: Context, peerId: string, limit: number) =>
  ctx.db
    .selectFrom('securityEvent')
    .selectAll()
    .where('peerId', '=', peerId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** The newest event with one of these codes, however many others came since. */
export const findSecurityEvent = (ctx: Context, peerId: string, codes: readonly string[]) =>
  ctx.db
    .selectFrom('securityEvent')
    .selectAll()
    .where('peerId', '=', peerId)
    .where('code', 'in', codes)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

export const deleteSecurityEventsBefore = (tx: Tx, at: number) =>
  tx.db.deleteFrom('securityEvent').where('at', '<', at).execute();

/** The administrator's exception for this peer's address, if any. */
export const allowanceOf = (peer: Peer): Allowance | undefined =>
  peer.allowedRange !== null && peer.allowedPort !== null
    ? { range: peer.allowedRange, port: peer.allowedPort }
    : undefined;
