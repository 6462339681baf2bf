/**
 * Writes schemas/vectors: everything the shapes in test/protocol/vectors say, beside the documents that were written by hand,
 * whose lines in the manifest are kept. Signatures come out different each time: a file that would differ in nothing else stays.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { frameVectors } from '../vectors/frames.ts';
import { hostileVectors } from '../vectors/hostile.ts';
import { readKeys, vectorFolder } from '../vectors/keys.ts';
import { messageVectors } from '../vectors/messages.ts';
import { invitation, proofs } from '../vectors/proofs.ts';
import { signedVectors } from '../vectors/signed.ts';
import { receiver, type Vector } from '../vectors/vector.ts';
import { walks } from '../vectors/walks.ts';

const path = (file: string) => new URL(file, vectorFolder).pathname;
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** Without what is random, and without the zeros of UTF-16. */
const lasting = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/<(ds:SignatureValue|ds:DigestValue|l:Proof)>[^<]*</g, '<$1><')
    .replace(/"proof": "[^"]*"/, '');

function write(file: string, content: string | Uint8Array): void {
  const bytes = Buffer.from(content);
  mkdirSync(dirname(path(file)), { recursive: true });
  if (!existsSync(path(file)) || lasting(readFileSync(path(file))) !== lasting(bytes)) writeFileSync(path(file), bytes);
}

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
const gone = before.vectors.filter(({ file, made: byProgram }) => byProgram === true && !names.includes(file));
for (const { file } of gone) rmSync(path(file), { force: true });
for (const { file, bytes } of made) write(file, bytes);
const lines = made.map(({ bytes: _bytes, ...line }) => ({ ...line, made: true }));
const order = ['file', 'kind', 'key', 'receiver', 'verdict', 'code', 'path', 'requirement', 'why', 'made'];
const sorted = [...byHand, ...lines]
  .toSorted((a, b) => (a.file < b.file ? -1 : 1))
  .map((line) =>
    Object.fromEntries(order.flatMap((name) => (name in line ? [[name, line[name as keyof Vector]]] : []))),
  );
writeFileSync(path('manifest.json'), json({ about, receiver: receiver.nodeId, now: receiver.now, vectors: sorted }));
writeFileSync(path('conversations.json'), json(walks));
write('proofs.json', json(proofs(keys)));
writeFileSync(path('invitation.json'), invitation(keys));
console.log(`${sorted.length} documents, ${walks.length} walks`);
