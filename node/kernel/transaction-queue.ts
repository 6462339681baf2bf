import type { Context, Tx } from './context.ts';
import type { TransactionQueue } from './database.ts';
import { CodedError } from './errors.ts';
import { answer, fail, runInSavepoint, type Outcome, type Waiting } from './transaction.ts';
import type { WriterConnection } from './writer-connection.ts';

export interface TransactionLimits {
  /** Callbacks that share one commit at most. */
  readonly groupCallbacks: number;
  /** No further callback joins a group that has run this long. */
  readonly groupMilliseconds: number;
  /** A callback that takes longer is rolled back. */
  readonly callbackMilliseconds: number;
}

export const defaultLimits: TransactionLimits = {
  groupCallbacks: 100,
  groupMilliseconds: 5,
  callbackMilliseconds: 5_000,
};

/** Tries of one callback after a deadlock or serialization failure. */
const TRIES = 6;

/**
 * Group commit: the callbacks that wait run strictly one after another, each in its savepoint; then one commit makes them
 * durable and all are answered. What arrives during a commit is the next group.
 */
export function makeTransactionQueue(
  connection: WriterConnection,
  limits: TransactionLimits,
): TransactionQueue & { stop(): Promise<void> } {
  const waiting: Waiting[] = [];
  let pumping: Promise<void> | undefined;
  let stopped = false;

  const pump = async () => {
    // One turn of the event loop: whatever the sockets brought meanwhile joins the group.
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      await runGroup(connection, limits, waiting);
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
    async stop() {
      stopped = true;
      await pumping;
    },
  };
}

/** Runs what waits (within the limits), commits once and answers. Never rejects. */
async function runGroup(connection: WriterConnection, limits: TransactionLimits, waiting: Waiting[]): Promise<void> {
  const group: Waiting[] = [];
  const outcomes: Outcome[] = [];
  try {
    await connection.begin();
    const closesAt = performance.now() + limits.groupMilliseconds;
    while (group.length < limits.groupCallbacks && (group.length === 0 || performance.now() < closesAt)) {
      const next = waiting.shift();
      if (!next) break;
      group.push(next);
      const outcome = await runInSavepoint(connection, next, limits.callbackMilliseconds);
      if (outcome.error !== undefined && connection.isRetryable(outcome.error)) throw outcome.error;
      outcomes.push(outcome);
    }
    await connection.commit();
  } catch (error) {
    await giveUp(connection);
    if (connection.isRetryable(error)) return runOneByOne(connection, limits, group);
    const lost = group.length > 0 ? group : waiting.splice(0, limits.groupCallbacks);
    for (const entry of lost) fail(entry, commitFailed(error));
    return;
  }
  group.forEach((entry, index) => answer(entry, outcomes[index] as Outcome));
  for (const [index, entry] of group.entries()) runHints(entry.ctx, outcomes[index] as Outcome);
}

/** After a deadlock: every callback alone, so that the rows they hold are few. */
async function runOneByOne(connection: WriterConnection, limits: TransactionLimits, group: Waiting[]): Promise<void> {
  for (const entry of group) {
    for (let attempt = 1; ; attempt++) {
      const again = await runAlone(connection, limits, entry);
      if (!again) break;
      if (attempt >= TRIES) {
        fail(entry, new CodedError('database-conflict', 503, 'Others changed the same rows; try again.'));
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
    }
  }
}

/** Answers, or says that it should be tried again. */
async function runAlone(connection: WriterConnection, limits: TransactionLimits, entry: Waiting): Promise<boolean> {
  let outcome: Outcome;
  try {
    await connection.begin();
    outcome = await runInSavepoint(connection, entry, limits.callbackMilliseconds);
    if (outcome.error !== undefined && connection.isRetryable(outcome.error)) throw outcome.error;
    await connection.commit();
  } catch (error) {
    await giveUp(connection);
    if (connection.isRetryable(error)) return true;
    fail(entry, commitFailed(error));
    return false;
  }
  answer(entry, outcome);
  runHints(entry.ctx, outcome);
  return false;
}

async function giveUp(connection: WriterConnection): Promise<void> {
  if (!connection.isInTransaction()) return;
  // A rollback fails only with the connection, which ends the transaction as well.
  await connection.rollback().catch(() => undefined);
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
