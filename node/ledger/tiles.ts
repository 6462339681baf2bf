import { hashBytes } from './hash.ts';

/** A tile holds this many neighbours of every eighth height of the tree, in order (tlog-tiles of C2SP). */
export const tileWidth = 256;
const tileHeight = 8;

/** Where a node of the tree is kept. */
export interface Slot {
  readonly level: number;
  /** Which tile of its level. */
  readonly place: number;
  /** Which hash of the tile. */
  readonly at: number;
}

/** Undefined for nodes that are not kept: they are made of those below when they are asked for. */
function slotOf(height: number, place: number): Slot | undefined {
  if (height % tileHeight !== 0) return undefined;
  return { level: height / tileHeight, place: Math.floor(place / tileWidth), at: place % tileWidth };
}

/** Hashes that join a tile from a slot on. */
export interface TileGrowth extends Slot {
  readonly hashes: Buffer[];
}

/** Gathers nodes that a growing tree tells of, tile by tile. */
export function gatherTiles(): { add(height: number, place: number, hash: Buffer): void; growths(): TileGrowth[] } {
  const growths = new Map<string, TileGrowth>();
  return {
    add(height, place, hash) {
      const slot = slotOf(height, place);
      if (!slot) return;
      const key = `${slot.level} ${slot.place}`;
      const growth = growths.get(key);
      if (growth) growth.hashes.push(hash);
      else growths.set(key, { ...slot, hashes: [hash] });
    },
    growths: () => [...growths.values()],
  };
}

/** The hash in a slot of a tile; undefined when the tile does not reach that far. */
export function hashAt(tile: Buffer, at: number): Buffer | undefined {
  const hash = tile.subarray(at * hashBytes, (at + 1) * hashBytes);
  return hash.length === hashBytes ? hash : undefined;
}

/** The tiles and slots that the node of any height rests on: `count` hashes from `at` on. */
export function restsOn(height: number, place: number): Slot & { readonly count: number } {
  const level = Math.floor(height / tileHeight);
  const count = 2 ** (height % tileHeight);
  const first = place * count;
  return { level, place: Math.floor(first / tileWidth), at: first % tileWidth, count };
}
