import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0014-privacy',
  async up(db: Kysely<any>) {
    await deletions(db);
    await leads(db);
    await contentKeys(db);
    await requests(db);
  },
};

async function deletions(db: Kysely<any>) {
  for (const column of ['deleteBy', 'deletedAt', 'erasedAt'])
    await db.schema.alterTable('conversation').addColumn(column, 'bigint').execute();
  await db.schema
    .createIndex('conversationUndeleted')
    .on('conversation')
    .columns(['deleteBy', 'conversationId'])
    .where(sql.ref('deletedAt'), 'is', sql.lit(null))
    .where(sql.ref('deleteBy'), 'is not', sql.lit(null))
    .execute();
}

async function leads(db: Kysely<any>) {
  for (const column of ['erasedAt', 'heldUntil'])
    await db.schema.alterTable('lead').addColumn(column, 'bigint').execute();
  await db.schema.alterTable('lead').addColumn('holdReason', 'text').execute();
  await db.schema
    .alterTable('lead')
    .addColumn('doNotContact', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await db.schema.createIndex('intakeTrayLead').on('intakeTray').column('leadId').execute();
}

async function contentKeys(db: Kysely<any>) {
  await db.schema
    .createTable('contentKey')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('wrapped', 'text', (column) => column.notNull())
    .execute();
  for (const table of ['conversation', 'lead'])
    await db.schema.alterTable(table).addColumn('contentKeyId', 'text').execute();
  for (const table of ['inbox', 'outbox']) await db.schema.alterTable(table).addColumn('proof', 'text').execute();
}

async function requests(db: Kysely<any>) {
  await db.schema
    .createTable('privacyRequest')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('leadId', 'text', (column) => column.notNull())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('conversationId', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('ours', 'integer', (column) => column.notNull())
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('askedBy', 'text', (column) => column.notNull())
    .addColumn('askedAt', 'bigint', (column) => column.notNull())
    .addColumn('answerBy', 'bigint', (column) => column.notNull())
    .addColumn('cause', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('holdUntil', 'bigint')
    .addColumn('text', 'text')
    .addColumn('answer', 'text')
    .addColumn('answeredAt', 'bigint')
    .addColumn('settledAt', 'bigint')
    .execute();
  await db.schema.createIndex('privacyRequestLead').on('privacyRequest').columns(['leadId', 'id']).execute();
  await db.schema
    .createIndex('privacyRequestMessage')
    .unique()
    .on('privacyRequest')
    .columns(['peerId', 'messageId'])
    .execute();
  await db.schema.createIndex('privacyRequestCause').on('privacyRequest').column('cause').execute();
  await db.schema
    .createIndex('privacyRequestOpen')
    .on('privacyRequest')
    .column('id')
    .where(sql.ref('settledAt'), 'is', sql.lit(null))
    .execute();
}
