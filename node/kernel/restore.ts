import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { openDatabase, sqliteFile, type OpenDatabase } from './database.ts';
import { CodedError, conflict, notFound } from './errors.ts';
import { makeMemory } from './memory.ts';
import { migrate } from './migrate.ts';
import { findRestoration, insertRestoration } from './restoration.ts';
import { backupSqlite, isLeadmeshFile, settleSqlite } from './sqlite.ts';

type Place = Pick<Config, 'dataFolder' | 'databaseUrl'>;

export interface Restored {
  readonly epoch: number;
  /** Where the database lies that was in its place; undefined when there was none. */
  readonly aside?: string;
}

/**
 * Puts a backup in the place of the database, while no node runs on it, and keeps the old one aside. The data says then that
 * it was restored, under a new epoch: a node that starts on it asks its partners first how things stand. Errors: `not-found`,
 * `backup-unreadable`, `node-running`, `restored-by-pg-restore`.
 */
export async function restoreBackup(config: Place, file: string, clock: Clock): Promise<Restored> {
  if (config.databaseUrl !== undefined)
    throw new CodedError(
      'restored-by-pg-restore',
      422,
      'This node keeps its data in PostgreSQL: put them back with pg_restore, then run "leadmesh restore" without a file.',
    );
  if (!existsSync(file)) throw notFound('backup');
  if (!isLeadmeshFile(file)) throw new CodedError('backup-unreadable', 422, 'This is no backup of a node.');
  const present = sqliteFile(config.dataFolder);
  const before = await readEpoch(config, present);
  const staging = join(config.dataFolder, 'restoring');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  await backupSqlite(file, sqliteFile(staging));
  const epoch = await markRestored({ dataFolder: staging }, clock, before);
  settleSqlite(sqliteFile(staging));
  const aside = existsSync(present) ? `${present}.before-${epoch}` : undefined;
  if (aside !== undefined) renameSync(present, aside);
  renameSync(sqliteFile(staging), present);
  rmSync(staging, { recursive: true, force: true });
  return { epoch, ...(aside !== undefined && { aside }) };
}

/** After an administrator put the data of PostgreSQL back, by its own tool: the same mark. Answers the epoch. */
export const markRestored = (place: Place, clock: Clock, before = 0): Promise<number> =>
  withDatabase(place, clock, async (ctx, database) => {
    const known = (await findRestoration(ctx))?.epoch ?? 0;
    const epoch = Math.max(known, before, Math.floor(clock.now() / 60_000) - 1) + 1;
    await database.writer.run(ctx, (tx) => insertRestoration(tx, epoch));
    return epoch;
  });

/** The epoch of the database that is to be put aside. Throws `node-running`. */
async function readEpoch(config: Place, file: string): Promise<number> {
  if (!existsSync(file)) return 0;
  if (!settleSqlite(file)) throw conflict('node-running', 'A node runs on this data: stop it first.');
  if (!isLeadmeshFile(file)) return 0;
  const epoch = await withDatabase(config, undefined, async (ctx) => (await findRestoration(ctx))?.epoch ?? 0).catch(
    // An older node's tables know of no restoration.
    () => 0,
  );
  settleSqlite(file);
  return epoch;
}

/** Works on a database as far as a restoration needs it; with a clock its tables are brought up to date. */
async function withDatabase<T>(
  place: Place,
  clock: Clock | undefined,
  work: (ctx: Context, database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(place);
  try {
    if (clock) await migrate(database, clock.now);
    const parts = { config: place, db: database.reader, writer: database.writer, clock, memory: makeMemory() };
    // No verb of the node runs here: the two statements above need no more of a context.
    return await work(parts as unknown as Context, database);
  } finally {
    await database.close();
  }
}
