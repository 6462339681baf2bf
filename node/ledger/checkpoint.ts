import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { hashBytes } from './hash.ts';
import { noteKey, readNote, signNote, type NoteKey } from './signed-note.ts';

/** What a checkpoint says: the log of `origin` had `size` leaves, and this was the root of their tree. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key that signs this node's checkpoints. Derived from the node's secret, so every process of the node has the same. */
export function checkpointKey({ config, keys }: Pick<Context, 'config' | 'keys'>): NoteKey & { privateKey: KeyObject } {
  const seed = Buffer.from(hkdfSync('sha256', keys.secret, config.nodeId, 'ledger-checkpoint', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  return { ...noteKey(config.nodeId, createPublicKey(privateKey)), privateKey };
}

/** A signed note as C2SP's tlog-checkpoint wants it: origin, size, root. */
export function signCheckpoint({ origin, size, root }: Checkpoint, key: NoteKey & { privateKey: KeyObject }): string {
  return signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, key, key.privateKey);
}

/** Reads a checkpoint. Throws `checkpoint-malformed`; who signed it is asked of the answer. */
export function readCheckpoint(note: string): Checkpoint & { isSignedBy(key: NoteKey): boolean } {
  const { text, isSignedBy } = read(note);
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = Buffer.from(root, 'base64');
  const isWhole = origin !== '' && /^(0|[1-9]\d{0,14})$/.test(size) && bytes.length === hashBytes;
  if (!isWhole || bytes.toString('base64') !== root) throw malformed();
  return { origin, size: Number(size), root: bytes, isSignedBy };
}

/** A stored checkpoint; undefined when it is none, or one of another size. */
export function claimOf({ note, size }: { note: string; size: number }): ReturnType<typeof readCheckpoint> | undefined {
  try {
    const read = readCheckpoint(note);
    return read.size === size ? read : undefined;
  } catch {
    return undefined;
  }
}

function read(note: string) {
  try {
    return readNote(note);
  } catch (error) {
    if (error instanceof CodedError) throw malformed();
    throw error;
  }
}

const malformed = () => new CodedError('checkpoint-malformed', 422, 'This is no checkpoint of a ledger.');
