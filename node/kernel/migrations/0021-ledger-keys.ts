import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0021-ledger-keys',
  async up(db: Kysely<any>) {
    await db.schema
      .createTable('ledgerKey')
      .addColumn('text', 'text', (column) => column.primaryKey())
      .addColumn('introducedAt', 'bigint', (column) => column.notNull())
      .execute();
  },
};
