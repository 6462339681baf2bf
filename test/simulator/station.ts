import { batchMediaType } from '../../protocol/index.ts';
import { exchangeRoutes } from '../../node/federation/receiving/exchange-routes.ts';
import type { Context } from '../../node/kernel/context.ts';
import type { Reply, Route } from '../../node/kernel/routes.ts';
import { describeLetter, readLetters } from './letter.ts';
import type { Answer, Request, Station } from './network.ts';
import { startProcess, type Ground, type Process } from './node.ts';

/** A node of a run: one process after the other on the same data. */
export interface SimNode extends Station {
  readonly name: string;
  readonly nodeId: string;
  /** Of the process that lives now. */
  readonly ctx: Context;
  isUp(): boolean;
  start(): Promise<void>;
  crash(): void;
  /** Closes the databases of processes that died. */
  bury(): Promise<void>;
  /** Rises while something is at work here. */
  activity(): number;
  /** Requests that are being answered, and jobs at files. */
  busy(): number;
  close(): Promise<void>;
}

/** Makes a node that does not run yet. `onDeath` is told when a process died. */
export function makeNode(ground: Ground, onDeath: () => void): SimNode {
  let process: Process | undefined;
  let busy = 0;
  let past = 0;
  const buried: Process[] = [];
  const lifeLost = () => {
    if (!process?.isDead()) return;
    past += process.activity() + 1;
    buried.push(process);
    process = undefined;
    busy = 0;
    onDeath();
  };
  const dies: Ground['dies'] = (at, what) => {
    if (!process || !ground.dies(at, what)) return false;
    // After the process knows of it.
    queueMicrotask(lifeLost);
    return true;
  };
  const running = () => {
    if (!process) throw new Error(`${ground.name} does not run.`);
    return process;
  };
  return {
    name: ground.name,
    nodeId: `${ground.name}.localhost`,
    get ctx() {
      return running().ctx;
    },
    isUp: () => process !== undefined,
    async start() {
      busy++;
      const started = await startProcess({ ...ground, dies });
      busy--;
      process = started;
    },
    crash() {
      process?.die();
      lifeLost();
    },
    async bury() {
      for (const dead of buried.splice(0)) await dead.close();
    },
    activity: () => past + (process?.activity() ?? 0),
    busy: () => busy + (process?.busy() ?? 0),
    async receive(request) {
      const here = process;
      if (!here) return undefined;
      busy++;
      try {
        return await answerAs(here, request);
      } finally {
        if (process === here) busy--;
      }
    },
    async close() {
      process?.die();
      await process?.close();
      for (const dead of buried) await dead.close();
    },
  };
}

async function answerAs(here: Process, request: Request): Promise<Answer | undefined> {
  const what = readSafely(request);
  if (here.reaches('answer-before', what)) return undefined;
  const answer = await serve(here.ctx, request);
  return here.reaches('answer-after', what) ? undefined : answer;
}

const readSafely = ({ body, contentType }: Request): string => {
  try {
    return readLetters(body, contentType).map(describeLetter).join(', ');
  } catch {
    return 'garbage';
  }
};

/** What the product's own route answers; HTTP around it is tested elsewhere. */
async function serve(ctx: Context, { url, body, contentType }: Request): Promise<Answer> {
  const path = new URL(url).pathname;
  const route = exchangeRoutes.find((each) => each.path === path) as Route;
  const request = { id: 'simulated', address: '127.0.0.1', secure: true, host: 'localhost' };
  const input = { params: {}, query: {}, body, actor: undefined, headers: { 'content-type': contentType }, request };
  const reply = (await route.run(ctx, input)) as Reply;
  return {
    status: reply.status ?? 200,
    contentType: reply.contentType ?? batchMediaType,
    body: Buffer.from(reply.body as string | Uint8Array),
    headers: { ...(reply.headers as Record<string, string>) },
  };
}
