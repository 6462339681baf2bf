import { PostgresAdapter, PostgresQueryCompiler } from 'kysely';
import pg from 'pg';
import type { DatabaseParts } from './database.ts';
import { makeConnection } from './postgres-connection.ts';
import { openPostgresLink } from './postgres-link.ts';
import { makePostgresWriter } from './postgres-writer.ts';
import type { TransactionLimits } from './transaction-queue.ts';
import { kyselyOver } from './writer-connection.ts';

const READ_CONNECTIONS = 5;

const { BOOL, INT8, NUMERIC } = pg.types.builtins;

/** Answers as SQLite gives them: integers and sums are numbers, conditions are 0 and 1. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === INT8 || oid === NUMERIC) return Number;
    if (oid === BOOL) return (text: string) => (text === 't' ? 1 : 0);
    return pg.types.getTypeParser(oid, format) as unknown;
  },
};

/** Opens a PostgreSQL database: one dedicated connection writes, a small pool reads, one carries hints. */
export async function openPostgres(url: string, limits: TransactionLimits): Promise<DatabaseParts> {
  const config = { connectionString: url, types };
  const parts = { compiler: new PostgresQueryCompiler(), adapter: new PostgresAdapter() };
  const writer = await makePostgresWriter(config, limits, parts);
  const link = await openPostgresLink(config).catch(async (error: unknown) => {
    await writer.close();
    throw error;
  });
  const pool = makeReadPool(config);
  const connections = new WeakMap<pg.ClientBase, ReturnType<typeof makeConnection>>();
  const connectionOf = (client: pg.ClientBase) => {
    const connection = connections.get(client) ?? makeConnection(client);
    connections.set(client, connection);
    return connection;
  };
  return {
    kind: 'postgres',
    writerConnection: writer,
    link,
    reader: kyselyOver(parts, async (consumer) => {
      const client = await pool.connect();
      try {
        return await consumer(connectionOf(client));
      } finally {
        client.release();
      }
    }),
    async close() {
      await link.close();
      await pool.end();
      await writer.close();
    },
  };
}

function makeReadPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...config, max: READ_CONNECTIONS });
  // A lost connection is replaced by the pool; a query that meets it rejects by itself.
  const ignore = () => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => {
    client.on('error', ignore);
    client.query('set default_transaction_read_only = on').catch(ignore);
  });
  return pool;
}
