import { createHash } from 'node:crypto';

// Written from the definitions of RFC 6962, 2.1 to 2.1.2, alone: it shares nothing with what makes trees and proofs.

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest();
const leafOf = (bytes: Uint8Array) => sha256(Uint8Array.of(0), bytes);
const nodeOf = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

/** "The largest power of two smaller than n." */
const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

interface Inclusion {
  /** The leaf itself, its bytes. */
  readonly leaf: Uint8Array;
  /** Counted from 0. */
  readonly at: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** Whether `path` proves that the leaf stands at its place in the tree with this root. Never throws. */
export function verifyInclusion({ leaf, at, size, root, path }: Inclusion): boolean {
  if (!isCount(at) || !isCount(size) || at >= size) return false;
  const found = climb(leafOf(leaf), at, size, path);
  return found !== undefined && found.equals(root);
}

/** PATH(m, D[n]) read backwards: the root that a leaf's hash and its path lead to. */
function climb(leaf: Buffer, m: number, n: number, path: readonly Uint8Array[]): Buffer | undefined {
  if (n === 1) return path.length === 0 ? leaf : undefined;
  const last = path.at(-1);
  if (!last) return undefined;
  const k = split(n);
  const below = m < k ? climb(leaf, m, k, path.slice(0, -1)) : climb(leaf, m - k, n - k, path.slice(0, -1));
  if (!below) return undefined;
  return m < k ? nodeOf(below, last) : nodeOf(last, below);
}

interface Consistency {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether `proof` proves that the older tree is the beginning of the newer one. Never throws. */
export function verifyConsistency({ oldSize, oldRoot, size, root, proof }: Consistency): boolean {
  if (!isCount(oldSize) || !isCount(size) || oldSize === 0 || oldSize > size) return false;
  const roots = rebuild(oldSize, size, { known: Buffer.from(oldRoot), proof });
  return roots !== undefined && roots[0].equals(oldRoot) && roots[1].equals(root);
}

/** SUBPROOF(m, D[n], b) read backwards: the roots of both trees. `known`: the old root, while b is true. */
function rebuild(
  m: number,
  n: number,
  { known, proof }: { known: Buffer | undefined; proof: readonly Uint8Array[] },
): [Buffer, Buffer] | undefined {
  const last = proof.at(-1);
  if (m === n) {
    if (known) return proof.length === 0 ? [known, known] : undefined;
    return last && proof.length === 1 ? [Buffer.from(last), Buffer.from(last)] : undefined;
  }
  if (!last) return undefined;
  const k = split(n);
  const rest = proof.slice(0, -1);
  if (m <= k) {
    const below = rebuild(m, k, { known, proof: rest });
    return below && [below[0], nodeOf(below[1], last)];
  }
  const below = rebuild(m - k, n - k, { known: undefined, proof: rest });
  return below && [nodeOf(last, below[0]), nodeOf(last, below[1])];
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
