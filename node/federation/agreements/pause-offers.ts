import type { Tx } from '../../kernel/context.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellPartnerNews } from '../peers/tell-partner-news.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { updatePeer, type Peer } from '../store/peers.ts';
import type { Cap } from './decide-cap.ts';

/** Why offers to a partner pause: a limit, or that what was agreed on ended and nothing took its place. */
type PauseReason = Cap | 'agreement-over';

/** Offers to a partner pause; its administrators are told once for each reason. */
export async function pauseOffers(tx: Tx, { nodeId: peerId, offersPausedFor }: Peer, reason: PauseReason) {
  if (offersPausedFor === reason) return;
  await changePause(tx, peerId, { change: 'paused', reason });
  const news = reason === 'agreement-over' ? 'offers-without-agreement' : 'offers-paused';
  await tellPartnerNews(tx, { peerId, news, reason });
}

/** They go on, if they paused. */
export async function resumeOffers(tx: Tx, { nodeId: peerId, offersPausedAt }: Peer): Promise<void> {
  if (offersPausedAt !== null) await changePause(tx, peerId, { change: 'resumed', reason: null });
}

/** For so long an administrator's word stands against the caps. */
const waiverMilliseconds = dayMilliseconds;

/** They go on for a day, because an administrator (`by`) says so. */
export async function resumeForADay(tx: Tx, { nodeId: peerId }: Peer, by: string | undefined): Promise<void> {
  const until = tx.clock.now() + waiverMilliseconds;
  await updatePeer(tx, peerId, { capsWaivedUntil: until });
  await changePause(tx, peerId, { change: 'waived', reason: null, until, by });
}

interface PauseChange {
  readonly change: 'paused' | 'resumed' | 'waived';
  readonly reason: PauseReason | null;
  readonly until?: number;
  readonly by?: string | undefined;
}

async function changePause(tx: Tx, peerId: string, { change, reason, until, by }: PauseChange): Promise<void> {
  await updatePeer(tx, peerId, {
    offersPausedAt: reason === null ? null : tx.clock.now(),
    offersPausedFor: reason,
  });
  const told = until === undefined ? undefined : new Date(until).toISOString();
  await appendLeaf(tx, 'offers-paused', { peer: peerId, change, reason, until: told, by });
  await tellPeerChange(tx, peerId);
}
