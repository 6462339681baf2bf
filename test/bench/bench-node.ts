import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';
import { findFreePort, startProcess, untilReady, type DemoProcess } from '../../node/cli/demo/processes.ts';
import { tokenByLink } from '../../node/cli/demo/session.ts';
import { sqliteFile } from '../../node/kernel/database.ts';

// Ended from outside, a bench tidies up as when it fails.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

/** A folder of this run, removed when the process ends. */
export function makeRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'leadmesh-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real node in a process of its own, with its administrator. */
export interface BenchNode {
  readonly url: string;
  readonly dataFolder: string;
  readonly token: string;
  readonly administrator: ApiClient;
  /** Transactions committed so far; each is one fsync. */
  commits(): number;
  stop(): Promise<void>;
  /** Holds the process still as it is: nobody is refused, and nothing is answered until it goes on. */
  hold(): void;
  goOn(): void;
}

export interface ProcessRun {
  readonly name: string;
  readonly script: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** With `BENCH_PROFILE=folder` every process leaves a CPU profile there, see `read-profile.ts`. */
export function startMeasured({ name, script, folder, env }: ProcessRun): DemoProcess {
  const profiles = process.env['BENCH_PROFILE'];
  if (profiles !== undefined) mkdirSync(join(profiles, name), { recursive: true });
  const options: Record<string, string> =
    profiles === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${join(profiles, name)}` };
  const started = startProcess({ name, script, folder, env: { ...env, ...options } });
  // A bench that fails leaves nobody at work behind.
  const stop = () => void started.stop();
  process.once('exit', stop);
  void started.ended.then(() => process.off('exit', stop));
  return started;
}

/** Without quotas that would stop a bench, unless `settings` name others. */
export async function startBenchNode(
  folder: string,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchNode> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const dataFolder = join(folder, name);
  const env = {
    LEADMESH_NODE_ID: `${name}.localhost`,
    LEADMESH_DATA_FOLDER: dataFolder,
    LEADMESH_PORT: String(port),
    LEADMESH_PUBLIC_URL: url,
    LEADMESH_LOG_LEVEL: 'warn',
    LEADMESH_REQUESTS_PER_MINUTE: '100000000',
    LEADMESH_MESSAGES_PER_MINUTE: '100000000',
    ...settings,
  };
  const start = async () => {
    const started = startMeasured({ name, script: 'node/main.ts', folder, env });
    await untilReady(started, `${url}/ready`);
    return started;
  };
  const running = await start();
  const token = await tokenByLink(url, await running.printed(/https?:\/\/\S+\/sign-in#token=\S+/));
  return {
    url,
    dataFolder,
    token,
    administrator: makeApiClient(url, token),
    commits: () => readCommits(dataFolder),
    stop: () => running.stop(),
    hold: () => void process.kill(running.pid ?? NaN, 'SIGSTOP'),
    goOn: () => void process.kill(running.pid ?? NaN, 'SIGCONT'),
  };
}

/** SQLite counts the transactions of a WAL in the header of its shared-memory index (iChange, the third word). */
function readCommits(dataFolder: string): number {
  const file = openSync(`${sqliteFile(dataFolder)}-shm`, 'r');
  try {
    const word = Buffer.alloc(4);
    readSync(file, word, 0, 4, 8);
    return word.readUInt32LE();
  } finally {
    closeSync(file);
  }
}
