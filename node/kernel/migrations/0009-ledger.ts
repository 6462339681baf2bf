import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0009-ledger',
  async up(db: Kysely<any>, types) {
    // Of SQLite's types only this one makes the key the order of the rows; PostgreSQL needs the longer one.
    const position = types.bytes === 'blob' ? 'integer' : 'bigint';
    await db.schema
      .createTable('ledgerPending')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('ledgerLeaf')
      .addColumn('position', position, (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('ledgerTile')
      .addColumn('level', 'integer', (column) => column.notNull())
      .addColumn('place', 'bigint', (column) => column.notNull())
      .addColumn('hashes', types.bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('ledgerTilePrimary', ['level', 'place'])
      .execute();
    await db.schema
      .createTable('ledgerCheckpoint')
      .addColumn('size', position, (column) => column.primaryKey())
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('signedAt', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('ledgerHead')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('edge', types.bytes, (column) => column.notNull())
      .addColumn('leaseToken', 'text')
      .addColumn('leaseUntil', 'bigint', (column) => column.notNull())
      .addColumn('keys', 'text', (column) => column.notNull())
      .execute();
    const empty = { size: 0, edge: Buffer.alloc(0), leaseToken: null, leaseUntil: 0, keys: '' };
    await db
      .insertInto('ledgerHead')
      .values({ id: 'head', ...empty })
      .execute();
  },
};
