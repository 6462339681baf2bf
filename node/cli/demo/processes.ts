import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CodedError } from '../../kernel/errors.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const READY_WITHIN_MILLISECONDS = 60_000;
const PRINTS_WITHIN_MILLISECONDS = 20_000;
const END_WITHIN_MILLISECONDS = 10_000;

/** A TCP port on loopback that nothing listens on now; `wanted` when that is free. */
export async function findFreePort(wanted = 0): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
      });
    });
  const port = (await tryPort(wanted)) ?? (await tryPort(0));
  if (port === undefined) throw new CodedError('no-free-port', 500, 'There is no free port on 127.0.0.1.');
  return port;
}

/** One process of the demo. */
export interface DemoProcess {
  readonly name: string;
  readonly pid: number | undefined;
  /** What it has printed so far. */
  output(): string;
  /** Waits for a match in what it prints. Throws `demo-node-silent`. */
  printed(pattern: RegExp): Promise<string>;
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export interface ProcessPlan {
  readonly name: string;
  readonly script: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The surroundings of this process without settings of Leadmesh, which must not leak into the nodes that it starts. */
export const inheritedEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEADMESH_')));

/** Starts a process of its own; all it prints goes to `<folder>/<name>.log`. */
export function startProcess({ name, script, folder, env }: ProcessPlan): DemoProcess {
  mkdirSync(folder, { recursive: true });
  const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
  const child: ChildProcess = spawn(process.execPath, [script], {
    cwd: root,
    env: { ...inheritedEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches the demo only, which then stops its nodes in order.
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => {
      log.write(data);
      printed = (printed + data.toString()).slice(-20_000);
    });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  return {
    name,
    pid: child.pid,
    output: () => printed,
    printed: (pattern) => untilPrinted(name, pattern, () => printed),
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MILLISECONDS);
      await ended;
      clearTimeout(cut);
      log.end();
    },
  };
}

async function untilPrinted(name: string, pattern: RegExp, output: () => string): Promise<string> {
  for (const end = Date.now() + PRINTS_WITHIN_MILLISECONDS; Date.now() < end;) {
    const [found] = pattern.exec(output()) ?? [];
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new CodedError('demo-node-silent', 500, `${name} did not print what was expected:\n${output()}`);
}

/** Waits until `url` answers with success; fails at once when the process ends before. */
export async function untilReady(running: DemoProcess, url: string): Promise<void> {
  const end = Date.now() + READY_WITHIN_MILLISECONDS;
  let gone = false;
  void running.ended.then(() => (gone = true));
  while (Date.now() < end) {
    // The listener above changes it between two looks.
    if (gone as boolean) throw new CodedError('demo-node-ended', 500, `${running.name} ended:\n${running.output()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new CodedError('demo-node-not-ready', 500, `${running.name} is not ready:\n${running.output()}`);
}
