import type { Kysely } from 'kysely';
import type { Context, Tx } from './context.ts';
import type { Database, TransactionQueue } from './database.ts';
import { CodedError } from './errors.ts';
import { kyselyOver, type WriterConnection } from './writer-connection.ts';

/** A callback that waits for its turn and, after it, for the commit. */
export interface Waiting {
  readonly ctx: Context;
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a callback came to; it is told only after the commit. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
  readonly hints: readonly (() => void)[];
}

export function answer(entry: Waiting, outcome: Outcome): void {
  if (outcome.error === undefined) entry.resolve(outcome.value);
  else entry.reject(outcome.error);
}

/**
 * Runs one callback in its savepoint. A failure is rolled back and becomes the outcome; it rejects only when the whole
 * transaction is lost, or must run again.
 */
export async function runInSavepoint(
  connection: WriterConnection,
  entry: Waiting,
  milliseconds: number,
): Promise<Outcome> {
  await connection.savepoint();
  const gate = makeGate(connection);
  const hints: (() => void)[] = [];
  const tx: Tx = {
    ...entry.ctx,
    db: gate.db,
    writer: nested,
    fetch: gate.refuseNetwork,
    mail: { send: gate.refuseNetwork },
    afterCommit(hint) {
      gate.check();
      hints.push(hint);
    },
  };
  let error: unknown;
  let value: unknown;
  try {
    value = await withinTime(entry.work(tx), milliseconds);
    error = gate.failure();
  } catch (thrown) {
    error = thrown ?? new Error('A transaction was rejected without an error.');
  }
  gate.close();
  if (error === undefined) {
    try {
      await connection.releaseSavepoint();
      return { value, hints };
    } catch (refused) {
      error = refused;
    }
  }
  if (!connection.isInTransaction() || connection.isRetryable(error)) throw error;
  await connection.rollbackToSavepoint();
  return { error, hints: [] };
}

const refuseNested = () =>
  Promise.reject(new CodedError('transaction-nested', 500, 'transact() inside a transaction would wait for itself.'));
const nested: TransactionQueue = { run: refuseNested, emptyLog: refuseNested };

interface Gate {
  readonly db: Kysely<Database>;
  /** Throws when the transaction is over. */
  check(): void;
  /** The first statement that failed, also when the callback swallowed it: PostgreSQL could not go on either. */
  failure(): unknown;
  /** Others wait for this transaction: what is sent is an intent, or waits for the commit. Also when the callback swallows it. */
  refuseNetwork(): Promise<never>;
  close(): void;
}

function makeGate(writer: WriterConnection): Gate {
  let open = true;
  let failure: unknown;
  const check = () => {
    if (!open) throw new CodedError('transaction-ended', 500, 'A transaction was used after its end.');
    if (failure !== undefined) throw failure as Error;
  };
  const db = kyselyOver(writer, async (consumer) => {
    check();
    try {
      return await consumer(writer.connection);
    } catch (error) {
      failure ??= error;
      throw error;
    }
  });
  const refuseNetwork = () => {
    const refused = new CodedError('network-in-transaction', 500, 'Nothing is sent inside a transaction.');
    failure ??= refused;
    return Promise.reject(refused);
  };
  return { db, check, failure: () => failure, refuseNetwork, close: () => (open = false) };
}

async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const endsAt = performance.now() + milliseconds;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLong(milliseconds)), milliseconds);
  });
  try {
    const value = await Promise.race([work, late]);
    if (performance.now() > endsAt) throw tooLong(milliseconds);
    return value;
  } finally {
    clearTimeout(timer);
  }
}

const tooLong = (milliseconds: number) =>
  new CodedError('transaction-too-long', 503, `A transaction took longer than ${milliseconds} ms.`);
