import { copyEdge, emptyEdge, growEdge, rootOf, type Edge, type OnNode } from './tree.ts';

/** Somebody said that the tree of so many leaves had this root. */
export interface Claim {
  readonly kind: 'checkpoint' | 'since' | 'head';
  readonly size: number;
  readonly root: Buffer;
}

/** A sequence of leaves while it is read, and which claims it did not fulfil. */
export interface Track {
  readonly edge: Edge;
  readonly failed: { readonly kind: Claim['kind']; readonly size: number }[];
  /** Claims that failed in all. */
  failures: number;
  /** Size of the largest tree before the first failure that was as claimed. */
  goodUntil: number;
}

export const newTrack = (): Track => ({ edge: emptyEdge(), failed: [], failures: 0, goodUntil: 0 });

export const copyTrack = (track: Track): Track => ({
  ...track,
  edge: copyEdge(track.edge),
  failed: [...track.failed],
});

const rememberedFailures = 100;

/** Adds leaves, and compares the root at each size that somebody made a claim about. */
export function followLeaves(
  track: Track,
  hashes: readonly Buffer[],
  claims: ReadonlyMap<number, readonly Claim[]>,
  onNode: OnNode = () => undefined,
): void {
  for (const hash of hashes) {
    growEdge(track.edge, hash, onNode);
    for (const { kind, size, root } of claims.get(track.edge.size) ?? []) {
      if (rootOf(track.edge).equals(root)) {
        if (track.failures === 0) track.goodUntil = size;
        continue;
      }
      track.failures++;
      if (kind !== 'checkpoint' || track.failed.length < rememberedFailures) track.failed.push({ kind, size });
    }
  }
}

/** The first claim of a kind that the sequence does not fulfil. */
export const failureOf = (track: Track, kind: Claim['kind']) => track.failed.find((failed) => failed.kind === kind);
