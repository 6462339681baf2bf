import type { Context, Tx } from '../../kernel/context.ts';
import type { Conversation } from './conversations.ts';
import type { PeerKind, PeerState } from './peers.ts';

/** A partner whose states a restored node waits for, and when all of them had come. */
interface RestorationPeerTable {
  epoch: number;
  peerId: string;
  returnedAt: number | null;
}

interface RestorationPartTable {
  epoch: number;
  peerId: string;
  part: number;
}

/** A conversation that stood otherwise on the other side, and what was made of it. */
interface RestorationFindingTable {
  id: string;
  peerId: string;
  conversationId: string;
  leadId: string | null;
  /** `side state` of the partner. */
  theirs: string;
  /** Our state; null: the backup did not know the conversation. */
  ours: string | null;
  outcome: FindingOutcome;
  at: number;
}

/**
 * `taken-over`: the lead is the partner's, as it says · `claimed`: its Accept counts · `ended`: over on both sides ·
 * `erased`: the content is gone here, too ·
 * `lead-unknown`: about a lead that the backup does not hold · `for-people`: does not go together, somebody must look.
 */
export type FindingOutcome = 'taken-over' | 'claimed' | 'ended' | 'erased' | 'lead-unknown' | 'for-people';
export type RestorationFinding = RestorationFindingTable;

/** The highest Epoch a partner's messages bore. */
interface PeerEpochTable {
  peerId: string;
  epoch: number;
  seenAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    restorationPeer: RestorationPeerTable;
    restorationPart: RestorationPartTable;
    restorationFinding: RestorationFindingTable;
    peerEpoch: PeerEpochTable;
  }
}

export async function findPeerEpoch(ctx: Context, peerId: string): Promise<number> {
  const row = await ctx.db.selectFrom('peerEpoch').select('epoch').where('peerId', '=', peerId).executeTakeFirst();
  return row?.epoch ?? 0;
}

/** Notes a partner's Epoch; false when it is no higher than the known one. */
export async function raisePeerEpoch(tx: Tx, peerId: string, epoch: number): Promise<boolean> {
  const row = { epoch, seenAt: tx.clock.now() };
  const { numInsertedOrUpdatedRows = 0n } = await tx.db
    .insertInto('peerEpoch')
    .values({ peerId, ...row })
    .onConflict((on) => on.column('peerId').doUpdateSet(row).where('peerEpoch.epoch', '<', epoch))
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Nobody raises a partner's Epoch until this transaction ends. */
export async function holdPeerEpoch(tx: Tx, peerId: string): Promise<void> {
  await tx.db
    .updateTable('peerEpoch')
    .set((row) => ({ epoch: row.ref('epoch') }))
    .where('peerId', '=', peerId)
    .execute();
}

/** A restored node goes on above all it may have used: nothing it says now is taken for old. */
export async function liftCounters(tx: Tx, by: number): Promise<void> {
  await tx.db
    .updateTable('conversation')
    .set((row) => ({
      sentSeq: row('sentSeq', '+', by),
      sentRevision: row('sentRevision', '+', by),
      sentUpdate: row('sentUpdate', '+', by),
    }))
    .execute();
}

export async function insertAwaited(tx: Tx, epoch: number, peerId: string): Promise<void> {
  await tx.db.insertInto('restorationPeer').values({ epoch, peerId, returnedAt: null }).execute();
}

interface Awaited {
  readonly peerId: string;
  readonly name: string;
  readonly kind: PeerKind;
  readonly state: PeerState;
  readonly returnedAt: number | null;
  /** What it last said that it speaks (JSON), and when it did. */
  readonly capabilities: string | null;
  readonly learnedAt: number | null;
}

/** Partners of a restoration, with whether we still speak with them, and what they speak. */
export const listAwaited = (ctx: Context, epoch: number): Promise<Awaited[]> =>
  ctx.db
    .selectFrom('restorationPeer')
    .innerJoin('peer', 'peer.nodeId', 'restorationPeer.peerId')
    .leftJoin('peerSpeech', 'peerSpeech.peerId', 'restorationPeer.peerId')
    .select(['restorationPeer.peerId', 'name', 'kind', 'state', 'returnedAt', 'capabilities', 'learnedAt'])
    .where('epoch', '=', epoch)
    .orderBy('restorationPeer.peerId')
    .execute();

/** Notes a part of what a partner returns; answers how many came, or undefined when this one came before. */
export async function insertPart(tx: Tx, part: RestorationPartTable): Promise<number | undefined> {
  const added = await tx.db
    .insertInto('restorationPart')
    .values(part)
    .onConflict((on) => on.columns(['epoch', 'peerId', 'part']).doNothing())
    .returning('part')
    .execute();
  if (added.length === 0) return undefined;
  const { parts } = await tx.db
    .selectFrom('restorationPart')
    .select(({ fn }) => fn.countAll<number>().as('parts'))
    .where('epoch', '=', part.epoch)
    .where('peerId', '=', part.peerId)
    .executeTakeFirstOrThrow();
  return parts;
}

export async function markReturned(tx: Tx, epoch: number, peerId: string): Promise<void> {
  await tx.db
    .updateTable('restorationPeer')
    .set({ returnedAt: tx.clock.now() })
    .where('epoch', '=', epoch)
    .where('peerId', '=', peerId)
    .execute();
}

export async function insertFinding(tx: Tx, finding: Omit<RestorationFinding, 'id' | 'at'>): Promise<void> {
  const row = { id: tx.ids.make('finding'), at: tx.clock.now(), ...finding };
  await tx.db.insertInto('restorationFinding').values(row).execute();
}

export const listFindings = (
  ctx: Context,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<RestorationFinding[]> =>
  ctx.db
    .selectFrom('restorationFinding')
    .selectAll()
    .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** Conversations with a partner that changed since, page by page. */
export const listChanged = (
  ctx: Context,
  { peerId, since, after, limit }: { peerId: string; since: number; after: string; limit: number },
): Promise<Pick<Conversation, 'conversationId' | 'side' | 'state' | 'round' | 'receivedSeq'>[]> =>
  ctx.db
    .selectFrom('conversation')
    .select(['conversationId', 'side', 'state', 'round', 'receivedSeq'])
    .where('peerId', '=', peerId)
    .where('updatedAt', '>=', since)
    .where('state', '<>', 'none')
    .where('conversationId', '>', after)
    .orderBy('conversationId')
    .limit(limit)
    .execute();
