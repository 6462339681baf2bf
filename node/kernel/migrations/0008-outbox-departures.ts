import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0008-outbox-departures',
  async up(db: Kysely<any>) {
    // Of messages from before nobody knows whether they left.
    await db.schema
      .alterTable('outbox')
      .addColumn('departures', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
  },
};
