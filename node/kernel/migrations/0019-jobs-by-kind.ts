import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0019-jobs-by-kind',
  async up(db: Kysely<any>) {
    await db.schema
      .createIndex('jobKind')
      .on('job')
      .columns(['kind', 'dueAt'])
      .where(sql.ref('failedAt'), 'is', null)
      .execute();
  },
};
