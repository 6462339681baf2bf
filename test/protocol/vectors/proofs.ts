import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { checkpointText } from '../../../protocol/checkpoint.ts';
import { makeHops } from '../../../protocol/hops.ts';
import { makeInvitation, writeInvitation } from '../../../protocol/invitation.ts';
import { fingerprint, loadSigningKey } from '../../../protocol/keys.ts';
import { makeRolloverProof } from '../../../protocol/rollover.ts';
import { bodies, bytes32 } from './bodies.ts';
import { signer, type TestKey } from './keys.ts';

/** An Ed25519 key of 32 equal bytes, so that it needs no file. */
const logSecret = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 0x11)]),
  format: 'der',
  type: 'pkcs8',
});

function checkpoint(from: string) {
  const typed = Buffer.concat([
    Buffer.of(1),
    createPublicKey(logSecret).export({ type: 'spki', format: 'der' }).subarray(12),
  ]);
  const id = createHash('sha256').update(`${from}\n`).update(typed).digest().subarray(0, 4);
  const log = { size: 1234, root: bytes32(5) };
  const text = checkpointText(from, { ...log, noteSignature: '' });
  const noteSignature = Buffer.concat([id, sign(null, Buffer.from(text), logSecret)]).toString('base64');
  return {
    from,
    logKey: `${from}+${id.toString('hex')}+${typed.toString('base64')}`,
    text,
    log: { ...log, noteSignature },
  };
}

/** The invitation of the node `vendor.example`. */
export function invitation(keys: readonly TestKey[]): string {
  const { nodeId, private: privateKey } = signer(keys, 'vendor');
  const inviter = {
    nodeId,
    name: 'Vendor Ltd',
    endpoint: `https://${nodeId}/lead-exchange`,
    createdAt: Date.UTC(2026, 2, 14),
  };
  return writeInvitation(makeInvitation({ ...inviter, key: loadSigningKey(privateKey) }));
}

/** Numbers to compute again: kid, fingerprint, rollover, hops, checkpoint. */
export function proofs(keys: readonly TestKey[]) {
  const [vendor, attacker] = [signer(keys, 'vendor'), signer(keys, 'attacker')];
  const hopNonce = bytes32(1);
  const facts = { nodeId: vendor.nodeId, oldKid: vendor.kid };
  const { hops } = makeHops('vendor.example', { ...bodies.Offer, hopNonce, hops: [] });
  return {
    about: 'Sections 12, 14 and 15 of docs/protocol.md. The proof of the rollover is one of many that are right.',
    fingerprints: keys.map(({ nodeId, kid, spki }) => ({
      nodeId,
      kid,
      spki,
      fingerprint: fingerprint(nodeId, Buffer.from(spki, 'base64')),
    })),
    rollover: { ...facts, newSpki: attacker.spki, proof: makeRolloverProof(loadSigningKey(attacker.private), facts) },
    hops: { hopNonce, nodeId: 'vendor.example', hop: hops[0] },
    checkpoint: checkpoint('vendor.example'),
  };
}
