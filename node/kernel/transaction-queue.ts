import type { Context, Tx } from './context.ts';
import type { TransactionQueue } from './database.ts';
import { CodedError } from './errors.ts';
import { answer, runInSavepoint, type Outcome, type Waiting } from './transaction.ts';
import type { WriterConnection } from './writer-connection.ts';

export interface TransactionLimits {
  /** Callbacks that share one commit at most. */
  readonly groupCallbacks: number;
  /** No further callback joins a group that has run this long; a slow disk gets longer groups, see `workFor`. */
  readonly groupMilliseconds: number;
  /** A callback that takes longer is rolled back. */
  readonly callbackMilliseconds: number;
}

export const defaultLimits: TransactionLimits = {
  groupCallbacks: 100,
  groupMilliseconds: 5,
  callbackMilliseconds: 5_000,
};

/** Every statement is a round trip: a group needs longer to be worth its commit. */
export const postgresLimits: TransactionLimits = { ...defaultLimits, groupMilliseconds: 20 };

/** However slow the disk, everything else of the process waits no longer than this for a group. */
const LONGEST_GROUP_MILLISECONDS = 40;

/** For how long a group takes in callbacks: twice as long as the last commit took, so that commits cost a third of the time. */
const workFor = (limits: TransactionLimits, lastCommitMilliseconds: number): number =>
  Math.max(limits.groupMilliseconds, Math.min(2 * lastCommitMilliseconds, LONGEST_GROUP_MILLISECONDS));

/** Tries of one callback after a deadlock or serialization failure, or when it was overtaken. */
const TRIES = 6;
const PAUSE_MILLISECONDS = 20;

/**
 * Group commit: the callbacks that wait run strictly one after another, each in its savepoint; then one commit makes them
 * durable and all are answered. What arrives during a commit is the next group.
 */
export function makeTransactionQueue(
  connection: WriterConnection,
  limits: TransactionLimits,
): TransactionQueue & { stop(): Promise<void> } {
  const waiting: Waiting[] = [];
  const emptying: PromiseWithResolvers<boolean>[] = [];
  let pumping: Promise<void> | undefined;
  let stopped = false;
  const way: Way = { connection, limits, lastCommitMilliseconds: 0 };

  const pump = async () => {
    while (waiting.length + emptying.length > 0) {
      // One turn of the event loop: whatever the sockets brought during the last commit joins the group.
      await new Promise((resolve) => setImmediate(resolve));
      emptyLog(connection, emptying.splice(0));
      if (waiting.length === 0) continue;
      const again = await runGroup(way, () => waiting.shift());
      for (const entry of again) await runAlone(way, entry);
    }
    pumping = undefined;
  };

  return {
    run<T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> {
      if (stopped) return Promise.reject(new CodedError('stopping', 503, 'The node is stopping.'));
      return new Promise<T>((resolve, reject) => {
        waiting.push({ ctx, work, resolve: resolve as (value: unknown) => void, reject });
        pumping ??= pump();
      });
    },
    emptyLog() {
      if (stopped) return Promise.resolve(false);
      const asked = Promise.withResolvers<boolean>();
      emptying.push(asked);
      pumping ??= pump();
      return asked.promise;
    },
    async stop() {
      stopped = true;
      await pumping;
    },
  };
}

/** Once for all who asked. */
function emptyLog(connection: WriterConnection, asking: readonly PromiseWithResolvers<boolean>[]): void {
  if (asking.length === 0) return;
  try {
    const emptied = connection.emptyLog?.() ?? true;
    for (const { resolve } of asking) resolve(emptied);
  } catch (error) {
    for (const { reject } of asking) reject(error);
  }
}

/** The connection of a process, and what its last commit cost. */
interface Way {
  readonly connection: WriterConnection;
  readonly limits: TransactionLimits;
  lastCommitMilliseconds: number;
}

/**
 * Runs the callbacks that `next` gives (within the limits), commits once and answers. Gives back, unanswered, those that
 * a deadlock or serialization failure undid, or that another process overtook. Never rejects.
 */
async function runGroup(way: Way, next: () => Waiting | undefined): Promise<Waiting[]> {
  const { connection, limits } = way;
  const group: Waiting[] = [];
  const outcomes: Outcome[] = [];
  try {
    await connection.begin();
    const closesAt = performance.now() + workFor(limits, way.lastCommitMilliseconds);
    do {
      const entry = next();
      if (!entry) break;
      group.push(entry);
      outcomes.push(await runInSavepoint(connection, entry, limits.callbackMilliseconds));
    } while (group.length < limits.groupCallbacks && performance.now() < closesAt);
    const commitsAt = performance.now();
    await connection.commit();
    way.lastCommitMilliseconds = performance.now() - commitsAt;
  } catch (error) {
    // A rollback fails only with the connection, which ends the transaction as well.
    if (connection.isInTransaction()) await connection.rollback().catch(() => undefined);
    if (connection.isRetryable(error)) return group;
    const lost = group.length > 0 ? group : [next()];
    for (const entry of lost) entry?.reject(commitFailed(error));
    return [];
  }
  group.forEach((entry, index) => answer(entry, outcomes[index] as Outcome));
  group.forEach((entry, index) => runHints(entry.ctx, outcomes[index] as Outcome));
  return [];
}

/** After a deadlock every callback has its own transaction, so that it holds few rows while it waits for others. */
async function runAlone(way: Way, entry: Waiting): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const left = [entry];
    const again = await runGroup(way, () => left.pop());
    if (again.length === 0) return;
    // Two processes that met once part: the pause differs.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MILLISECONDS * attempt));
  }
  entry.reject(new CodedError('database-conflict', 503, 'Others are changing the same rows; try again.'));
}

function commitFailed(cause: unknown): CodedError {
  const error = new CodedError('commit-failed', 503, 'The change could not be made durable.');
  error.cause = cause;
  return error;
}

function runHints(ctx: Context, outcome: Outcome): void {
  for (const hint of outcome.hints) {
    try {
      hint();
    } catch (error) {
      ctx.log.error('after-commit-failed', { error });
    }
  }
}
