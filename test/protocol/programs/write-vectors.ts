/**
 * Writes schemas/vectors: everything the shapes in test/protocol/vectors say, beside the documents that were written by hand,
 * whose lines in the manifest are kept. Signatures come out different each time; the keys stay.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { frameVectors } from '../vectors/frames.ts';
import { hostileVectors } from '../vectors/hostile.ts';
import { readKeys, vectorFolder } from '../vectors/keys.ts';
import { messageVectors } from '../vectors/messages.ts';
import { proofs } from '../vectors/proofs.ts';
import { signedVectors } from '../vectors/signed.ts';
import { receiver, type Vector } from '../vectors/vector.ts';
import { walks } from '../vectors/walks.ts';

const path = (file: string) => new URL(file, vectorFolder).pathname;
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

const about =
  'Documents and the verdict a conforming receiver reaches; docs/protocol.md, section 19, says how to read this. ' +
  'receiver and now: who receives the signed ones, and when.';

const keys = readKeys();
writeFileSync(path('keys.json'), json({ about: 'For tests only: the private keys are public.', keys }));
const made = [...messageVectors, ...signedVectors(keys), ...hostileVectors(keys), ...frameVectors(keys)];
const names = made.map(({ file }) => file);
if (new Set(names).size !== names.length) throw new Error('A file is made twice.');

const before = JSON.parse(readFileSync(path('manifest.json'), 'utf8')) as { vectors: (Vector & { made?: boolean })[] };
const byHand = before.vectors.filter((vector) => vector.made !== true);
for (const { file } of before.vectors.filter((vector) => vector.made)) rmSync(path(file), { force: true });
for (const { file, bytes } of made) {
  mkdirSync(dirname(path(file)), { recursive: true });
  writeFileSync(path(file), bytes);
}
const lines = made.map(({ bytes: _bytes, ...line }) => ({ ...line, made: true }));
const order = ['file', 'kind', 'key', 'receiver', 'verdict', 'code', 'path', 'requirement', 'why', 'made'];
const sorted = [...byHand, ...lines]
  .toSorted((a, b) => (a.file < b.file ? -1 : 1))
  .map((line) =>
    Object.fromEntries(order.flatMap((name) => (name in line ? [[name, line[name as keyof Vector]]] : []))),
  );
writeFileSync(path('manifest.json'), json({ about, receiver: receiver.nodeId, now: receiver.now, vectors: sorted }));
writeFileSync(path('conversations.json'), json(walks));
writeFileSync(path('proofs.json'), json(proofs(keys)));
console.log(`${sorted.length} documents, ${walks.length} walks`);
