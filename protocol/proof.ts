import { checkSignature } from './check-signature.ts';
import { ProtocolError } from './errors.ts';
import type { KeyAlgorithm } from './generated.ts';
import type { VerificationKey } from './keys.ts';
import { writeSignedInfo } from './signature.ts';

/** What remains of a signed document whose content is gone (LX-155), as one line of text. */
interface SignatureFacts {
  readonly algorithm: KeyAlgorithm;
  readonly kid: string;
  /** The SignatureValue: base64 without white space. */
  readonly value: string;
  readonly digest: string;
  /** The canonical SignedInfo. */
  readonly signedInfo: string;
}

/**
 * Kid, signature value, and the canonical SignedInfo in base64 where it is not the one our own writer makes of the digest:
 * with the digest enough to prove that a key signed a document, without a word of it.
 */
export function writeProof({ algorithm, kid, value, digest, signedInfo }: SignatureFacts): string {
  const usual = signedInfo === writeSignedInfo(algorithm, digest);
  return [algorithm, kid, value, ...(usual ? [] : [Buffer.from(signedInfo, 'utf8').toString('base64')])].join(' ');
}

/** Whether a proof shows that this key signed a document with this digest. */
export function checkProof(proof: string, digest: string, key: VerificationKey): boolean {
  const [algorithm, kid, value = '', other] = proof.split(' ');
  if (kid !== key.kid || algorithm !== key.algorithm) return false;
  const signedInfo = readSignedInfo(key.algorithm, digest, other);
  if (!signedInfo.includes(`>${digest}</ds:DigestValue>`)) return false;
  try {
    checkSignature(Buffer.from(signedInfo, 'utf8'), Buffer.from(value, 'base64'), key);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

const readSignedInfo = (algorithm: KeyAlgorithm, digest: string, other: string | undefined): string =>
  other === undefined ? writeSignedInfo(algorithm, digest) : Buffer.from(other, 'base64').toString('utf8');
