import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { describe, inject } from 'vitest';
import { makeFolder, openStore, type FreshPlace, type Place, type Store, type StoreOptions } from './store.ts';

export interface DatabaseUnderTest {
  readonly kind: 'sqlite' | 'postgres';
  /**
   * Runs a test body on a fresh, migrated database. `open` opens the same database once more, as a second process would;
   * everything is closed and removed afterwards.
   */
  withStore(body: (store: Store, more: More) => Promise<void>, options?: StoreOptions): Promise<void>;
  /** A fresh, empty place without tables, for tests that open it themselves. */
  withPlace(body: (place: Place) => Promise<void>): Promise<void>;
  /** The same for whoever removes it by hand: `startNetwork({ …, place: database.makePlace })`. */
  makePlace(): Promise<FreshPlace>;
}

export interface More {
  readonly place: Place;
  open(options?: StoreOptions): Promise<Store>;
}

/** Declares the same tests for SQLite and for PostgreSQL. */
export function onEachDatabase(declare: (database: DatabaseUnderTest) => void): void {
  onDatabase('sqlite', declare);
  onDatabase('postgres', declare);
}

/** Declares tests of one kind of database. */
export function onDatabase(kind: DatabaseUnderTest['kind'], declare: (database: DatabaseUnderTest) => void): void {
  const withPlace = async (body: (place: Place) => Promise<void>) => withMade(await makePlace(kind), body);
  const database: DatabaseUnderTest = {
    kind,
    withPlace,
    makePlace: () => makePlace(kind),
    withStore: (body, options) => withPlace((place) => runOnStores(place, body, options ?? {})),
  };
  describe(kind, () => declare(database));
}

async function runOnStores(
  place: Place,
  body: (store: Store, more: More) => Promise<void>,
  options: StoreOptions,
): Promise<void> {
  const stores: Store[] = [];
  const open = async (other: StoreOptions = options) => {
    const store = await openStore(place, other);
    stores.push(store);
    return store;
  };
  try {
    await body(await open(), { place, open });
  } finally {
    for (const store of stores) await store.close();
  }
}

async function withMade(place: FreshPlace, body: (place: Place) => Promise<void>): Promise<void> {
  const { dataFolder, databaseUrl } = place;
  try {
    await body({ dataFolder, ...(databaseUrl !== undefined && { databaseUrl }) });
  } finally {
    await place.remove();
  }
}

/**
 * Makes an empty place. On PostgreSQL it is a schema of its own in the run's database: a hundred times faster made than a
 * database.
 */
async function makePlace(kind: DatabaseUnderTest['kind']): Promise<FreshPlace> {
  const folder = makeFolder();
  if (kind === 'sqlite') return folder;
  const server = `${inject('postgresUrl')}/postgres`;
  const schema = `test_${randomBytes(8).toString('hex')}`;
  await administer(server, `create schema ${schema}`);
  const options = encodeURIComponent(`-c search_path=${schema}`);
  const name = encodeURIComponent(basename(folder.dataFolder));
  return {
    dataFolder: folder.dataFolder,
    databaseUrl: `${server}?options=${options}&application_name=${name}`,
    async remove() {
      folder.remove();
      await administer(server, `drop schema ${schema} cascade`);
    },
  };
}

async function administer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
