import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../node/cli/demo/processes.ts';
import type { Place } from '../support/store.ts';

/** A node as people start it, in a process of its own. */
export interface NodeProcess {
  readonly url: string;
  /** Resolves with what it printed until it listened; rejects when it ended before. */
  readonly listening: Promise<string>;
  /** What it logged as a warning or an error: one parsed line each. */
  troubles(): readonly Trouble[];
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}
export interface Trouble {
  readonly event: string;
  readonly error?: unknown;
}

export interface ProcessPlan {
  readonly name: string;
  readonly place: Place;
  readonly port: number;
  /** Where people and partners reach the node, whichever of its processes answers. */
  readonly publicUrl: string;
}

const program = join(import.meta.dirname, '../../node/main.ts');

export function startNodeProcess({ name, place, port, publicUrl }: ProcessPlan): NodeProcess {
  const env = {
    ...inheritedEnvironment(),
    LEADMESH_NODE_ID: `${name}.localhost`,
    LEADMESH_NAME: name,
    LEADMESH_DATA_FOLDER: place.dataFolder,
    ...(place.databaseUrl !== undefined && { LEADMESH_DATABASE_URL: place.databaseUrl }),
    LEADMESH_PORT: String(port),
    LEADMESH_PUBLIC_URL: publicUrl,
    LEADMESH_LOG_LEVEL: 'warn',
    LEADMESH_REQUESTS_PER_MINUTE: '1000000',
  };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const listening = new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer) => {
      output += data.toString();
      if (output.includes(` is at ${publicUrl}`)) resolve(output);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then((status) => reject(new Error(`${name} ended with ${status}:\n${output}`)));
  });
  // Whoever does not wait for it looks at the output.
  listening.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${port}`,
    listening,
    troubles: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map(readTrouble),
    kill: (signal) => end(child, ended, signal),
  };
}

const readTrouble = (line: string): Trouble => {
  try {
    return JSON.parse(line) as Trouble;
  } catch {
    return { event: line };
  }
};

async function end(child: ChildProcess, ended: Promise<number | null>, signal: NodeJS.Signals) {
  child.kill(signal);
  return ended;
}

/** What stands before several processes of one node: connections go to them in turn, past those that take none. */
export async function startBalancer(ports: () => readonly number[]) {
  let turn = 0;
  const pass = (incoming: Socket, tries: number) => {
    const all = ports();
    const outgoing = connect(all[turn++ % all.length] ?? 0, '127.0.0.1');
    const passOver = () => (tries > 1 ? pass(incoming, tries - 1) : incoming.destroy());
    outgoing.once('error', passOver);
    outgoing.once('connect', () => {
      outgoing.off('error', passOver);
      outgoing.on('error', () => incoming.destroy());
      incoming.on('error', () => outgoing.destroy());
      incoming.pipe(outgoing).pipe(incoming);
    });
  };
  const server = createServer((incoming) => {
    incoming.on('error', () => incoming.destroy());
    pass(incoming, ports().length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}
