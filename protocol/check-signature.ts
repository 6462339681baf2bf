import { verify } from 'node:crypto';
import { verifyP256 } from './ecdsa.ts';
import { unauthenticated } from './gate.ts';
import type { VerificationKey } from './keys.ts';

/**
 * Refuses a signature value that is not the key's over these bytes: P-256 with SHA-256 in 64 bytes, r and s; or RSA,
 * PKCS #1 v1.5 with SHA-256, as long as the modulus. Trusts nothing of the key but its type and size, so that a key
 * pinned under the wrong algorithm verifies nothing. Errors: `key`, `signature-length`, `signature`.
 */
export function checkSignature(
  data: Uint8Array,
  signature: Uint8Array,
  { publicKey, algorithm }: VerificationKey,
): void {
  const { modulusLength = 0, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  const elliptic = algorithm === 'ecdsa-sha256';
  const rightKind = elliptic
    ? publicKey.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1'
    : publicKey.asymmetricKeyType === 'rsa' && modulusLength >= 2048;
  if (!rightKind) throw unauthenticated('key', 'the pinned key is of the wrong kind');
  if (signature.byteLength !== (elliptic ? 64 : Math.ceil(modulusLength / 8))) {
    throw unauthenticated('signature-length', 'the signature value has the wrong length');
  }
  const good = elliptic ? verifyP256(data, publicKey, signature) : verify('sha256', data, publicKey, signature);
  if (!good) throw unauthenticated('signature', 'the signature is wrong');
}
