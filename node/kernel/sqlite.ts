import SqliteFile from 'better-sqlite3';
import { SqliteAdapter, SqliteQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseParts } from './database.ts';
import { kyselyOver, type WriterConnection } from './writer-connection.ts';

/** How long one process waits for another that is writing, in milliseconds. */
const BUSY_MILLISECONDS = 5_000;
/** Statements kept compiled per connection; the oldest go first. */
const CACHED_STATEMENTS = 500;
/** How long the write-ahead log grows before it is carried over into the file: 32 MiB. */
const WAL_PAGES = 8_000;

/** Opens (and makes, when missing) a SQLite file: one connection writes, another reads what is committed. */
export function openSqlite(file: string): DatabaseParts {
  const writing = openFile(file);
  const reading = new SqliteFile(file, { readonly: true, fileMustExist: true, timeout: BUSY_MILLISECONDS });
  const writerConnection = makeWriterConnection(writing);
  const readerConnection = makeConnection(reading);
  return {
    kind: 'sqlite',
    writerConnection,
    reader: kyselyOver(writerConnection, (consumer) => consumer(readerConnection)),
    copyAside: (name) => backupSqlite(file, `${file}.${name}`),
    close() {
      reading.close();
      writing.close();
      return Promise.resolve();
    },
  };
}

function openFile(file: string): SqliteFile.Database {
  const database = new SqliteFile(file, { timeout: BUSY_MILLISECONDS });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // What is deleted is overwritten, not just left to be used again; it costs nothing that can be measured.
  database.pragma('secure_delete = ON');
  // What a savepoint may have to undo is kept in memory: a file of it, made anew for each, doubles the cost of a lead.
  database.pragma('temp_store = MEMORY');
  // Pages that many leads touch (indexes, the ends of tables) are carried over into the file once, not again and again.
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  return database;
}

/** Writes a consistent copy of a SQLite file that may be in use; a half-written copy never bears the final name. */
export async function backupSqlite(file: string, target: string): Promise<void> {
  const unfinished = `${target}.${process.pid}.part`;
  const database = new SqliteFile(file, { readonly: true, fileMustExist: true, timeout: BUSY_MILLISECONDS });
  try {
    await database.backup(unfinished);
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, target);
  } finally {
    database.close();
    if (existsSync(unfinished)) rmSync(unfinished);
  }
}

function makeWriterConnection(database: SqliteFile.Database): WriterConnection {
  const frame = (sql: string) => {
    const statement = database.prepare(sql);
    // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must reject
    return async () => void statement.run();
  };
  return {
    kind: 'sqlite',
    connection: makeConnection(database),
    compiler: new SqliteQueryCompiler(),
    adapter: new SqliteAdapter(),
    begin: frame('begin immediate'),
    commit: frame('commit'),
    rollback: frame('rollback'),
    savepoint: frame('savepoint work'),
    releaseSavepoint: frame('release work'),
    // eslint-disable-next-line @typescript-eslint/require-await -- as above
    rollbackToSavepoint: async () => void database.exec('rollback to work; release work'),
    isInTransaction: () => database.inTransaction,
    emptyLog: () => emptyLog(database),
    isRetryable: () => false,
  };
}

/** Nobody waits for a process that reads or writes just now: it is tried again. */
function emptyLog(database: SqliteFile.Database): boolean {
  database.pragma('busy_timeout = 0');
  try {
    const [done] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    return done?.busy === 0;
  } finally {
    database.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`);
  }
}

function makeConnection(database: SqliteFile.Database): DatabaseConnection {
  const statements = new Map<string, SqliteFile.Statement>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    if (/\bin \(\)/.test(sql)) throw new Error(`PostgreSQL knows no empty list: ${sql}`);
    const statement = database.prepare(sql);
    const [oldest] = statements.size >= CACHED_STATEMENTS ? statements.keys() : [];
    if (oldest !== undefined) statements.delete(oldest);
    statements.set(sql, statement);
    return statement;
  };
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- as above
    executeQuery: async <R>(query: CompiledQuery) => execute<R>(prepare(query.sql), query),
    streamQuery() {
      throw new Error('Rows are read in pages, not streamed.');
    },
  };
}

function execute<R>(statement: SqliteFile.Statement, query: CompiledQuery): QueryResult<R> {
  if (statement.reader) return { rows: statement.all(query.parameters) as R[] };
  return { numAffectedRows: BigInt(statement.run(query.parameters).changes), rows: [] };
}

/**
 * Carries the write-ahead log over into the file, so that the file alone is the database. False when another process has it
 * open.
 */
export function settleSqlite(file: string): boolean {
  const database = new SqliteFile(file, { fileMustExist: true, timeout: 0 });
  try {
    return database.pragma('journal_mode = DELETE', { simple: true }) === 'delete';
  } catch (error) {
    if (error instanceof SqliteFile.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false;
    throw error;
  } finally {
    database.close();
  }
}

/** Whether a file is a whole database of a node. */
export function isLeadmeshFile(file: string): boolean {
  let database: SqliteFile.Database | undefined;
  try {
    database = new SqliteFile(file, { readonly: true, fileMustExist: true });
    const tables = database.prepare(`select count(*) from sqlite_master where name in ('lead', 'ledgerHead')`).pluck();
    return tables.get() === 2 && database.pragma('quick_check', { simple: true }) === 'ok';
  } catch {
    return false;
  } finally {
    database?.close();
  }
}
