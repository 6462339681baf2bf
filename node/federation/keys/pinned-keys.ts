import { verificationKey, type FindKey, type VerificationKey } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { findPeerWithKeys, type Peer, type PeerKey } from '../store/peers.ts';

/** A peer that was confirmed, and every key it ever had. */
export interface PinnedPeer {
  readonly peer: Peer;
  readonly keys: readonly PeerKey[];
  /** The key that these bytes of `keys` are. */
  readonly parse: (spki: string) => VerificationKey;
}

/**
 * The confirmed peer of this id; undefined for strangers and for those whose fingerprint nobody compared yet. Its rows are
 * read for each message, so what any process changes of a peer holds for the next message at once.
 */
export async function findPinnedPeer(ctx: Context, nodeId: string): Promise<PinnedPeer | undefined> {
  const found = await findPeerWithKeys(ctx, nodeId);
  if (!found || found.peer.state === 'pending') return undefined;
  const parsed = ctx.memory(makeParsedKeys);
  return { ...found, parse: (spki) => parseOnce(parsed, spki) };
}

type ParsedKeys = Map<string, VerificationKey>;
const makeParsedKeys = (): ParsedKeys => new Map();

/** Whether a key may be used only its row tells: here is nothing that could grow stale. */
function parseOnce(parsed: ParsedKeys, spki: string): VerificationKey {
  const key = parsed.get(spki) ?? verificationKey(Buffer.from(spki, 'base64'));
  parsed.set(spki, key);
  return key;
}

/** Looks up the keys of one peer, revoked ones too: whoever uses one is told so. One that nobody confirmed is no key. */
export function findKeyOf({ peer, keys, parse }: PinnedPeer): FindKey {
  return (from, kid) => {
    const key =
      from === peer.nodeId
        ? keys.find((candidate) => candidate.kid === kid && candidate.confirmedAt !== null)
        : undefined;
    return key && parse(key.spki);
  };
}

/** Whether a key of the peer may be used at this time (epoch milliseconds). */
export function isKeyInForce({ keys }: PinnedPeer, kid: string, now: number): boolean {
  const key = keys.find((candidate) => candidate.kid === kid);
  return (
    key !== undefined &&
    key.confirmedAt !== null &&
    key.revokedAt === null &&
    key.validFrom <= now &&
    now < (key.validUntil ?? Infinity)
  );
}

const headBytes = 4096;

/** Whom a document claims to be from: only to look up the keys, of which its signature must then use one. */
export function peekSender(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, headBytes)).toString('latin1');
  return /<l:From>([a-z0-9.-]{1,253})<\/l:From>/.exec(head)?.[1];
}
