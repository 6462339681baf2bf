import { createHash } from 'node:crypto';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type pg from 'pg';

/** Statements kept prepared per connection; further ones are planned each time. */
const PREPARED_STATEMENTS = 500;

/** Kysely's view of one PostgreSQL connection, with its statements prepared once. */
export function makeConnection(client: pg.ClientBase): DatabaseConnection {
  const names = new Map<string, string>();
  return {
    executeQuery: (query) => execute(client, names, query),
    streamQuery() {
      throw new Error('Rows are read in pages, not streamed.');
    },
  };
}

async function execute<R>(
  client: pg.ClientBase,
  names: Map<string, string>,
  query: CompiledQuery,
): Promise<QueryResult<R>> {
  const name = nameOf(names, query.sql);
  const { command, rowCount, rows } = await client.query({
    ...(name !== undefined && { name }),
    text: query.sql,
    values: query.parameters as unknown[],
  });
  const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command);
  return { ...(changes && { numAffectedRows: BigInt(rowCount ?? 0) }), rows: rows as R[] };
}

/** A statement without a name is prepared for one use. */
function nameOf(names: Map<string, string>, sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= PREPARED_STATEMENTS) return known;
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 32);
  names.set(sql, name);
  return name;
}
