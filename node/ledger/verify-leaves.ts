import type { Context } from '../kernel/context.ts';
import { claimOf } from './checkpoint.ts';
import { compareHashes, makeSource, type Source, type Stretch } from './compare-hashes.ts';
import { gatherDifferences, listFindings, type Differences, type Finding } from './findings.ts';
import { copyTrack, failureOf, followLeaves, newTrack, type Claim, type Track } from './follow-roots.ts';
import { hashBytes, leafHash } from './hash.ts';
import { listCheckpoints } from './store/checkpoints.ts';
import { listBeyondHead, listLeaves } from './store/leaves.ts';
import { findTile } from './store/tiles.ts';
import { gatherTiles, tileWidth } from './tiles.ts';
import { splitHashes } from './tree.ts';

const pageLeaves = 1024;

interface Asked {
  /** Leaves in the log when the reading begins; more may come meanwhile. */
  readonly size: number;
  /** Claims about the tree besides the stored checkpoints. */
  readonly claims: readonly Claim[];
  /** Sizes of stored checkpoints that say nothing: nobody signed them. */
  readonly unsound: ReadonlySet<number>;
}

/** What was read: the leaves as they are, and the hashes in the tiles, which are one and the same in a whole log. */
interface Reading {
  readonly leaves: Track;
  /** Its own once the two differ. */
  tiles: Track;
  readonly differences: Differences;
  readonly findings: ReturnType<typeof listFindings>;
}

/** Reads all leaves and tells how they differ from what was logged and signed. `track`: the log as it is. */
export async function verifyLeaves(ctx: Context, asked: Asked): Promise<{ track: Track; findings: Finding[] }> {
  const findings = listFindings();
  const track = newTrack();
  const reading: Reading = { leaves: track, tiles: track, differences: gatherDifferences(), findings };
  const compared = compareHashes(readLeaves(ctx, asked.size, findings), readTiles(ctx, asked.size));
  for await (const stretch of compared) await follow(ctx, asked, reading, stretch);
  return { track, findings: [...findings.all, ...conclude(reading)] };
}

async function follow(ctx: Context, asked: Asked, reading: Reading, stretch: Stretch): Promise<void> {
  if (stretch.kind !== 'same') {
    if (reading.tiles === reading.leaves) reading.tiles = copyTrack(reading.leaves);
    reading.differences.note(stretch);
  }
  const { leaves, tiles, findings } = reading;
  const grown = gatherTiles();
  const expected = hashesOf(stretch.expected);
  if (leaves !== tiles) {
    const actual = hashesOf(stretch.actual);
    followLeaves(leaves, actual, await claimsOn(ctx, leaves, actual.length, asked));
  }
  followLeaves(tiles, expected, await claimsOn(ctx, tiles, expected.length, asked), grown.add);
  for (const { level, place, at, hashes } of grown.growths()) {
    if (level === 0) continue;
    const tile = (await findTile(ctx, level, place)) ?? Buffer.alloc(0);
    const stored = tile.subarray(at * hashBytes, (at + hashes.length) * hashBytes);
    if (!stored.equals(Buffer.concat(hashes))) findings.add(tileFinding(level, place));
  }
}

const hashesOf = (queue: Source['queue']) => queue.map(({ hash }) => hash);

/** The claims about the sizes that the next `count` leaves lead to. */
async function claimsOn(ctx: Context, { edge }: Track, count: number, asked: Asked) {
  const end = edge.size + count;
  const stored = count === 0 ? [] : await listCheckpoints(ctx, edge.size, count);
  const claims = [
    ...stored.flatMap((each): Claim[] => {
      const claim = asked.unsound.has(each.size) ? undefined : claimOf(each);
      return claim ? [{ kind: 'checkpoint', size: claim.size, root: claim.root }] : [];
    }),
    ...asked.claims,
  ];
  return Map.groupBy(
    claims.filter(({ size }) => size > edge.size && size <= end),
    ({ size }) => size,
  );
}

/** The leaves as they are stored, hashed anew; tells of gaps in their numbers. */
function readLeaves(ctx: Context, size: number, findings: Reading['findings']): Source {
  let next = 0;
  let isOver = false;
  return makeSource(async () => {
    if (isOver) return [];
    const page = (await listLeaves(ctx, next, pageLeaves)).filter(({ position }) => position < size);
    isOver = page.length === 0;
    const rows = isOver ? await listBeyondHead(ctx, size, pageLeaves) : page;
    for (const { position } of rows) {
      if (position > next) findings.add(gap(next, position - 1));
      next = position + 1;
    }
    if (isOver && next < size) findings.add(gap(next, size - 1));
    return rows.map(({ position, text }) => ({ position, hash: leafHash(text) }));
  });
}

const gap = (position: number, to: number): Finding => ({
  code: 'numbering-gap',
  message: 'No leaf has this number.',
  position,
  ...(to > position && { to }),
});

/** The hashes that were kept when the leaves were numbered. What is missing of a tile is read as zeros, which nothing hashes to. */
function readTiles(ctx: Context, size: number): Source {
  let place = 0;
  return makeSource(async () => {
    const first = place * tileWidth;
    const count = Math.min(tileWidth, size - first);
    if (count <= 0) return [];
    const stored = (await findTile(ctx, 0, place)) ?? Buffer.alloc(0);
    place++;
    const whole = Buffer.concat([stored.subarray(0, count * hashBytes)], count * hashBytes);
    return splitHashes(whole).map((hash, at) => ({ hash, position: first + at }));
  });
}

const tileFinding = (level: number, place: number): Finding => ({
  code: 'tile-changed',
  message: `The tile ${place} of level ${level} does not hold the hashes of the tree.`,
});

/** Of leaves and tiles that differ, those are right that have the roots that were signed. */
function conclude({ leaves, tiles, differences }: Reading): Finding[] {
  const leavesAreRight = leaves.failures === 0;
  const tilesAreRight = tiles.failures === 0;
  const places = new Set(differences.positions().map((position) => Math.floor(position / tileWidth)));
  const changed =
    leavesAreRight && !tilesAreRight ? [...places].map((place) => tileFinding(0, place)) : differences.findings();
  const log = tilesAreRight ? tiles : leaves;
  const signed = failureOf(log, 'checkpoint');
  const head = failureOf(log, 'head');
  const since = failureOf(leaves, 'since');
  return [
    ...changed,
    ...(signed ? [{ ...rewritten, size: signed.size, after: log.goodUntil }] : []),
    ...(head ? [{ ...unfit, size: head.size }] : []),
    ...(since ? [{ ...forgotten, size: since.size, after: leaves.goodUntil }] : []),
  ];
}

const unfit = { code: 'head-changed', message: 'The head does not fit the log.' } as const;
const rewritten = { code: 'checkpoint-root-differs', message: 'The log is not what was signed.' } as const;
const forgotten = { code: 'since-differs', message: 'The log does not begin as it did at the saved checkpoint.' } as const; // prettier-ignore
