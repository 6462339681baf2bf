import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { kidOf, verificationKey, type VerificationKey } from '../../../protocol/keys.ts';

/** A key of the vectors, for tests only, as schemas/vectors/keys.json has it. */
export interface TestKey {
  readonly name: string;
  readonly nodeId: string;
  readonly kid: string;
  readonly kind: string;
  /** Whether the receiver of the vectors has pinned it for this node. */
  readonly pinned: boolean;
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly spki: string;
  /** PKCS#8, PEM. */
  readonly privateKey: string;
}

export const vectorFolder = new URL('../../../schemas/vectors/', import.meta.url);

type Made = readonly [name: string, nodeId: string, kind: string, pinned: boolean, privateKey: () => KeyObject];
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const wanted: readonly Made[] = [
  ['vendor', 'vendor.example', 'P-256', true, p256],
  ['reseller', 'reseller.example', 'P-256', true, p256],
  [
    'rsa-vendor',
    'rsa.vendor.example',
    'RSA-2048',
    true,
    () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ],
  ['attacker', 'attacker.example', 'P-256', false, p256],
  [
    'small-rsa',
    'vendor.example',
    'RSA-1024',
    false,
    () => generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
  ],
  ['p-384', 'vendor.example', 'P-384', false, () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey],
];

function describeKey([name, nodeId, kind, pinned, make]: Made): TestKey {
  const privateKey = make();
  const publicKey = createPublicKey(privateKey);
  return {
    ...{ name, nodeId, kind, pinned, kid: kidOf(publicKey) },
    spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The keys of keys.json; made when there are none yet. */
export function readKeys(): readonly TestKey[] {
  const file = new URL('keys.json', vectorFolder);
  if (!existsSync(file)) return wanted.map(describeKey);
  return (JSON.parse(readFileSync(file, 'utf8')) as { keys: TestKey[] }).keys;
}

/** The key of this name, able to sign. */
export function signer(keys: readonly TestKey[], name: string): TestKey & { readonly private: KeyObject } {
  const key = keys.find((one) => one.name === name);
  if (!key) throw new Error(`There is no key ${name}.`);
  return { ...key, private: createPrivateKey(key.privateKey) };
}

/** What the receiver of the vectors has pinned. */
export function findPinned(keys: readonly TestKey[]): (from: string, kid: string) => VerificationKey | undefined {
  const pinned = new Map(
    keys
      .filter((key) => key.pinned)
      .map((key) => [`${key.nodeId} ${key.kid}`, verificationKey(Buffer.from(key.spki, 'base64'))]),
  );
  return (from, kid) => pinned.get(`${from} ${kid}`);
}
