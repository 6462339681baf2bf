import type { Context, Tx } from '../../kernel/context.ts';

/** When a partner is next asked for what it keeps for this node. */
interface PeerFetchTable {
  peerId: string;
  dueAt: number;
  /** In a row. */
  failures: number;
  fetchedAt: number | null;
  error: string | null;
}

/** What this node answered to a message that it fetched: goes with the next Pull. */
interface FetchedAnswerTable {
  peerId: string;
  messageId: string;
  answer: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    peerFetch: PeerFetchTable;
    fetchedAnswer: FetchedAnswerTable;
  }
}

/** Active partners with when each is to be asked; one that was never asked is due. */
export const listFetches = (
  ctx: Context,
): Promise<{ peerId: string; dueAt: number | null; failures: number | null }[]> =>
  ctx.db
    .selectFrom('peer')
    .leftJoin('peerFetch', 'peerFetch.peerId', 'peer.nodeId')
    .select(['peer.nodeId as peerId', 'peerFetch.dueAt', 'peerFetch.failures'])
    .where('peer.state', '=', 'active')
    .execute();

export async function setFetch(tx: Tx, row: PeerFetchTable): Promise<void> {
  const { peerId: _, ...change } = row;
  await tx.db
    .insertInto('peerFetch')
    .values(row)
    .onConflict((on) => on.column('peerId').doUpdateSet(change))
    .execute();
}

export const listAnswers = (ctx: Context, peerId: string, limit: number): Promise<FetchedAnswerTable[]> =>
  ctx.db
    .selectFrom('fetchedAnswer')
    .selectAll()
    .where('peerId', '=', peerId)
    .orderBy('messageId')
    .limit(limit)
    .execute();

export async function keepAnswer(tx: Tx, row: FetchedAnswerTable): Promise<void> {
  await tx.db
    .insertInto('fetchedAnswer')
    .values(row)
    .onConflict((on) => on.columns(['peerId', 'messageId']).doUpdateSet({ answer: row.answer }))
    .execute();
}

export async function deleteAnswers(tx: Tx, peerId: string, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await tx.db.deleteFrom('fetchedAnswer').where('peerId', '=', peerId).where('messageId', 'in', messageIds).execute();
}
