import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CodedError } from '../kernel/errors.ts';
import type { Terminal } from './terminal.ts';

/**
 * The bytes of a file, or of standard input for `-`, at most `limit`. Throws `file-unreadable` and `too-large`.
 */
export async function fileBytes(file: string, limit: number, { input }: Pick<Terminal, 'input'>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of (file === '-' ? input : createReadStream(file)) as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > limit) throw new CodedError('too-large', 413, `${file} has more than ${limit} bytes.`);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CodedError('file-unreadable', 422, `Cannot read ${file} (${code}).`);
  }
  return Buffer.concat(pieces, length);
}

/** A file's own name; undefined for standard input. */
export const fileNameOf = (file: string): string | undefined => (file === '-' ? undefined : basename(file));

/** One line of standard input that is nobody else's to see: not shown while it is typed. */
export async function secretLine(prompt: string, { input, errors }: Terminal): Promise<string> {
  const isTyped = input.isTTY === true;
  if (isTyped) errors.write(`${prompt}: `);
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: isTyped });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (isTyped) errors.write('\n');
  }
}
