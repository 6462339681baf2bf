import { sign, verify } from 'node:crypto';
import { ProtocolError } from './errors.ts';
import type { KeyRollover } from './generated.ts';
import { verificationKey, type SigningKey, type VerificationKey } from './keys.ts';
import { lengthAndBytes } from './length-prefix.ts';

/** Both keys are good for at least so long. */
export const shortestOverlapMs = 30 * 24 * 3_600_000;

/** Whose key is followed by which. */
export interface RolloverFacts {
  readonly nodeId: string;
  readonly oldKid: string;
}

/** "lx-rollover-1" ‖ u32 length ‖ old kid ‖ u32 length ‖ SPKI of the new key ‖ u32 length ‖ node id. */
const provenBytes = ({ nodeId, oldKid }: RolloverFacts, spki: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('lx-rollover-1'), ...[oldKid, spki, nodeId].map(lengthAndBytes)]);

/** Proof, by the new key itself, that its owner means to follow the old key. Base64 of r and s, or of an RSA signature. */
export function makeRolloverProof(newKey: SigningKey, facts: RolloverFacts): string {
  const bytes = provenBytes(facts, newKey.spki);
  return sign('sha256', bytes, { key: newKey.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');
}

/**
 * The new key of a KeyRollover that came under the old key. Throws ProtocolError `key` for a key of no allowed kind, and
 * `rollover` when kid, algorithm, overlap or proof are not right. An operator still has to confirm it.
 */
export function checkRollover(
  { newKey, validFrom, oldKeyUntil, proof }: KeyRollover,
  facts: RolloverFacts,
): VerificationKey {
  const key = verificationKey(Buffer.from(newKey.spki, 'base64'));
  if (key.kid !== newKey.kid || key.algorithm !== newKey.algorithm)
    throw wrong('The key is not what its attributes say.');
  if (key.kid === facts.oldKid) throw wrong('The new key is the old one.');
  if (Date.parse(oldKeyUntil) - Date.parse(validFrom) < shortestOverlapMs) throw wrong('The keys overlap too shortly.');
  const signature = Buffer.from(proof, 'base64');
  const rightLength = key.algorithm === 'rsa-sha256' || signature.byteLength === 64;
  const options = { key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!rightLength || !verify('sha256', provenBytes(facts, key.spki), options, signature)) {
    throw wrong('The new key did not sign the rollover.');
  }
  return key;
}

const wrong = (detail: string) => new ProtocolError('rollover', detail);
