import { createSecretKey, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { exportSigningKey, loadSigningKey, makeSigningKey } from '../../protocol/index.ts';
import type { Config } from './config.ts';
import { sqliteFile } from './database.ts';
import { CodedError } from './errors.ts';
import type { NodeKeys } from './keys.ts';

const secretBytes = 32;

/**
 * Reads the keys in the data folder; makes them on the first start. Files are the owner's alone (0600) and never
 * overwritten. Throws `keys-missing` when there is a database but no keys (a new identity would be a stranger to all
 * partners), `key-file-open-to-others` and `key-file-malformed`.
 */
export function loadNodeKeys(config: Pick<Config, 'dataFolder'>): NodeKeys {
  const folder = join(config.dataFolder, 'keys');
  const files = { signing: join(folder, 'signing.pem'), secret: join(folder, 'secret') };
  const missing = Object.values(files).filter((file) => !existsSync(file));
  if (missing.length > 0 && existsSync(sqliteFile(config.dataFolder)))
    throw new CodedError(
      'keys-missing',
      500,
      `There is a database in ${config.dataFolder}, but not ${missing.join(', ')}. Restore it from a backup.`,
    );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  makeOnce(files.signing, () => exportSigningKey(makeSigningKey()));
  makeOnce(files.secret, () => `${randomBytes(secretBytes).toString('base64')}\n`);
  const signing = parse(files.signing, loadSigningKey);
  const secret = parse(files.secret, (text) => Buffer.from(text.trim(), 'base64'));
  if (secret.length !== secretBytes) throw malformed(files.secret);
  return { signing, secret: createSecretKey(secret) };
}

/** Writes a file that is not there yet, whole or not at all; of two processes the first wins. */
function makeOnce(file: string, make: () => string): void {
  if (existsSync(file)) return;
  const unfinished = `${file}.${process.pid}.part`;
  rmSync(unfinished, { force: true });
  const handle = openSync(unfinished, 'wx', 0o600);
  try {
    writeSync(handle, make());
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(unfinished);
  }
  syncFolder(dirname(file));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function parse<T>(file: string, read: (text: string) => T): T {
  if ((statSync(file).mode & 0o077) !== 0)
    throw new CodedError('key-file-open-to-others', 500, `Others may read ${file}. Set its mode to 600.`);
  try {
    return read(readFileSync(file, 'utf8'));
  } catch {
    throw malformed(file);
  }
}

const malformed = (file: string) =>
  new CodedError('key-file-malformed', 500, `${file} does not hold a key of the expected kind.`);
