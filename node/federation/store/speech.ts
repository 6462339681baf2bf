import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';

/** What a peer says that it speaks: a copy of its signed Capabilities, and when to ask again. */
export interface PeerSpeechTable {
  peerId: string;
  /** JSON of the body, as far as this node uses it; null before the first. */
  capabilities: string | null;
  /** When the peer signed it. */
  saidAt: number | null;
  learnedAt: number | null;
  askAt: number;
  /** Why the last attempt failed. */
  error: string | null;
}
export type PeerSpeech = PeerSpeechTable;

declare module '../../kernel/database.ts' {
  interface Database {
    peerSpeech: PeerSpeechTable;
  }
}

const findRow = compileOnce((db, { peerId }: { peerId: string }) =>
  db.selectFrom('peerSpeech').selectAll().where('peerId', '=', peerId),
);

export const findSpeech = async (ctx: Context, peerId: string): Promise<PeerSpeech | undefined> =>
  (await findRow(ctx, { peerId })).rows[0];

/** The peer is asked at this time, if it was not to be asked before. */
export async function planAsking(tx: Tx, peerId: string, askAt: number): Promise<void> {
  await tx.db
    .insertInto('peerSpeech')
    .values({ peerId, askAt, capabilities: null, saidAt: null, learnedAt: null, error: null })
    .onConflict((on) =>
      on.column('peerId').doUpdateSet(({ ref, case: when }) => ({
        askAt: when().when('peerSpeech.askAt', '<', askAt).then(ref('peerSpeech.askAt')).else(askAt).end(),
      })),
    )
    .execute();
}

export async function updateSpeech(tx: Tx, peerId: string, change: Partial<PeerSpeech>): Promise<void> {
  await tx.db.updateTable('peerSpeech').set(change).where('peerId', '=', peerId).execute();
}

/** Active peers, with when each is to be asked. */
export const listAskings = (ctx: Context): Promise<Pick<PeerSpeech, 'peerId' | 'askAt'>[]> =>
  ctx.db
    .selectFrom('peerSpeech')
    .innerJoin('peer', 'peer.nodeId', 'peerSpeech.peerId')
    .select(['peerSpeech.peerId', 'peerSpeech.askAt'])
    .where('peer.state', '=', 'active')
    .orderBy('peerSpeech.askAt')
    .execute();
