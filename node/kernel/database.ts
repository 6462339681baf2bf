import type { Kysely } from 'kysely';
import type { BusLink } from './bus.ts';
import type { Config } from './config.ts';
import type { Context, Tx } from './context.ts';
import type { WriterConnection } from './writer-connection.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import { defaultLimits, makeTransactionQueue, postgresLimits, type TransactionLimits } from './transaction-queue.ts';

/** The tables of all rooms: each room's `store.ts` adds its own by declaration merging. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface Database {}

/** The single writer of a process; used only through `transact`. */
export interface TransactionQueue {
  /** Answers after the commit that made the effects of `work` durable; rejects when they were rolled back. */
  run<T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Between two groups: what was deleted before is in no file of the database any more. False when another process held that
   * up; true also where the database offers nothing of the kind (PostgreSQL).
   */
  emptyLog(): Promise<boolean>;
}

/** The parts one kind of database brings along. */
export interface DatabaseParts {
  readonly kind: 'sqlite' | 'postgres';
  /** Committed state, read only, on connections of its own. */
  readonly reader: Kysely<Database>;
  readonly writerConnection: WriterConnection;
  /** Carries hints to the other processes on this database, where it can. */
  readonly link?: BusLink;
  /** Copies an existing database beside itself before it is migrated; only where that is a file. */
  readonly copyAside?: (name: string) => Promise<void>;
  close(): Promise<void>;
}

export interface OpenDatabase extends DatabaseParts {
  readonly writer: TransactionQueue;
}

/**
 * Opens the node's database: PostgreSQL when `databaseUrl` is set, else `leadmesh.db` in the data folder. Call `migrate`
 * next. `close` waits for the transactions that wait, and may be called again.
 */
export async function openDatabase(
  config: Pick<Config, 'dataFolder' | 'databaseUrl'>,
  limits: TransactionLimits = config.databaseUrl ? postgresLimits : defaultLimits,
): Promise<OpenDatabase> {
  const parts = config.databaseUrl
    ? await openPostgres(config.databaseUrl, limits)
    : openSqlite(sqliteFile(config.dataFolder));
  const queue = makeTransactionQueue(parts.writerConnection, limits);
  let closed: Promise<void> | undefined;
  return { ...parts, writer: queue, close: () => (closed ??= queue.stop().then(() => parts.close())) };
}

/** The file of a node's SQLite database. */
export const sqliteFile = (dataFolder: string) => `${dataFolder}/leadmesh.db`;
