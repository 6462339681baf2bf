import { emptyRoot, hashBytes, nodeHash } from './hash.ts';

/**
 * The right edge of a tree: all that is needed of it to add leaves and to tell its root. `hashes` are the roots of its largest
 * whole subtrees, the largest first: one for each bit of `size` that is set.
 */
export interface Edge {
  size: number;
  hashes: Buffer[];
}

/** Is told every node that a new leaf completes, from the leaf (height 0) upwards; `place` counts the nodes of a height. */
export type OnNode = (height: number, place: number, hash: Buffer) => void;

export const emptyEdge = (): Edge => ({ size: 0, hashes: [] });

export const copyEdge = ({ size, hashes }: Edge): Edge => ({ size, hashes: [...hashes] });

/** Adds a leaf to the tree that `edge` belongs to, in place. */
export function growEdge(edge: Edge, leaf: Buffer, onNode: OnNode): void {
  let hash = leaf;
  let height = 0;
  let place = edge.size;
  onNode(height, place, hash);
  // As in adding one to a binary number: two whole subtrees of a height make one of the next.
  while (place % 2 === 1) {
    hash = nodeHash(edge.hashes.pop() as Buffer, hash);
    height++;
    place = Math.floor(place / 2);
    onNode(height, place, hash);
  }
  edge.hashes.push(hash);
  edge.size++;
}

/** The Merkle tree hash (RFC 6962, 2.1). */
export function rootOf({ hashes }: Edge): Buffer {
  const last = hashes.at(-1);
  if (!last) return emptyRoot();
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** An edge as stored: its hashes one after another. */
export const writeEdge = ({ hashes }: Edge): Buffer => Buffer.concat(hashes);

/** Undefined when there are not as many hashes as an edge of that size has. */
export function readEdge(size: number, bytes: Buffer): Edge | undefined {
  const bits = size.toString(2).replaceAll('0', '').length;
  if (bytes.length !== bits * hashBytes) return undefined;
  return { size, hashes: splitHashes(bytes) };
}

/** Hashes that were stored one after another. */
export const splitHashes = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.floor(bytes.length / hashBytes) }, (_, at) =>
    bytes.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
