import { makeRolloverProof, type KeyRollover, type SigningKey } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { sendBetweenNodes } from '../sending/send-between-nodes.ts';
import { listOwnKeysFor, markTold, type OwnKeyForPeer } from '../store/own-keys.ts';
import { decideSigningKey } from './decide-signing-key.ts';
import { loadOwnKey } from './signing-key.ts';

/**
 * Tells a partner of our newest key, signed by one that it takes, unless it was told or there is nothing to tell: also one that
 * became a partner after the key was made, and one that could not be reached for as long as a message lives.
 */
export async function announceNewestKey(tx: Tx, peerId: string): Promise<void> {
  const keys = await listOwnKeysFor(tx, peerId);
  const newest = keys.find(({ revokedAt }) => revokedAt === null);
  const old = decideSigningKey(keys, tx.clock.now());
  if (!newest || !old || old.kid === newest.kid || old.validUntil === null || newest.toldAt !== null) return;
  const body = rolloverOf(tx, loadOwnKey(tx, newest), { newest, old, oldKeyUntil: old.validUntil });
  await sendBetweenNodes(tx, peerId, { type: 'KeyRollover', body });
  await markTold(tx, peerId, newest.kid);
}

interface Rollover {
  readonly newest: OwnKeyForPeer;
  readonly old: OwnKeyForPeer;
  readonly oldKeyUntil: number;
}

const rolloverOf = (tx: Tx, key: SigningKey, { newest, old, oldKeyUntil }: Rollover): KeyRollover => ({
  newKey: { kid: key.kid, algorithm: key.algorithm, spki: newest.spki },
  validFrom: new Date(newest.validFrom).toISOString(),
  oldKeyUntil: new Date(oldKeyUntil).toISOString(),
  proof: makeRolloverProof(key, { nodeId: tx.config.nodeId, oldKid: old.kid }),
});
