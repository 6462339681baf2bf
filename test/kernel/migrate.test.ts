import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backup } from '../../node/kernel/backup.ts';
import { transact } from '../../node/kernel/context.ts';
import { openDatabase, sqliteFile } from '../../node/kernel/database.ts';
import { migrate, type Migration } from '../../node/kernel/migrate.ts';
import { migrations as product } from '../../node/kernel/migrations/index.ts';
import { onDatabase, onEachDatabase } from '../support/databases.ts';
import { startProgram } from '../support/program.ts';
import { openStore, type Place, type Store } from '../support/store.ts';
import { migrations, slowMigrations } from './tables.ts';

const program = join(import.meta.dirname, 'programs', 'migrate-slowly.ts');
const nothing = () => undefined;

async function migrateTo(place: Place, to: readonly Migration[]): Promise<string[]> {
  const database = await openDatabase(place);
  try {
    return await migrate(database, () => 1, to);
  } finally {
    await database.close();
  }
}

async function listApplied({ ctx }: Store): Promise<string[]> {
  const rows = await ctx.db.selectFrom('migration').select('name').orderBy('name').execute();
  return rows.map((row) => row.name);
}

onEachDatabase(({ withPlace, withStore }) => {
  test('an empty database gets all tables, a migrated one nothing', () =>
    withPlace(async (place) => {
      expect(await migrateTo(place, product)).toEqual(product.map((migration) => migration.name));
      expect(await migrateTo(place, product)).toEqual([]);
    }));

  test('a database of a newer version is refused and left alone', () =>
    withPlace(async (place) => {
      await migrateTo(place, migrations);
      await expect(migrateTo(place, migrations.slice(0, 1))).rejects.toMatchObject({ code: 'schema-newer-than-code' });
      expect(await migrateTo(place, migrations)).toEqual([]);
    }));

  test('a migration that fails leaves no trace, and what came before stays', () =>
    withStore(
      async (store, { place }) => {
        const failing: Migration = {
          name: '9999-tests-failing',
          async up(db) {
            await db.schema.createTable('testHalf').addColumn('id', 'integer').execute();
            await db.insertInto('testNote').values({ id: 'half', text: 'x' }).execute();
            throw new Error('on purpose');
          },
        };
        await expect(migrateTo(place, [...migrations, failing])).rejects.toThrow('on purpose');
        expect(await store.ctx.db.selectFrom('testNote').select('id').execute()).toEqual([]);
        const repaired: Migration = {
          ...failing,
          up: (db) => db.schema.createTable('testHalf').addColumn('id', 'integer').execute(),
        };
        expect(await migrateTo(place, [...migrations, repaired])).toEqual([failing.name]);
      },
      { migrations },
    ));

  test('several processes that start at once migrate once', () =>
    withPlace(async (place) => {
      const starting = [1, 2, 3].map(() => startProgram(program, place, 300));
      expect(await Promise.all(starting.map((process) => process.ended))).toEqual([0, 0, 0]);
      const applied = starting.flatMap((process) => process.lines).filter((line) => line !== 'inside');
      const all = slowMigrations(300, nothing).map((migration) => migration.name);
      expect(
        applied
          .flatMap((line) => line.split(' '))
          .filter(Boolean)
          .sort(),
      ).toEqual(all);
      const store = await openStore(place, { migrations: slowMigrations(0, nothing) });
      expect(await listApplied(store)).toEqual(all);
      await store.close();
    }));

  test('a process killed in the middle of a migration leaves no trace of it', () =>
    withPlace(async (place) => {
      const dying = startProgram(program, place, 1_000_000);
      await dying.whenLines(1);
      dying.kill();
      await dying.ended;
      const store = await openStore(place, { migrations });
      expect(await listApplied(store)).toEqual(migrations.map((migration) => migration.name));
      await store.close();
      expect(await migrateTo(place, slowMigrations(20, nothing))).toEqual(['9999-tests-slow']);
    }));
});

onDatabase('sqlite', ({ withPlace, withStore }) => {
  test('a database that has tables is copied beside itself before it is migrated; a new one is not', () =>
    withPlace(async (place) => {
      await migrateTo(place, migrations);
      expect(readdirSync(place.dataFolder).filter((file) => file.includes('before'))).toEqual([]);
      await insertNote(place, 'kept');
      await migrateTo(place, slowMigrations(1, nothing));
      const copy = `${sqliteFile(place.dataFolder)}.before-9999-tests-slow`;
      expect(await readNotesOfCopy(place, copy)).toEqual(['kept']);
    }));

  test('a backup is the whole database of a moment, made while it is written', () =>
    withStore(
      async ({ ctx }, { place }) => {
        const target = join(place.dataFolder, 'backup.db');
        const writing = { goesOn: true };
        const writer = (async () => {
          for (let id = 0; writing.goesOn; id++) {
            await transact(ctx, (tx) =>
              tx.db
                .insertInto('testNote')
                .values([
                  { id: `${id}-a`, text: 'x' },
                  { id: `${id}-b`, text: 'x' },
                ])
                .execute(),
            );
          }
        })();
        await backup(place, target);
        writing.goesOn = false;
        await writer;
        const ids = await readNotesOfCopy(place, target);
        expect(ids.length % 2).toBe(0);
        expect(statSync(target).mode & 0o777).toBe(0o600);
        await expect(backup(place, target)).rejects.toMatchObject({ code: 'backup-exists' });
        expect(await readNotesOfCopy(place, target)).toEqual(ids);
      },
      { migrations },
    ));
});

onDatabase('postgres', ({ withPlace }) => {
  test('a backup of PostgreSQL is the business of pg_dump', () =>
    withPlace(async (place) => {
      const target = join(place.dataFolder, 'backup.db');
      await expect(backup(place, target)).rejects.toMatchObject({ code: 'backup-by-pg-dump' });
      expect(existsSync(target)).toBe(false);
    }));
});

async function insertNote(place: Place, id: string): Promise<void> {
  const store = await openStore(place, { migrations });
  await transact(store.ctx, (tx) => tx.db.insertInto('testNote').values({ id, text: 'x' }).execute());
  await store.close();
}

/** Opens a copy as a node would, in a folder of its own. */
async function readNotesOfCopy(place: Place, copy: string): Promise<string[]> {
  const folder = join(place.dataFolder, 'restored');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  copyFileSync(copy, sqliteFile(folder));
  const store = await openStore({ dataFolder: folder }, { migrations });
  const rows = await store.ctx.db.selectFrom('testNote').select('id').orderBy('id').execute();
  await store.close();
  return rows.map((row) => row.id);
}
