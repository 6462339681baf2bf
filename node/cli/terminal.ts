import type { Readable, Writable } from 'node:stream';

/** Where a command reads from and writes to. */
export interface Terminal {
  /** A person types when it is a TTY. */
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable;
  readonly errors: Writable;
}

/** The one of this process. */
export const ownTerminal: Terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };
