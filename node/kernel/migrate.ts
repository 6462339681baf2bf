import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { OpenDatabase } from './database.ts';
import { CodedError } from './errors.ts';
import { migrations as all } from './migrations/index.ts';
import { kyselyOver } from './writer-connection.ts';

/** One frozen change to the tables. It imports nothing of ours but this type. */
export interface Migration {
  /** `NNNN-name`, the file's name; migrations run in this order. */
  readonly name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a migration knows the tables of its day only
  readonly up: (db: Kysely<any>, types: { readonly bytes: 'blob' | 'bytea' }) => Promise<void>;
}

declare module './database.ts' {
  interface Database {
    migration: { name: string; appliedAt: number };
  }
}

/** Any fixed number: who holds the lock of this name on PostgreSQL may migrate. */
const LOCK = 7_232_665;

/**
 * Brings the tables up to date, each migration in a transaction of its own; a second process that starts at the same time
 * waits and finds the work done. A SQLite file that has tables already is copied beside itself first. Returns the names
 * applied. Run it before anything uses the writer. Throws `schema-newer-than-code`.
 */
export async function migrate(
  open: OpenDatabase,
  now: () => number,
  migrations: readonly Migration[] = all,
): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const name = await migrateOnce(open, now, { migrations, copy: names.length === 0 });
    if (name === undefined) return names;
    names.push(name);
  }
}

/** Applies the next migration under the lock; undefined when there is none. */
async function migrateOnce(
  open: OpenDatabase,
  now: () => number,
  { migrations, copy }: { migrations: readonly Migration[]; copy: boolean },
): Promise<string | undefined> {
  const writer = open.writerConnection;
  const db = kyselyOver(writer, (consumer) => consumer(writer.connection));
  await writer.begin();
  try {
    const next = await findNext(db, open.kind, migrations);
    if (next.migration) {
      if (copy && next.applied > 0) await open.copyAside?.(`before-${next.migration.name}`);
      await next.migration.up(db, { bytes: open.kind === 'sqlite' ? 'blob' : 'bytea' });
      await db.insertInto('migration').values({ name: next.migration.name, appliedAt: now() }).execute();
    }
    await writer.commit();
    return next.migration?.name;
  } catch (error) {
    if (writer.isInTransaction()) await writer.rollback();
    throw error;
  }
}

async function findNext(db: OpenDatabase['reader'], kind: OpenDatabase['kind'], migrations: readonly Migration[]) {
  if (kind === 'postgres') {
    await sql`set local lock_timeout = 0`.execute(db);
    await sql`set local statement_timeout = 0`.execute(db);
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(db);
  }
  await db.schema
    .createTable('migration')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('appliedAt', 'bigint', (column) => column.notNull())
    .execute();
  const rows = await db.selectFrom('migration').select('name').orderBy('name').execute();
  const applied = new Set(rows.map((row) => row.name));
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new CodedError(
      'schema-newer-than-code',
      500,
      'The database was migrated by a newer version; start that version or restore the copy made before the migration.',
      { migrations: unknown },
    );
  }
  return { applied: applied.size, migration: migrations.find((migration) => !applied.has(migration.name)) };
}
