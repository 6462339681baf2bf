import { verificationKey, type FindKey } from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import { findPeer, listPeerKeys, type Peer, type PeerKey } from './store/peers.ts';

/** A peer that was confirmed, and every key it ever had. */
export interface PinnedPeer {
  readonly peer: Peer;
  readonly keys: readonly PeerKey[];
}

/** The confirmed peer of this id; undefined for strangers and for those whose fingerprint nobody compared yet. */
export async function findPinnedPeer(ctx: Context, nodeId: string): Promise<PinnedPeer | undefined> {
  const peer = await findPeer(ctx, nodeId);
  if (!peer || peer.state === 'pending') return undefined;
  return { peer, keys: await listPeerKeys(ctx, nodeId) };
}

/** Looks up the keys of one peer, revoked ones too: whoever uses one is told so. */
export function findKeyOf({ peer, keys }: PinnedPeer): FindKey {
  return (from, kid) => {
    const key = from === peer.nodeId ? keys.find((candidate) => candidate.kid === kid) : undefined;
    return key && verificationKey(Buffer.from(key.spki, 'base64'));
  };
}

/** Whether a key of the peer may be used at this time (epoch milliseconds). */
export function isKeyInForce({ keys }: PinnedPeer, kid: string, now: number): boolean {
  const key = keys.find((candidate) => candidate.kid === kid);
  return key !== undefined && key.revokedAt === null && key.validFrom <= now && now < (key.validUntil ?? Infinity);
}

const headBytes = 4096;

/** Whom a document claims to be from: only to look up the keys, of which its signature must then use one. */
export function peekSender(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, headBytes)).toString('latin1');
  return /<l:From>([a-z0-9.-]{1,253})<\/l:From>/.exec(head)?.[1];
}
