import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0001-kernel',
  async up(db: Kysely<any>, _types) {
    await db.schema
      .createTable('job')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.unique())
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('dueAt', 'bigint', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('leaseToken', 'text')
      .addColumn('failedAt', 'bigint')
      .addColumn('lastError', 'text')
      .addColumn('createdAt', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('jobDue')
      .on('job')
      .columns(['dueAt', 'id'])
      .where(sql.ref('failedAt'), 'is', null)
      .execute();
    await db.schema
      .createIndex('jobFailed')
      .on('job')
      .columns(['id'])
      .where(sql.ref('failedAt'), 'is not', null)
      .execute();

    await db.schema
      .createTable('idempotencyKey')
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('requestDigest', 'text', (column) => column.notNull())
      .addColumn('replyJson', 'text', (column) => column.notNull())
      .addColumn('createdAt', 'bigint', (column) => column.notNull())
      .addColumn('expiresAt', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotencyKeyPrimary', ['scope', 'key'])
      .execute();
    await db.schema.createIndex('idempotencyKeyExpires').on('idempotencyKey').column('expiresAt').execute();

    await db.schema
      .createTable('liveEvent')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('userId', 'text')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('leadId', 'text')
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('schedule')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('lastTickAt', 'bigint', (column) => column.notNull())
      .execute();
  },
};
