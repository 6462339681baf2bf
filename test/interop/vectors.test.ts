import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runPython } from './python-peer.ts';

interface Vector {
  file: string;
  kind: string;
  verdict: string;
  code?: string;
}
interface Said {
  verdict: string;
  code?: string;
  /** What xmlsec1 said of the signature; null if the gate, the profile or the pinned keys refused before. */
  xmlsec1: boolean | null;
}

const folder = fileURLToPath(new URL('../../schemas/vectors/', import.meta.url));
const { vectors } = JSON.parse(readFileSync(`${folder}manifest.json`, 'utf8')) as { vectors: Vector[] };
const read = vectors.filter(({ kind }) => kind !== 'batch');
let said: Record<string, Said>;
let commitments: string[];
let releases: Record<string, string | null>;
beforeAll(async () => {
  const checked = JSON.parse(await runPython('check_vectors.py', [folder])) as Record<string, unknown>;
  said = checked['files'] as typeof said;
  commitments = checked['commitments'] as typeof commitments;
  releases = checked['releases'] as typeof releases;
});

/** What another verdict would look like stands in the difference, file by file. */
const byFile = (pick: (vector: Vector) => unknown, of = read) =>
  of.map((vector) => `${vector.file}: ${String(pick(vector))}`);

describe('a receiver in Python with xmlsec1', () => {
  it('reaches the verdict of the manifest on every lead and message', () => {
    expect(read.length).toBeGreaterThan(300);
    const expected = ({ verdict, code }: Vector) => (verdict === 'problem' ? `${verdict} ${code}` : verdict);
    const reached = ({ file }: Vector) => expected({ ...said[file], file, kind: '' } as Vector);
    expect(byFile(reached)).toEqual(byFile(expected));
  });

  it('finds every signature good whose sender is proven, in whatever form it was written', () => {
    const proven = vectors.filter(({ kind, verdict }) => kind === 'signed' && verdict !== 'unauthenticated');
    expect(proven.length).toBeGreaterThan(50);
    expect(byFile(({ file }) => said[file]?.xmlsec1, proven)).toEqual(byFile(() => true, proven));
  });

  it('finds the signature bad of every document that was tampered with', () => {
    const tampered = vectors.filter(({ code }) => code === 'digest' || code === 'signature');
    expect(tampered.length).toBeGreaterThan(10);
    // Some are refused before, by their form.
    expect(tampered.filter(({ file }) => said[file]?.xmlsec1 === true)).toEqual([]);
    expect(tampered.filter(({ file }) => said[file]?.xmlsec1 === false).length).toBeGreaterThan(10);
  });

  it('computes the commitments of commitments.json', () => {
    const expected = JSON.parse(readFileSync(`${folder}commitments.json`, 'utf8')) as { commitment: string }[];
    expect(commitments).toEqual(expected.map(({ commitment }) => commitment));
  });

  it('takes the Release that opens every commitment of the Offer, and no other', () => {
    const { 'as it is': good, ...others } = releases;
    expect(good).toBeNull();
    expect(Object.values(others)).toHaveLength(5);
    for (const [why, code] of Object.entries(others)) expect([why, code]).toEqual([why, 'conflict']);
  });
});
