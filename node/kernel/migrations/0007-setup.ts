import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0007-setup',
  async up(db: Kysely<any>) {
    await db.schema
      .createTable('setup')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .execute();
    await db.insertInto('setup').values({ id: 'setup', version: 0 }).execute();
  },
};
