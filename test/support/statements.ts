import SqliteFile from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection } from 'kysely';
import { sqliteFile } from '../../node/kernel/database.ts';
import { defaultLimits, makeTransactionQueue } from '../../node/kernel/transaction-queue.ts';
import { kyselyOver } from '../../node/kernel/writer-connection.ts';
import type { Store } from './store.ts';

/** The same store, which also notes what it executes, inside transactions and outside: each statement, and every query. */
export function recordStatements(store: Store) {
  const statements = new Set<string>();
  const queries: CompiledQuery[] = [];
  const recording = (connection: DatabaseConnection): DatabaseConnection => ({
    streamQuery: (query, size) => connection.streamQuery(query, size),
    executeQuery: (query: CompiledQuery) => {
      statements.add(query.sql);
      queries.push(query);
      return connection.executeQuery(query);
    },
  });
  const writer = store.database.writerConnection;
  const recordingWriter = { ...writer, connection: recording(writer.connection) };
  const reader = store.database.reader;
  const db = kyselyOver(writer, (consumer) =>
    reader.getExecutor().provideConnection((connection) => consumer(recording(connection))),
  );
  const ctx = { ...store.ctx, db, writer: makeTransactionQueue(recordingWriter, defaultLimits) };
  return { ctx, statements, queries };
}

/** How SQLite would execute a statement: a line for each table or index it uses. */
export function explain(store: Store, sql: string): string {
  const database = new SqliteFile(sqliteFile(store.ctx.config.dataFolder), { readonly: true });
  try {
    const parameters = Array.from(sql.matchAll(/\?/g), () => null);
    const plan = database.prepare(`explain query plan ${sql}`).all(parameters) as { detail: string }[];
    return plan.map(({ detail }) => detail).join('\n');
  } finally {
    database.close();
  }
}

/** The statements that read a whole table or sort without an index on SQLite, each with the reason. */
export function listUnindexed(store: Store, statements: Iterable<string>): string[] {
  const queries = [...statements].filter((sql) => /^(select|insert|update|delete|with)\b/.test(sql));
  return queries.flatMap((sql) =>
    explain(store, sql)
      .split('\n')
      .filter(isWhole)
      .map((detail) => `${detail} <- ${sql}`),
  );
}

/** `SCAN t USING INDEX` goes along an index as far as the limit; a bare scan reads everything. */
const isWhole = (detail: string) =>
  (detail.startsWith('SCAN') && !/USING|CONSTANT ROW|VALUES CLAUSE/.test(detail)) || detail.includes('TEMP B-TREE');
