import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0002-people',
  async up(db: Kysely<any>, _types) {
    await db.schema
      .createTable('user')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('email', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('managerId', 'text', (column) => column.references('user.id'))
      .addColumn('active', 'integer', (column) => column.notNull())
      .addColumn('availability', 'text', (column) => column.notNull())
      .addColumn('passwordHash', 'text')
      .addColumn('signedInAt', 'bigint')
      .addColumn('createdAt', 'bigint', (column) => column.notNull())
      .addColumn('updatedAt', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('userManager').on('user').column('managerId').execute();

    await db.schema
      .createTable('userTree')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .execute();
    await db.insertInto('userTree').values({ id: 'tree', version: 0 }).execute();

    await db.schema
      .createTable('session')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('tokenDigest', 'text', (column) => column.notNull().unique())
      .addColumn('userId', 'text', (column) => column.notNull().references('user.id'))
      .addColumn('createdAt', 'bigint', (column) => column.notNull())
      .addColumn('seenAt', 'bigint', (column) => column.notNull())
      .addColumn('expiresAt', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('sessionUser').on('session').column('userId').execute();
    await db.schema.createIndex('sessionExpires').on('session').column('expiresAt').execute();

    await db.schema
      .createTable('signInLink')
      .addColumn('tokenDigest', 'text', (column) => column.primaryKey())
      .addColumn('userId', 'text', (column) => column.notNull().references('user.id'))
      .addColumn('createdAt', 'bigint', (column) => column.notNull())
      .addColumn('expiresAt', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('signInLinkUser').on('signInLink').column('userId').execute();
    await db.schema.createIndex('signInLinkExpires').on('signInLink').column('expiresAt').execute();

    await db.schema
      .createTable('apiToken')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('userId', 'text', (column) => column.notNull().references('user.id'))
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('role', 'text')
      .addColumn('scopes', 'text')
      .addColumn('createdAt', 'bigint', (column) => column.notNull())
      .addColumn('expiresAt', 'bigint', (column) => column.notNull())
      .addColumn('usedAt', 'bigint')
      .addColumn('revokedAt', 'bigint')
      .execute();
    await db.schema.createIndex('apiTokenUser').on('apiToken').columns(['userId', 'id']).execute();

    await db.schema
      .createTable('signInAttempt')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('windowEndsAt', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('signInAttemptEnds').on('signInAttempt').column('windowEndsAt').execute();
  },
};
