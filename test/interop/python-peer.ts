import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folderOfScripts = fileURLToPath(new URL('.', import.meta.url));
/** Debian's own, whatever else is first in the path. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** A line that the peer printed. */
export type Told = Readonly<Record<string, unknown>> & { readonly event: string };

/** Facts that a line must have, or what it must be like. */
type Fits = Readonly<Record<string, unknown>> | ((told: Told) => boolean);

/** The Python peer as a process of its own. */
export interface PythonPeer extends AsyncDisposable {
  readonly nodeId: string;
  readonly endpoint: string;
  readonly invitation: { readonly file: string; readonly fingerprint: string };
  /** Carries out a command of commands.py. */
  do<T = unknown>(name: string, facts?: Readonly<Record<string, unknown>>): Promise<T>;
  /** The first thing it tells, or told, that fits. */
  heard(event: string, fits?: Fits): Promise<Told>;
  /** Everything it told that fits. */
  all(event: string, fits?: Fits): Told[];
}

const withinMilliseconds = 30_000;

/** Without the documents. */
const brief = (told: readonly Told[]) =>
  JSON.stringify(told, (name, value: unknown) => (['xml', 'answer', 'lead'].includes(name) ? '…' : value));

function makeLog() {
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  let broken: Error | undefined;
  const meets = (line: Told, fits: Fits) =>
    typeof fits === 'function' ? fits(line) : Object.entries(fits).every(([name, value]) => line[name] === value);
  const all = (event: string, fits: Fits = {}) => told.filter((line) => line.event === event && meets(line, fits));
  const wake = () => waiting.forEach((look) => look());
  return {
    all,
    add(line: Told) {
      told.push(line);
      wake();
    },
    fail(error: Error) {
      broken = error;
      wake();
    },
    heard: (event: string, fits: Fits = {}) =>
      new Promise<Told>((resolve, reject) => {
        const end = (finish: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          finish();
        };
        const tell = () => `${event} ${JSON.stringify(fits)}; the last it told: ${brief(told.slice(-8))}`;
        const look = () => {
          const found = all(event, fits)[0];
          if (found) end(() => resolve(found));
          else if (broken) end(() => reject(broken ?? new Error()));
        };
        const timer = setTimeout(() => end(() => reject(new Error(`Not heard: ${tell()}`))), withinMilliseconds);
        waiting.add(look);
        look();
      }),
  };
}

/** Starts the peer and waits until it listens. */
export async function startPythonPeer(nodeId: string, port: number): Promise<PythonPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'leadmesh-python-'));
  const child = spawn(python, ['-B', join(folderOfScripts, 'lead_exchange.py'), folder, nodeId, String(port)]);
  const log = makeLog();
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => log.add(JSON.parse(line) as Told));
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.on('error', (error) => log.fail(error));
  void closed.then(() => log.fail(new Error(`The Python peer ended: ${errors}`)));
  const { invitation } = await log.heard('ready');
  const file = String(invitation);
  const { fingerprint } = JSON.parse(readFileSync(file, 'utf8')) as { fingerprint: string };
  let calls = 0;
  return {
    nodeId,
    endpoint: `http://127.0.0.1:${port}/lead-exchange`,
    invitation: { file, fingerprint },
    async do<T>(name: string, facts: Readonly<Record<string, unknown>> = {}) {
      const call = ++calls;
      child.stdin.write(`${JSON.stringify({ ...facts, do: name, call })}\n`);
      const { error, trace, answer } = await log.heard('done', { call });
      if (typeof error === 'string') throw new Error(`${error}\n${typeof trace === 'string' ? trace : ''}`);
      return answer as T;
    },
    heard: log.heard,
    all: log.all,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await closed;
      if (errors !== '') process.stderr.write(errors);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one of the scripts to its end; its standard output. */
export function runPython(script: string, args: readonly string[]): Promise<string> {
  const child = spawn(python, ['-B', join(folderOfScripts, script), ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return new Promise((resolve, reject) =>
    child
      .on('error', reject)
      .on('close', (status) => (status === 0 ? resolve(out) : reject(new Error(`${script}: ${err}`)))),
  );
}
