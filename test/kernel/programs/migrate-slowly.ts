import { openDatabase } from '../../../node/kernel/database.ts';
import { migrate } from '../../../node/kernel/migrate.ts';
import { readArguments } from '../../support/program.ts';
import type { Place } from '../../support/store.ts';
import { slowMigrations } from '../tables.ts';

/** Migrates to the slow tables, telling how far it is; then prints what it applied. */
const [place, rows] = readArguments() as [Place, number];
const database = await openDatabase(place);
const names = await migrate(
  database,
  Date.now,
  slowMigrations(rows, () => process.stdout.write('inside\n')),
);
process.stdout.write(`${names.join(' ')}\n`);
await database.close();
