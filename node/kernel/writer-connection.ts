import { DefaultQueryExecutor, Kysely } from 'kysely';
import type { DatabaseConnection, Dialect, DialectAdapter, Driver, QueryCompiler } from 'kysely';
import type { Database } from './database.ts';

/** The one connection that writes, with the statements that frame a group of transactions. */
export interface WriterConnection {
  readonly kind: 'sqlite' | 'postgres';
  readonly connection: DatabaseConnection;
  readonly compiler: QueryCompiler;
  readonly adapter: DialectAdapter;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  savepoint(): Promise<void>;
  releaseSavepoint(): Promise<void>;
  rollbackToSavepoint(): Promise<void>;
  /** False when the database itself gave the open transaction up (disk full, lost connection). */
  isInTransaction(): boolean;
  /** Outside a transaction: carries the log over into the file, and leaves nothing in it. False when somebody is in the way. */
  emptyLog?(): boolean;
  /** Whether running the same work again may succeed: a deadlock or serialization failure, or it was overtaken. */
  isRetryable(error: unknown): boolean;
}

const refuse = () =>
  Promise.reject(new Error('Transactions are opened by transact(ctx, …) only; connections are not lent.'));

const closedDriver: Driver = {
  init: () => Promise.resolve(),
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
};

type Provide = <T>(consumer: (connection: DatabaseConnection) => Promise<T>) => Promise<T>;

/** Kysely over connections that `provide` lends; cheap enough to make one for every transaction. */
export function kyselyOver(parts: Pick<WriterConnection, 'compiler' | 'adapter'>, provide: Provide): Kysely<Database> {
  const dialect: Dialect = {
    createAdapter: () => parts.adapter,
    createDriver: () => closedDriver,
    createQueryCompiler: () => parts.compiler,
    createIntrospector: () => {
      throw new Error('The database is not introspected.');
    },
  };
  const executor = new DefaultQueryExecutor(parts.compiler, parts.adapter, { provideConnection: provide });
  return new Kysely<Database>({ config: { dialect }, dialect, driver: closedDriver, executor });
}
