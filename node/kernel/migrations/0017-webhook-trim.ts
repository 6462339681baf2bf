import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0017-webhook-trim',
  async up(db: Kysely<any>) {
    await db.schema.createIndex('webhookMessageAnswered').on('webhookMessage').column('answeredAt').execute();
  },
};
