import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../../node/cli/demo/processes.ts';
import { runCommand } from '../../node/cli/run-command.ts';

const script = fileURLToPath(new URL('../../node/cli/leadmesh.mjs', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A data folder and the commands on it. */
export interface CommandNode extends AsyncDisposable {
  readonly folder: string;
  readonly dataFolder: string;
  readonly url: string;
  /** Runs a command with the node's settings; `input` is its standard input. What stays running is a process of its own. */
  run(args: readonly string[], input?: string | Buffer): Promise<Ended>;
  /** The same; a status other than 0 throws. Answers standard output without the last line break. */
  ok(args: readonly string[], input?: string | Buffer): Promise<string>;
  /** The same with `--json`. */
  json<T = Record<string, unknown>>(args: readonly string[], input?: string | Buffer): Promise<T>;
  /** Starts the node itself and waits until it is ready. */
  start(): Promise<RunningNode>;
}

export interface RunningNode {
  output(): string;
  /** Asks it to stop; the exit status. */
  stop(): Promise<number | null>;
}

/** Runs the command as a process of its own, with these settings only. */
export function runLeadmesh(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input: string | Buffer = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], { env: { ...inheritedEnvironment(), ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

/** The same in this process: the command line from its words to its exit status, without the second it takes to load. */
async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: string | Buffer = '',
): Promise<Ended> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const terminal = { input: Readable.from(input.length > 0 ? [Buffer.from(input)] : []), output, errors };
  const status = await runCommand(args, { ...inheritedEnvironment(), ...env }, terminal);
  const read = (stream: PassThrough) => ((stream.read() as Buffer | null) ?? '').toString();
  return { status, out: read(output), err: read(errors) };
}

const readyWithinMilliseconds = 90_000;

function startNode(env: Readonly<Record<string, string>>, running: RunningNode[]): Promise<RunningNode> {
  const child = spawn(process.execPath, [script, 'start'], { env: { ...inheritedEnvironment(), ...env } });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const node: RunningNode = {
    output: () => output,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
  running.push(node);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`Not ready: ${output}`)), readyWithinMilliseconds);
    const take = (data: Buffer) => {
      output += data.toString();
      // Printed once the node listens and works.
      if (!/ is at http/.test(output)) return;
      clearTimeout(late);
      resolve(node);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void ended.then((status) => reject(new Error(`It ended with ${String(status)}: ${output}`)));
  });
}

/** A fresh data folder; nothing is in it before `start` or `migrate`. */
export function openCommandNode(name: string, port: number, env: Readonly<Record<string, string>> = {}): CommandNode {
  const folder = mkdtempSync(join(tmpdir(), `leadmesh-${name}-`));
  const url = `http://127.0.0.1:${port}`;
  const own = {
    LEADMESH_NODE_ID: `${name}.localhost`,
    LEADMESH_NAME: `The ${name}`,
    LEADMESH_DATA_FOLDER: join(folder, 'data'),
    LEADMESH_PORT: String(port),
    LEADMESH_PUBLIC_URL: url,
    LEADMESH_LOG_LEVEL: 'error',
    ...env,
  };
  const running: RunningNode[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const run = (args: readonly string[], input?: string | Buffer) => {
    if (args[0] === 'start') return runLeadmesh(args, own, input);
    // One after the other: waiting for SQLite stands still, so one would never see the other's transaction end.
    const next = last.then(() => runHere(args, own, input));
    last = next;
    return next;
  };
  const ok = async (args: readonly string[], input?: string | Buffer) => {
    const { status, out, err } = await run(args, input);
    if (status !== 0) throw new Error(`leadmesh ${args.join(' ')} ended with ${String(status)}: ${err}`);
    return out.replace(/\n$/, '');
  };
  return {
    folder,
    dataFolder: own.LEADMESH_DATA_FOLDER,
    url,
    run,
    ok,
    json: async <T>(args: readonly string[], input?: string | Buffer) =>
      JSON.parse(await ok([...args, '--json'], input)) as T,
    start: () => startNode(own, running),
    async [Symbol.asyncDispose]() {
      for (const node of running) await node.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
