import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject } from 'node:crypto';
import { ProtocolError } from './errors.ts';
import type { KeyAlgorithm } from './generated.ts';

/** A public key that was pinned for a node; it fixes the one algorithm that may be used with it. */
export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
}

/** A node's own key. */
export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

const smallestRsaModulus = 2048;
const largestRsaModulus = 8192;

/** A new P-256 key. */
export function makeSigningKey(): SigningKey {
  return loadSigningKey(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey);
}

/** Reads a private key, PKCS#8 PEM or KeyObject; throws `key` when it is of no kind this protocol knows. */
export function loadSigningKey(key: string | KeyObject): SigningKey {
  const privateKey = typeof key === 'string' ? parseKey(() => createPrivateKey(key)) : key;
  if (privateKey.type !== 'private') throw new ProtocolError('key', 'This is not a private key.');
  return { ...verificationKey(createPublicKey(privateKey)), privateKey };
}

/** PKCS#8 PEM of the private key. */
export function exportSigningKey(key: SigningKey): string {
  return key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Reads a public key, SubjectPublicKeyInfo as DER or KeyObject; throws `key` unless it is P-256 or RSA of 2048 bits and more. */
export function verificationKey(key: Uint8Array | KeyObject): VerificationKey {
  const publicKey =
    key instanceof KeyObject
      ? key
      : parseKey(() => createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' }));
  if (publicKey.type !== 'public') throw new ProtocolError('key', 'This is not a public key.');
  const algorithm = algorithmOf(publicKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  if (!(key instanceof KeyObject) && !spki.equals(key)) throw new ProtocolError('key', 'The key is not plain DER.');
  return { kid: kidOfSpki(spki), algorithm, publicKey, spki };
}

function parseKey(parse: () => KeyObject): KeyObject {
  try {
    return parse();
  } catch {
    throw new ProtocolError('key', 'This is not a key that can be read.');
  }
}

function algorithmOf(key: KeyObject): KeyAlgorithm {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ecdsa-sha256';
  if (key.asymmetricKeyType !== 'rsa') throw new ProtocolError('key', 'Only P-256 and RSA keys are used here.');
  if (modulusLength < smallestRsaModulus || modulusLength > largestRsaModulus) {
    throw new ProtocolError('key', `An RSA key has ${smallestRsaModulus} to ${largestRsaModulus} bits.`);
  }
  return 'rsa-sha256';
}

/** The name of a public key on the wire: 22 characters of the base64url SHA-256 of its SPKI. */
export function kidOf(publicKey: KeyObject): string {
  return kidOfSpki(publicKey.export({ type: 'spki', format: 'der' }));
}

function kidOfSpki(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64url').slice(0, 22);
}

/**
 * What two administrators read to each other: ten five-letter words for the first 160 bits of
 * SHA-256("lx-fingerprint-1" ‖ u32 length ‖ node id ‖ SPKI). The words are proquints (16 bits each, consonant-vowel-…),
 * so no word list has to be agreed on.
 */
export function fingerprint(nodeId: string, spki: Uint8Array): string {
  const id = Buffer.from(nodeId, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(id.byteLength);
  const hash = createHash('sha256').update('lx-fingerprint-1').update(length).update(id).update(spki).digest();
  return Array.from({ length: 10 }, (_, word) => proquint(hash.readUInt16BE(word * 2))).join(' ');
}

const consonants = 'bdfghjklmnprstvz';
const vowels = 'aiou';

function proquint(bits: number): string {
  const consonant = (shift: number) => consonants.charAt((bits >> shift) & 15);
  const vowel = (shift: number) => vowels.charAt((bits >> shift) & 3);
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0);
}
