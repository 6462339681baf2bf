import { makeBus } from '../../node/kernel/bus.ts';
import type { Context } from '../../node/kernel/context.ts';
import { sqliteFile } from '../../node/kernel/database.ts';
import { makeIds } from '../../node/kernel/ids.ts';
import type { NodeKeys } from '../../node/kernel/keys.ts';
import type { Logger } from '../../node/kernel/log.ts';
import { makeMemory } from '../../node/kernel/memory.ts';
import { openSqlite } from '../../node/kernel/sqlite.ts';
import { makeTransactionQueue } from '../../node/kernel/transaction-queue.ts';
import type { WriterConnection } from '../../node/kernel/writer-connection.ts';
import { openLedger } from '../../node/ledger/open-ledger.ts';
import { startPumps } from './pumps.ts';
import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

/** Where a process may die: around a commit, around sending, around answering. */
export type Failpoint =
  'commit-before' | 'commit-after' | 'send-before' | 'send-after' | 'answer-before' | 'answer-after';

/** What a node of a run stands on. */
export interface Ground {
  readonly name: string;
  readonly folder: string;
  readonly keys: NodeKeys;
  readonly timeline: Timeline;
  readonly random: Random;
  /** Milliseconds by which this node's clock is ahead. */
  readonly skew: number;
  readonly messagesPerMinute: number;
  readonly fetchEverySeconds?: number | undefined;
  readonly fetch: (process: Process) => typeof fetch;
  readonly log: Logger;
  /** Whether the process dies here. */
  readonly dies: (at: Failpoint, what: string) => boolean;
}

/** One life of a node, from its start to its crash. What it does after that never happened. */
export interface Process {
  readonly ctx: Context;
  isDead(): boolean;
  /** Dies when the plan says so. */
  reaches(at: Failpoint, what: string): boolean;
  die(): void;
  /** Whether workers or transactions are at work at this moment; waiting for the network does not count. */
  activity(): number;
  /** Jobs that are at files now. */
  busy(): number;
  /** Closes the database; only when nothing of this process is at work. */
  close(): Promise<void>;
}

/** Nothing that waits for this ever goes on. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** Groups of transactions must not hang on how fast the machine is. */
const limits = { groupCallbacks: 100, groupMilliseconds: Infinity, callbackMilliseconds: 600_000 };

export const addressOf = (name: string) => `http://${name}.localhost:8080`;

/** Starts a node on what is in its folder: the product's context and workers over the simulated world. */
export async function startProcess(ground: Ground): Promise<Process> {
  const { timeline, random, folder } = ground;
  const parts = openSqlite(sqliteFile(folder));
  let dead = false;
  let moves = 0;
  let busy = 0;
  const hooks = {
    isDead: () => dead,
    moved: () => {
      moves++;
    },
    reaches: (at: Failpoint, what: string) => {
      moves++;
      if (dead || !ground.dies(at, what)) return dead;
      process.die();
      return true;
    },
  };
  const writer = makeTransactionQueue(
    mortal(parts.writerConnection, hooks, () => pumps.committed()),
    limits,
  );
  const clock = {
    now: () => timeline.now() + ground.skew,
    after: (delay: number, call: () => void) => timeline.after(delay, () => dead || call()),
  };
  const process: Process = {
    ctx: {
      config: configOf(ground),
      clock,
      ids: makeIds(clock, (count) => random.bytes(count)),
      keys: ground.keys,
      db: parts.reader,
      writer,
      fetch: (...request) => (dead ? never() : ground.fetch(process)(...request)),
      mail: { send: () => Promise.resolve() },
      log: silentWhen(() => dead, ground.log),
      bus: makeBus(),
      memory: makeMemory(),
    },
    isDead: () => dead,
    reaches: hooks.reaches,
    die: () => {
      dead = true;
      pumps.stop();
    },
    activity: () => moves,
    busy: () => busy,
    close: () => parts.close(),
  };
  const pumps = startPumps(process.ctx, {
    timeline,
    skew: ground.skew,
    moved: hooks.moved,
    touching: (more) => (busy += more),
  });
  await openLedger(process.ctx);
  pumps.start();
  return process;
}

function configOf({ name, folder, messagesPerMinute, fetchEverySeconds }: Ground): Context['config'] {
  return {
    nodeId: `${name}.localhost`,
    name,
    dataFolder: folder,
    publicUrl: addressOf(name),
    mailFrom: `leads@${name}.localhost`,
    host: '127.0.0.1',
    port: 8080,
    demo: false,
    logLevel: 'silent',
    requestsPerMinute: 1_000_000,
    messagesPerMinute,
    secondOpinionEvery: 0,
    ...(fetchEverySeconds !== undefined && { fetchEverySeconds }),
  };
}

interface Hooks {
  isDead(): boolean;
  moved(): void;
  reaches(at: Failpoint, what: string): boolean;
}

/** A connection of a process that may die just before or just after a commit. */
function mortal(real: WriterConnection, { isDead, moved, reaches }: Hooks, committed: () => void): WriterConnection {
  return {
    ...real,
    begin() {
      moved();
      return isDead() ? never() : real.begin();
    },
    async commit() {
      if (isDead() || reaches('commit-before', '')) return never();
      await real.commit();
      if (reaches('commit-after', '')) return never();
      committed();
    },
  };
}

const silentWhen = (isSilent: () => boolean, log: Logger): Logger => {
  const guard =
    (level: keyof Logger): Logger['info'] =>
    (event, fields) =>
      isSilent() || log[level](event, fields);
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
};
