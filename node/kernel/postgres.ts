import { createHash } from 'node:crypto';
import { PostgresAdapter, PostgresQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import pg from 'pg';
import type { DatabaseParts } from './database.ts';
import type { TransactionLimits } from './transaction-queue.ts';
import { kyselyOver, type WriterConnection } from './writer-connection.ts';

/** Statements kept prepared per connection; further ones are planned each time. */
const PREPARED_STATEMENTS = 500;
const READ_CONNECTIONS = 5;

const BOOLEAN = 16;
const INT8 = 20;
const NUMERIC = 1700;

/** Answers as SQLite gives them: integers and sums are numbers, conditions are 0 and 1. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8 || oid === NUMERIC) return Number;
    if (oid === BOOLEAN) return (text: string) => (text === 't' ? 1 : 0);
    return pg.types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** Opens a PostgreSQL database: one dedicated connection writes, a small pool reads. */
export async function openPostgres(url: string, limits: TransactionLimits): Promise<DatabaseParts> {
  const pool = new pg.Pool({ connectionString: url, max: READ_CONNECTIONS, types });
  // A lost idle connection is replaced by the pool; the query that meets a lost one rejects by itself.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.query('set default_transaction_read_only = on'));
  const writer = makeWriterConnection(url, limits);
  await writer.connect();
  return {
    kind: 'postgres',
    writerConnection: writer,
    reader: kyselyOver(writer, async (consumer) => {
      const client = await pool.connect();
      try {
        return await consumer(connectionOf(client));
      } finally {
        client.release();
      }
    }),
    async close() {
      await pool.end();
      await writer.close();
    },
  };
}

interface PostgresWriter extends WriterConnection {
  connect(): Promise<void>;
  close(): Promise<void>;
}

function makeWriterConnection(url: string, limits: TransactionLimits): PostgresWriter {
  let client: pg.Client | undefined;
  let inTransaction = false;
  const connect = async () => {
    const fresh = new pg.Client({ connectionString: url, types });
    const lose = () => {
      if (client === fresh) client = undefined;
      inTransaction = false;
    };
    fresh.on('error', lose);
    fresh.on('end', lose);
    await fresh.connect();
    await fresh.query(writerSettings(limits));
    client = fresh;
  };
  const send = async (sql: string) => {
    if (!client) throw new Error('The connection to the database was lost.');
    return client.query(sql);
  };
  return {
    kind: 'postgres',
    connection: {
      executeQuery: <R>(query: CompiledQuery) => {
        if (!client) return Promise.reject(new Error('The connection to the database was lost.'));
        return execute<R>(client, query);
      },
      streamQuery: refuseStream,
    },
    compiler: new PostgresQueryCompiler(),
    adapter: new PostgresAdapter(),
    connect,
    ...makeFrame({
      connect: async () => {
        if (!client) await connect();
      },
      send,
      mark: (open) => (inTransaction = open),
    }),
    isInTransaction: () => inTransaction,
    isRetryable: (error) => ['40P01', '40001'].includes(String((error as { code?: unknown } | undefined)?.code)),
    async close() {
      await client?.end();
    },
  };
}

/** A statement that waits for a lock ends before the guard of its transaction would have to wait for it. */
function writerSettings(limits: TransactionLimits): string {
  const limit = Math.max(1, Math.floor(limits.callbackMilliseconds));
  return `set lock_timeout = ${limit}; set statement_timeout = ${limit}; set synchronous_commit = on`;
}

interface FrameParts {
  connect(): Promise<void>;
  send(sql: string): Promise<pg.QueryResult>;
  mark(open: boolean): void;
}

function makeFrame({ connect, send, mark }: FrameParts) {
  const end = async (sql: string) => {
    try {
      return await send(sql);
    } finally {
      mark(false);
    }
  };
  return {
    async begin() {
      await connect();
      await send('begin isolation level read committed');
      mark(true);
    },
    async commit() {
      // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, without an error.
      if ((await end('commit')).command !== 'COMMIT') throw new Error('The database rolled the transaction back.');
    },
    rollback: async () => void (await end('rollback')),
    savepoint: async () => void (await send('savepoint work')),
    releaseSavepoint: async () => void (await send('release savepoint work')),
    rollbackToSavepoint: async () => void (await send('rollback to savepoint work; release savepoint work')),
  };
}

const connections = Symbol('kysely connection');

function connectionOf(client: pg.ClientBase & { [connections]?: DatabaseConnection }): DatabaseConnection {
  return (client[connections] ??= { executeQuery: (query) => execute(client, query), streamQuery: refuseStream });
}

const prepared = Symbol('names of prepared statements');

async function execute<R>(
  client: pg.ClientBase & { [prepared]?: Map<string, string> },
  query: CompiledQuery,
): Promise<QueryResult<R>> {
  const name = nameOf((client[prepared] ??= new Map()), query.sql);
  const { command, rowCount, rows } = await client.query({
    ...(name && { name }),
    text: query.sql,
    values: query.parameters as unknown[],
  });
  const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command);
  return { ...(changes && { numAffectedRows: BigInt(rowCount ?? 0) }), rows: rows as R[] };
}

function nameOf(names: Map<string, string>, sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= PREPARED_STATEMENTS) return known;
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 32);
  names.set(sql, name);
  return name;
}

function refuseStream(): never {
  throw new Error('Rows are read in pages, not streamed.');
}
