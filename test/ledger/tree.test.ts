import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash } from '../../node/ledger/hash.ts';
import { proveConsistency, proveInclusion, rootAt, type ReadTile } from '../../node/ledger/proofs.ts';
import { gatherTiles } from '../../node/ledger/tiles.ts';
import { copyEdge, emptyEdge, growEdge, readEdge, rootOf, writeEdge } from '../../node/ledger/tree.ts';
import { verifyConsistency, verifyInclusion } from '../../node/ledger/verify-proof.ts';

/** A tree grown leaf by leaf, with its tiles and the root of every size. */
function grow(leaves: readonly string[]) {
  const edge = emptyEdge();
  const tiles = gatherTiles();
  const roots = [rootOf(edge)];
  for (const leaf of leaves) {
    growEdge(edge, leafHash(leaf), tiles.add);
    roots.push(rootOf(edge));
  }
  const stored = new Map(tiles.growths().map(({ level, place, hashes }) => [`${level} ${place}`, hashes]));
  const readTile: ReadTile = (level, place) => {
    const hashes = stored.get(`${level} ${place}`);
    return Promise.resolve(hashes && Buffer.concat(hashes));
  };
  return { edge, roots, readTile };
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `leaf ${at}\n`);

/** MTH as RFC 6962 defines it, on the whole list. */
function plainRoot(leaves: readonly string[]): Buffer {
  const sha = (text: Buffer) => createHash('sha256').update(text).digest();
  if (leaves.length === 0) return sha(Buffer.alloc(0));
  if (leaves.length === 1) return sha(Buffer.concat([Buffer.of(0), Buffer.from(leaves[0]!)]));
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return sha(Buffer.concat([Buffer.of(1), plainRoot(leaves.slice(0, k)), plainRoot(leaves.slice(k))]));
}

const hex = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'));

describe('the tree', () => {
  /** The leaves and roots that implementations of RFC 6962 test themselves with. */
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const vectors = inputs.map((input) => Buffer.from(input, 'hex').toString('latin1'));
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('has the known roots', () => {
    expect(hex(grow(vectors).roots)).toEqual(roots);
  });

  it('gives the known proofs', async () => {
    const { readTile } = grow(vectors);
    expect(hex(await proveInclusion(readTile, 0, 8))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(hex(await proveInclusion(readTile, 1, 5))).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
    expect(hex(await proveConsistency(readTile, 6, 8))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('is the tree of RFC 6962 at every size, and its edge can be put away in between', () => {
    const leaves = numbered(600);
    const { roots: grown } = grow(leaves);
    for (const size of [...Array(70).keys(), 255, 256, 257, 511, 512, 600])
      expect(grown[size]).toEqual(plainRoot(leaves.slice(0, size)));
    let edge = emptyEdge();
    for (const leaf of leaves) {
      edge = copyEdge(readEdge(edge.size, writeEdge(edge))!);
      growEdge(edge, leafHash(leaf), () => undefined);
      expect(rootOf(edge)).toEqual(grown[edge.size]);
    }
    expect(readEdge(3, writeEdge(edge))).toBeUndefined();
  });

  it('hashes a leaf as openssl does', () => {
    const leaf = 'leadmesh-leaf: 1\nkind: user-created\n';
    const { stdout } = spawnSync('sh', ['-c', "{ printf '\\0'; cat; } | openssl dgst -sha256 -r"], { input: leaf });
    expect(stdout.toString().slice(0, 64)).toBe(leafHash(leaf).toString('hex'));
  });
});

describe('proofs', () => {
  const most = 70;
  const leaves = numbered(most);
  const tree = grow(leaves);

  it('of every leaf in a tree of every size are accepted by who knows RFC 6962 only', async () => {
    for (let size = 1; size <= most; size++) {
      expect(await rootAt(tree.readTile, size)).toEqual(tree.roots[size]);
      for (let at = 0; at < size; at++) {
        const path = await proveInclusion(tree.readTile, at, size);
        const claim = { leaf: Buffer.from(leaves[at]!), at, size, root: tree.roots[size]!, path };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, at: (at + 1) % size })).toBe(size === 1);
      }
    }
  });

  it('between all sizes are accepted, and no other root is', async () => {
    for (let size = 1; size <= most; size++)
      for (let oldSize = 1; oldSize <= size; oldSize++) {
        const proof = await proveConsistency(tree.readTile, oldSize, size);
        const claim = { oldSize, oldRoot: tree.roots[oldSize]!, size, root: tree.roots[size]!, proof };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, oldRoot: tree.roots[oldSize - 1]! })).toBe(false);
        expect(verifyConsistency({ ...claim, root: tree.roots[size - 1]! })).toBe(false);
      }
  });

  it('reach over several tiles', async () => {
    const many = numbered(1_500);
    const { readTile, roots } = grow(many);
    const size = fc.integer({ min: 1, max: many.length });
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), async (newest, one, other) => {
        const [at, oldSize] = [one % newest, 1 + (other % newest)];
        const path = await proveInclusion(readTile, at, newest);
        const root = roots[newest]!;
        expect(verifyInclusion({ leaf: Buffer.from(many[at]!), at, size: newest, root, path })).toBe(true);
        const proof = await proveConsistency(readTile, oldSize, newest);
        expect(verifyConsistency({ oldSize, oldRoot: roots[oldSize]!, size: newest, root, proof })).toBe(true);
      }),
    );
  });

  it('with one bit changed, one hash less or one more prove nothing', async () => {
    const sizes = fc.integer({ min: 2, max: most });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, one, bit) => {
        const at = one % size;
        const path = await proveInclusion(tree.readTile, at, size);
        const claim = { leaf: Buffer.from(leaves[at]!), at, size, root: tree.roots[size]!, path };
        const place = Math.floor(bit / 8) % (path.length * 32);
        const changed = path.map((hash) => Buffer.from(hash));
        changed[Math.floor(place / 32)]![place % 32]! ^= 1 << (bit % 8);
        expect(verifyInclusion({ ...claim, path: changed })).toBe(false);
        expect(verifyInclusion({ ...claim, path: path.slice(1) })).toBe(false);
        expect(verifyInclusion({ ...claim, path: [...path, path[0]!] })).toBe(false);
        expect(verifyInclusion({ ...claim, leaf: Buffer.from('another') })).toBe(false);
      }),
    );
  });

  it('of what is not there are refused', async () => {
    const root = tree.roots[most]!;
    for (const at of [-1, most, 0.5, NaN])
      expect(verifyInclusion({ leaf: Buffer.of(), at, size: most, root, path: [] })).toBe(false);
    for (const oldSize of [-1, 0, most + 1, NaN])
      expect(verifyConsistency({ oldSize, oldRoot: root, size: most, root, proof: [] })).toBe(false);
    await expect(proveInclusion(tree.readTile, most, most)).rejects.toMatchObject({ code: 'no-such-leaf' });
    await expect(proveConsistency(tree.readTile, 0, most)).rejects.toMatchObject({ code: 'no-such-tree' });
    await expect(rootAt(tree.readTile, most + 1)).rejects.toMatchObject({ code: 'ledger-damaged' });
  });
});
