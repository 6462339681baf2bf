import { existsSync } from 'node:fs';
import type { Config } from './config.ts';
import { sqliteFile } from './database.ts';
import { CodedError, conflict } from './errors.ts';
import { backupSqlite } from './sqlite.ts';

/**
 * Writes a consistent copy of the node's database to a new file while the node runs. PostgreSQL has its own tool:
 * throws `backup-by-pg-dump`. Throws `backup-exists` rather than overwrite.
 */
export async function backup(config: Pick<Config, 'dataFolder' | 'databaseUrl'>, target: string): Promise<void> {
  if (config.databaseUrl) {
    throw new CodedError('backup-by-pg-dump', 422, 'This node keeps its data in PostgreSQL: back it up with pg_dump.');
  }
  if (existsSync(target)) throw conflict('backup-exists', 'There is a file of this name already.');
  await backupSqlite(sqliteFile(config.dataFolder), target);
}
