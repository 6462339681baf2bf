import { createPublicKey, hash, verify } from 'node:crypto';
import { ProtocolError } from './errors.ts';
import type { LogCheckpoint } from './generated.ts';

const ed25519 = 1;
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The text of the signed note (C2SP tlog-checkpoint) a header's Log stands for: sender, size and root, one a line. */
export const checkpointText = (from: string, { size, root }: LogCheckpoint): string => `${from}\n${size}\n${root}\n`;

/**
 * Whether the key of a node's log (LogKey of its Capabilities: name+hash+key) signed this checkpoint. Throws ProtocolError
 * `log-key` when the key cannot be read or has another name than the node.
 */
export function isCheckpointOf(from: string, log: LogCheckpoint, logKey: string): boolean {
  const [name = '', id = '', encoded = ''] = logKey.split('+', 2).concat(logKey.split('+').slice(2).join('+'));
  const typed = Buffer.from(encoded, 'base64');
  const hashed = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'hex');
  if (name !== from || typed.length !== 33 || typed[0] !== ed25519 || hashed.slice(0, 8) !== id) {
    throw new ProtocolError('log-key', 'This is not the key of the log of this node.');
  }
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, typed.subarray(1)]), format: 'der', type: 'spki' });
  const signature = Buffer.from(log.noteSignature, 'base64');
  if (signature.subarray(0, 4).toString('hex') !== id) return false;
  return verify(null, Buffer.from(checkpointText(from, log)), key, signature.subarray(4));
}
