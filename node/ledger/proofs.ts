import { CodedError } from '../kernel/errors.ts';
import { emptyRoot, nodeHash } from './hash.ts';
import { hashAt, restsOn } from './tiles.ts';

/** Reads a stored tile. */
export type ReadTile = (level: number, place: number) => Promise<Buffer | undefined>;

/** The root of the first `size` leaves. Throws `ledger-damaged` when a tile is missing. */
export function rootAt(readTile: ReadTile, size: number): Promise<Buffer> {
  return size === 0 ? Promise.resolve(emptyRoot()) : treeHash(readTile, 0, size);
}

/** RFC 6962, 2.1.1: the audit path of the leaf `at` in the tree of `size` leaves, from the leaf upwards. */
export async function proveInclusion(readTile: ReadTile, at: number, size: number): Promise<Buffer[]> {
  if (!(at >= 0 && at < size)) throw new CodedError('no-such-leaf', 404, 'The tree of this size has no such leaf.');
  const path: Buffer[] = [];
  for (let [start, end] = [0, size]; end - start > 1;) {
    const middle = start + largestPowerBelow(end - start);
    const isLeft = at < middle;
    path.unshift(await (isLeft ? treeHash(readTile, middle, end) : treeHash(readTile, start, middle)));
    [start, end] = isLeft ? [start, middle] : [middle, end];
  }
  return path;
}

/** RFC 6962, 2.1.2: that the tree of `old` leaves is the beginning of the tree of `size` leaves. */
export async function proveConsistency(readTile: ReadTile, old: number, size: number): Promise<Buffer[]> {
  if (!(old > 0 && old <= size)) throw new CodedError('no-such-tree', 404, 'There is no such older tree.');
  const proof: Buffer[] = [];
  let whole = true;
  let [start, end] = [0, size];
  while (old < end) {
    const middle = start + largestPowerBelow(end - start);
    if (old <= middle) {
      proof.unshift(await treeHash(readTile, middle, end));
      end = middle;
    } else {
      proof.unshift(await treeHash(readTile, start, middle));
      start = middle;
      whole = false;
    }
  }
  if (!whole) proof.unshift(await treeHash(readTile, start, end));
  return proof;
}

/** The largest power of two that is smaller than `count` (at least 2). */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** MTH of the leaves from `start` to before `end`, which is a subtree of the recursion of RFC 6962. */
async function treeHash(readTile: ReadTile, start: number, end: number): Promise<Buffer> {
  const count = end - start;
  const height = Math.log2(count);
  if (Number.isInteger(height)) return readNode(readTile, height, start / count);
  const middle = start + largestPowerBelow(count);
  return nodeHash(await treeHash(readTile, start, middle), await treeHash(readTile, middle, end));
}

/** The root of a whole subtree, from the tile that is nearest below. */
async function readNode(readTile: ReadTile, height: number, place: number): Promise<Buffer> {
  const { level, place: tilePlace, at, count } = restsOn(height, place);
  const tile = await readTile(level, tilePlace);
  let row = Array.from({ length: count }, (_, next) => tile && hashAt(tile, at + next));
  while (row.length > 1) row = row.flatMap((hash, index) => (index % 2 === 1 ? [joined(row[index - 1], hash)] : []));
  const [root] = row;
  if (!root) throw new CodedError('ledger-damaged', 500, `A tile of level ${level} is missing or too short.`);
  return root;
}

const joined = (left: Buffer | undefined, right: Buffer | undefined) => left && right && nodeHash(left, right);
