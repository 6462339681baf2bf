import type { DatabaseConnection } from 'kysely';
import pg from 'pg';
import { isOvertaken } from './errors.ts';
import { makeConnection } from './postgres-connection.ts';
import type { TransactionLimits } from './transaction-queue.ts';
import type { WriterConnection } from './writer-connection.ts';

/** Deadlock detected, serialization failure: the same work may succeed when it runs again. */
const RETRYABLE = ['40P01', '40001'];

interface Session {
  readonly client: pg.Client;
  readonly connection: DatabaseConnection;
  lost: boolean;
  inTransaction: boolean;
}

/** The connection that writes, opened at once and again whenever it was lost. */
export async function makePostgresWriter(
  config: pg.ClientConfig,
  limits: TransactionLimits,
  parts: Pick<WriterConnection, 'compiler' | 'adapter'>,
): Promise<WriterConnection & { close(): Promise<void> }> {
  let session = await connect(config, limits);
  return {
    kind: 'postgres',
    ...parts,
    connection: {
      executeQuery: (query) => session.connection.executeQuery(query),
      streamQuery: (query, size) => session.connection.streamQuery(query, size),
    },
    async begin() {
      if (session.lost) session = await connect(config, limits);
      await session.client.query('begin isolation level read committed');
      session.inTransaction = true;
    },
    async commit() {
      // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, without an error.
      if ((await end(session, 'commit')) !== 'COMMIT') throw new Error('The database rolled the transaction back.');
    },
    async rollback() {
      await end(session, 'rollback');
    },
    async savepoint() {
      await session.client.query('savepoint work');
    },
    async releaseSavepoint() {
      await session.client.query('release savepoint work');
    },
    async rollbackToSavepoint() {
      await session.client.query('rollback to savepoint work; release savepoint work');
    },
    isInTransaction: () => session.inTransaction && !session.lost,
    isRetryable: (error) =>
      isOvertaken(error) || RETRYABLE.includes(String((error as { code?: unknown } | undefined)?.code)),
    close: () => session.client.end(),
  };
}

async function connect(config: pg.ClientConfig, limits: TransactionLimits): Promise<Session> {
  const client = new pg.Client(config);
  const session: Session = { client, connection: makeConnection(client), lost: false, inTransaction: false };
  const lose = () => (session.lost = true);
  client.on('error', lose);
  client.on('end', lose);
  await client.connect();
  await client.query(settings(limits));
  return session;
}

/** A statement that waits for a lock ends by itself soon after the guard of its transaction gave up. */
function settings({ callbackMilliseconds }: TransactionLimits): string {
  const limit = Math.ceil(callbackMilliseconds) + 1_000;
  return `set lock_timeout = ${limit}; set statement_timeout = ${limit}; set synchronous_commit = on`;
}

async function end(session: Session, sql: 'commit' | 'rollback'): Promise<string> {
  try {
    return (await session.client.query(sql)).command;
  } finally {
    session.inTransaction = false;
  }
}
