import type { Capabilities } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { when, whenever } from '../../kernel/times.ts';
import { findLastCheckpoint } from '../../ledger/last-checkpoint.ts';
import { readQuota } from '../receiving/take-quota.ts';
import { findContradiction } from '../witness/witness-checkpoint.ts';
import { peerFingerprint } from './introduce.ts';
import { describeReach } from './peer-health.ts';
import { countByState, type OutboxState } from '../store/outbox.ts';
import { countWebhooks } from '../store/webhooks.ts';
import { getHealth, getPeer, listHealth, listPeerKeys, listPeers, listSecurityEvents } from '../store/peers.ts';
import type { Peer, PeerHealth } from '../store/peers.ts';
import { findPeerCheckpoint } from '../store/witnessed.ts';
import { findSpeech, type PeerSpeech } from '../store/speech.ts';

type Counts = Partial<Record<OutboxState, number>>;

/** A partner as the partners page shows it. */
export async function listPeerViews(ctx: Context) {
  const [peers, healths, sent, told] = await Promise.all([
    listPeers(ctx),
    listHealth(ctx),
    countByState(ctx),
    countWebhooks(ctx),
  ]);
  const counts = [...sent, ...told];
  return peers.map((peer) => {
    const health = healths.find(({ peerId }) => peerId === peer.nodeId);
    const mine = counts.filter(({ peerId }) => peerId === peer.nodeId);
    return describePeer(ctx, peer, { health, counts: toCounts(mine) });
  });
}

/** One partner with its keys and what an administrator should look into. */
export async function getPeerView(ctx: Context, nodeId: string) {
  const peer = await getPeer(ctx, nodeId);
  const [health, sent, told, keys, events, fingerprint, speech] = await Promise.all([
    getHealth(ctx, nodeId),
    countByState(ctx, nodeId),
    countWebhooks(ctx, nodeId),
    listPeerKeys(ctx, nodeId),
    listSecurityEvents(ctx, nodeId, 50),
    peerFingerprint(ctx, nodeId),
    findSpeech(ctx, nodeId),
  ]);
  return {
    ...describePeer(ctx, peer, { health, counts: toCounts([...sent, ...told]) }),
    fingerprint: keys.length > 0 ? fingerprint : '',
    speaks: describeSpeech(speech),
    quota: await readQuota(ctx, nodeId),
    ...(await describeLogs(ctx, nodeId)),
    keys: keys.map(({ kid, algorithm, validFrom, validUntil, revokedAt, confirmedAt }) => ({
      kid,
      algorithm,
      validFrom: when(validFrom),
      validUntil: whenever(validUntil),
      revokedAt: whenever(revokedAt),
      confirmedAt: whenever(confirmedAt),
    })),
    securityEvents: events.map(({ id, at, code, messageId }) => ({ id, at: when(at), code, messageId })),
  };
}

/** The logs as the two nodes show them to each other: which checkpoint is the newest of each, and whether one contradicts. */
async function describeLogs(ctx: Context, peerId: string) {
  const [theirs, ours, event] = [
    await findPeerCheckpoint(ctx, peerId),
    await findLastCheckpoint(ctx),
    await findContradiction(ctx, peerId),
  ];
  return {
    witnessed: theirs
      ? { size: theirs.size, root: theirs.root, epoch: theirs.epoch, saidAt: when(theirs.saidAt) }
      : null,
    ownCheckpoint: ours ? { size: ours.size, root: ours.root } : null,
    logContradicts: event ? { code: event.code, at: when(event.at) } : null,
  };
}

/** What the partner says of itself: nobody's trust hangs on it. */
function describeSpeech(speech: PeerSpeech | undefined) {
  const said = speech?.capabilities ? (JSON.parse(speech.capabilities) as Capabilities) : undefined;
  return {
    versions: said?.versions ?? [],
    levels: said?.levels ?? [],
    extensions: said?.extensions ?? [],
    maxMessageBytes: said?.maxMessageBytes ?? null,
    maxBatchMessages: said?.maxBatchMessages ?? null,
    messagesPerMinute: said?.messagesPerMinute ?? null,
    learnedAt: whenever(speech?.learnedAt),
    error: speech?.error ?? null,
  };
}

const toCounts = (rows: readonly { state: OutboxState; messages: number }[]): Counts =>
  Object.fromEntries(rows.map(({ state, messages }) => [state, messages]));

function describePeer(
  ctx: Context,
  peer: Peer,
  { health, counts }: { health: PeerHealth | undefined; counts: Counts },
) {
  const { nodeId, name, endpoint, role, state, allowedRange, createdAt, activatedAt, suspendedAt } = peer;
  return {
    id: nodeId,
    kind: peer.kind,
    name,
    endpoint,
    role,
    state,
    allowedAddress: allowedRange,
    fetches: peer.fetches === 1,
    agreeReturns: JSON.parse(peer.agreeReturns) as string[],
    requireAgreement: peer.requireAgreement === 1,
    offersPausedAt: whenever(peer.offersPausedAt),
    offersPausedFor: peer.offersPausedFor,
    capsWaivedUntil: whenever(peer.capsWaivedUntil),
    createdAt: when(createdAt),
    activatedAt: whenever(activatedAt),
    suspendedAt: whenever(suspendedAt),
    health: {
      reach: health ? describeReach(ctx, health) : ('good' as const),
      lastSuccessAt: whenever(health?.lastSuccessAt),
      lastFailureAt: whenever(health?.lastFailureAt),
      lastError: health?.lastError ?? null,
      lastHeardAt: whenever(health?.lastHeardAt),
      nextProbeAt: whenever(health?.openUntil),
    },
    outbox: {
      waiting: counts.waiting ?? 0,
      delivered: counts.delivered ?? 0,
      refused: counts.refused ?? 0,
      dead: counts.dead ?? 0,
    },
  };
}
