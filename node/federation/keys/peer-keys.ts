import { checkRollover, fingerprint, ProtocolError, type KeyRollover } from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { CodedError, conflict, notFound } from '../../kernel/errors.ts';
import { parseInvitation, samePhrase } from '../peers/introduce.ts';
import { ledgerPeer } from '../ledger-leaves.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { Refusal } from '../receiving/refusal.ts';
import {
  appendSecurityEvent,
  getPeer,
  insertKey,
  listPeerKeys,
  updateKey,
  type Peer,
  type PeerKey,
} from '../store/peers.ts';

/** So many new keys of one partner wait for its administrator's word at most. */
const mostWaiting = 5;

/**
 * A partner announces another key, by its old one. The new key counts for nothing before our administrator compared its
 * ten words: whoever stole the old key can announce one, too. Throws a Refusal.
 */
export async function announceKey(
  tx: Tx,
  { peer, kid, body }: { peer: Peer; kid: string; body: KeyRollover },
): Promise<void> {
  const key = checkAnnounced(peer, kid, body);
  const known = await listPeerKeys(tx, peer.nodeId);
  if (known.some((one) => one.kid === key.kid)) throw new Refusal('conflict', 'This key is known already.');
  if (known.filter(isWaiting).length >= mostWaiting)
    throw new Refusal('overloaded', 'Other new keys wait for confirmation.', { retryAfter: 24 * 3600 });
  const spki = key.spki.toString('base64');
  const times = { validFrom: Date.parse(body.validFrom), oldKeyUntil: Date.parse(body.oldKeyUntil) };
  await insertKey(tx, { ...newKey(peer.nodeId, key.kid), spki, algorithm: key.algorithm, ...times, follows: kid });
  await ledgerPeer(tx, peer, { change: 'key-announced', kid: key.kid, key: spki });
  await appendSecurityEvent(tx, { peerId: peer.nodeId, code: 'key-announced', facts: { kid: key.kid } });
  await tellPeerChange(tx, peer.nodeId);
}

function checkAnnounced(peer: Peer, oldKid: string, body: KeyRollover) {
  try {
    return checkRollover(body, { nodeId: peer.nodeId, oldKid });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new Refusal('conflict', error.detail, { securityEvent: 'rollover-unproven' });
  }
}

const isWaiting = ({ confirmedAt, revokedAt }: PeerKey) => confirmedAt === null && revokedAt === null;

const newKey = (nodeId: string, kid: string) => ({
  ...{ nodeId, kid, validUntil: null, revokedAt: null, confirmedAt: null },
});

/**
 * Lets a new key of a partner count: the administrator types the ten words that were told on another channel. The old key
 * ends when the partner said. Errors: `not-found`, `key-not-waiting`, `fingerprint-differs`.
 */
export async function confirmKey(ctx: Context, wish: { nodeId: string; kid: string; typed: string; by?: string }) {
  const { nodeId, kid, typed, by } = wish;
  const matched = await transact(ctx, async (tx) => {
    const { peer, key } = await getWaiting(tx, nodeId, kid);
    if (!samePhrase(typed, fingerprint(nodeId, Buffer.from(key.spki, 'base64')))) {
      await appendSecurityEvent(tx, { peerId: nodeId, code: 'fingerprint-differs' });
      await ledgerPeer(tx, peer, { change: 'fingerprint-differs', kid, by });
      return false;
    }
    await updateKey(tx, { nodeId, kid }, { confirmedAt: tx.clock.now() });
    if (key.follows !== null) await endOldKey(tx, { nodeId, kid: key.follows }, key.oldKeyUntil);
    await ledgerPeer(tx, peer, { change: 'key-confirmed', kid, key: key.spki, by });
    await tellPeerChange(tx, nodeId);
    return true;
  });
  if (!matched) throw new CodedError('fingerprint-differs', 422, 'These are not the ten words of this key.');
}

/** The old key ends when the partner said; of several such times the earliest: one that ended stays at its end. */
async function endOldKey(tx: Tx, old: { nodeId: string; kid: string }, oldKeyUntil: number | null): Promise<void> {
  const before = (await listPeerKeys(tx, old.nodeId)).find(({ kid }) => kid === old.kid)?.validUntil ?? Infinity;
  const validUntil = Math.min(before, oldKeyUntil ?? Infinity);
  if (validUntil < before) await updateKey(tx, old, { validUntil });
}

/** Says no to a new key for good. Errors: `not-found`, `key-not-waiting`. */
export function refuseKey(ctx: Context, { nodeId, kid, by }: { nodeId: string; kid: string; by?: string }) {
  return transact(ctx, async (tx) => {
    const { peer } = await getWaiting(tx, nodeId, kid);
    await updateKey(tx, { nodeId, kid }, { revokedAt: tx.clock.now() });
    await ledgerPeer(tx, peer, { change: 'key-refused', kid, by });
    await tellPeerChange(tx, nodeId);
  });
}

async function getWaiting(tx: Tx, nodeId: string, kid: string): Promise<{ peer: Peer; key: PeerKey }> {
  const peer = await getPeer(tx, nodeId);
  const key = (await listPeerKeys(tx, nodeId)).find((one) => one.kid === kid);
  if (!key) throw notFound('key');
  if (peer.state === 'pending' || !isWaiting(key))
    throw conflict('key-not-waiting', 'This key waits for nobody’s word.');
  return { peer, key };
}

/**
 * For a partner whose key is stolen or lost: all its keys count for nothing from now on, and the one of its new invitation
 * waits for its ten words. What was signed before stays verifiable. Errors: `invitation-invalid`, `not-found`, `peer-key-known`.
 */
export function repinPeer(ctx: Context, wish: { nodeId: string; text: string; by?: string }): Promise<string> {
  const { nodeId, text, by } = wish;
  const invitation = parseInvitation(text);
  return transact(ctx, async (tx) => {
    const peer = await getPeer(tx, nodeId);
    const keys = await listPeerKeys(tx, nodeId);
    const { kid, spki, algorithm } = invitation;
    if (invitation.nodeId !== nodeId) throw conflict('invitation-of-another', 'This is another node’s invitation.');
    if (peer.state === 'pending' || keys.some((key) => key.kid === kid))
      throw conflict('peer-key-known', 'This key is known already.');
    const now = tx.clock.now();
    for (const key of keys) if (key.revokedAt === null) await updateKey(tx, key, { revokedAt: now });
    const times = { validFrom: now, oldKeyUntil: null, follows: null };
    await insertKey(tx, { ...newKey(nodeId, kid), spki, algorithm, ...times });
    await ledgerPeer(tx, peer, { change: 'keys-revoked', kid, key: spki, by });
    await tellPeerChange(tx, nodeId);
    return kid;
  });
}
