import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import { CodedError } from '../kernel/errors.ts';

/** An Ed25519 key under the name its signatures bear. */
export interface NoteKey {
  readonly name: string;
  /** The first four bytes of a digest of name and key: which key of this name a signature wants. */
  readonly id: Buffer;
  readonly publicKey: KeyObject;
  /** As C2SP writes keys for others to verify with. */
  readonly text: string;
}

const ed25519 = 1;
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const longestNote = 65_536;

/** Names a public key. */
export function noteKey(name: string, publicKey: KeyObject): NoteKey {
  const bytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(spkiPrefix.length);
  const typed = Buffer.concat([Buffer.of(ed25519), bytes]);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4);
  return { name, id, publicKey, text: `${name}+${id.toString('hex')}+${typed.toString('base64')}` };
}

/** Reads a key as C2SP writes it (`name+id+key`). Throws `note-key-malformed`. */
export function readNoteKey(text: string): NoteKey {
  const [, name = '', encoded = ''] = /^([^\s+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const typed = Buffer.from(encoded, 'base64');
  const der = Buffer.concat([spkiPrefix, typed.subarray(1)]);
  if (typed.length !== 33 || typed[0] !== ed25519) throw malformedKey();
  const key = noteKey(name, createPublicKey({ key: der, format: 'der', type: 'spki' }));
  if (key.text !== text) throw malformedKey();
  return key;
}

const malformedKey = () => new CodedError('note-key-malformed', 422, 'This is no key of a signed note.');

/** Signs a text that ends in LF: a note of C2SP (c2sp.org/signed-note). */
export function signNote(text: string, { name, id }: NoteKey, privateKey: KeyObject): string {
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n— ${name} ${signature.toString('base64')}\n`;
}

/** The text of a note, and what signed it. Throws `note-malformed`. */
export function readNote(note: string): { text: string; isSignedBy(key: NoteKey): boolean } {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2).split('\n');
  const isWhole = end > 0 && note.endsWith('\n') && note.length <= longestNote && !/[\0-\t\v-\x1f\x7f]/.test(note);
  const signatures = lines.slice(0, -1).map((line) => /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line));
  if (!isWhole || signatures.length === 0 || signatures.includes(null))
    throw new CodedError('note-malformed', 422, 'This is no signed note.');
  return {
    text,
    isSignedBy: (key) =>
      signatures.some((parts) => parts?.[1] === key.name && matches(Buffer.from(parts[2] ?? '', 'base64'), text, key)),
  };
}

const matches = (signature: Buffer, text: string, { id, publicKey }: NoteKey): boolean =>
  signature.subarray(0, 4).equals(id) && verify(null, Buffer.from(text), publicKey, signature.subarray(4));
