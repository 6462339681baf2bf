import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { loadSigningKey, type SigningKey } from '../index.ts';

/** One line of schemas/vectors/manifest.json (docs/protocol.md, section 19). */
export interface Vector {
  readonly file: string;
  readonly kind: 'lead' | 'message' | 'signed' | 'batch';
  readonly key?: string;
  readonly verdict: 'valid' | 'problem' | 'unauthenticated' | 'refused';
  readonly code?: string;
  readonly requirement: string;
  readonly why: string;
}

/** The published test vectors, with the key and the names they were made for. */
export interface VectorBook {
  readonly vectors: readonly Vector[];
  readonly from: string;
  readonly to: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly key: SigningKey;
  /** A good document in its canonical form behind an XML declaration: what the hostile ones were made of. */
  readonly stock: Vector;
  bytesOf(vector: Vector): Buffer;
}

interface Keys {
  readonly keys: readonly { readonly name: string; readonly nodeId: string; readonly privateKey: string }[];
}
interface Manifest {
  readonly receiver: string;
  readonly now: string;
  readonly vectors: readonly Vector[];
}

const folder = new URL('../../schemas/vectors/', import.meta.url);
const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8');

/** Reads schemas/vectors; undefined where a copy of this program came without them. */
export function openVectors(): VectorBook | undefined {
  if (!existsSync(new URL('manifest.json', folder))) return undefined;
  const { receiver, now, vectors } = JSON.parse(textOf('manifest.json')) as Manifest;
  const vendor = (JSON.parse(textOf('keys.json')) as Keys).keys.find(({ name }) => name === 'vendor');
  const stock = vectors.find(({ file }) => file === 'signed/format-declared.xml');
  if (!vendor || !stock) throw new Error('The vectors are not those this program knows.');
  return {
    ...{ vectors, stock, from: vendor.nodeId, to: receiver, now: Date.parse(now) },
    key: loadSigningKey(createPrivateKey(vendor.privateKey)),
    bytesOf: ({ file }) => readFileSync(new URL(file, folder)),
  };
}
