import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../node/cli/demo/processes.ts';

/** A node in a process of its own that may be killed at any moment and started again on the same data and port. */
export interface KillableNode {
  readonly name: string;
  readonly url: string;
  readonly dataFolder: string;
  /** Starts it, at once: the next process stands by already. */
  start(): void;
  /** Resolves once it listens; rejects when it ended by itself. */
  whenListening(): Promise<void>;
  /** Resolves once the next process is loaded, so that a start takes a moment only. */
  whenNextStandsBy(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM: it stops in order. Resolves with its exit status. */
  stop(): Promise<number | null>;
  /** What the running process has printed. */
  output(): string;
}

export interface NodePlan {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output: string;
}

const program = join(import.meta.dirname, 'programs', 'standby-node.ts');

export function makeKillableNode({ name, folder, port }: NodePlan): KillableNode {
  const url = `http://127.0.0.1:${port}`;
  const dataFolder = join(folder, name);
  const env = {
    LEADMESH_NODE_ID: `${name}.localhost`,
    LEADMESH_DATA_FOLDER: dataFolder,
    LEADMESH_PORT: String(port),
    LEADMESH_PUBLIC_URL: url,
    LEADMESH_LOG_LEVEL: 'error',
    LEADMESH_REQUESTS_PER_MINUTE: '1000000',
  };
  let standby = prepare(env);
  let running: Run | undefined;
  const current = () => {
    if (!running) throw new Error(`${name} was not started.`);
    return running;
  };
  return {
    name,
    url,
    dataFolder,
    start() {
      running = standby;
      running.child.stdin?.write('start\n');
      standby = prepare(env);
    },
    async whenListening() {
      const run = current();
      const ended = run.ended.then((status) => {
        throw new Error(`${name} ended by itself with ${status}:\n${run.output}`);
      });
      await Promise.race([untilPrinted(run, `is at ${url}`), ended]);
    },
    whenNextStandsBy: () => untilPrinted(standby, 'stands by'),
    async kill() {
      const { child, ended } = current();
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      standby.child.kill('SIGKILL');
      await standby.ended;
      if (running === undefined) return null;
      running.child.kill('SIGTERM');
      return running.ended;
    },
    output: () => current().output,
  };
}

function prepare(env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [program], {
    env: { ...inheritedEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const run: Run = { child, ended, output: '' };
  // A process that was killed takes no more input.
  child.stdin.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      run.output = (run.output + data.toString()).slice(-10_000);
    });
  return run;
}

const untilPrinted = ({ child, output }: Run, text: string): Promise<void> =>
  new Promise((resolve) => {
    let printed = output;
    const look = (data: Buffer | string) => {
      printed += data.toString();
      if (!printed.includes(text)) return;
      child.stdout?.off('data', look);
      resolve();
    };
    child.stdout?.on('data', look);
    look('');
  });

/** A free TCP port that the system gives to no outgoing connection: nobody takes it while its node is down. */
export async function findLastingPort(): Promise<number> {
  for (;;) {
    // Never by the seed: two runs at once must not wait for each other's port.
    const port = randomInt(20_000, 32_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
