import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0006-intake',
  async up(db: Kysely<any>, types) {
    await forms(db);
    await lists(db, types.bytes);
    await mails(db, types.bytes);
  },
};

async function forms(db: Kysely<any>) {
  await db.schema
    .createTable('form')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('slug', 'text', (column) => column.notNull().unique())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('active', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('updatedAt', 'bigint', (column) => column.notNull())
    .execute();
}

async function lists(db: Kysely<any>, bytes: 'blob' | 'bytea') {
  await db.schema
    .createTable('importList')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('fileDigest', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('licence', 'text')
    .addColumn('campaign', 'text')
    .addColumn('fileName', 'text')
    .addColumn('layout', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('chunks', 'integer', (column) => column.notNull())
    .addColumn('chunksDone', 'integer', (column) => column.notNull())
    .addColumn('rows', 'integer', (column) => column.notNull())
    .addColumn('accepted', 'integer', (column) => column.notNull())
    .addColumn('repeated', 'integer', (column) => column.notNull())
    .addColumn('refused', 'integer', (column) => column.notNull())
    .addColumn('createdById', 'text', (column) => column.notNull())
    .addColumn('createdByName', 'text', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('finishedAt', 'bigint')
    .addUniqueConstraint('importListFile', ['provider', 'fileDigest'])
    .execute();

  await db.schema
    .createTable('importChunk')
    .addColumn('listId', 'text', (column) => column.notNull().references('importList.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('firstLine', 'integer', (column) => column.notNull())
    .addColumn('bytes', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('importChunkPrimary', ['listId', 'number'])
    .execute();

  await db.schema
    .createTable('importRow')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('listId', 'text', (column) => column.notNull().references('importList.id'))
    .addColumn('line', 'integer', (column) => column.notNull())
    .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
    .addPrimaryKeyConstraint('importRowPrimary', ['provider', 'digest'])
    .execute();
  await db.schema.createIndex('importRowList').on('importRow').columns(['listId', 'line']).execute();
  await db.schema.createIndex('importRowLead').on('importRow').column('leadId').execute();

  await db.schema
    .createTable('importRefusal')
    .addColumn('listId', 'text', (column) => column.notNull().references('importList.id'))
    .addColumn('line', 'integer', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('path', 'text')
    .addColumn('bytes', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('importRefusalPrimary', ['listId', 'line'])
    .execute();
}

async function mails(db: Kysely<any>, bytes: 'blob' | 'bytea') {
  await db.schema
    .createTable('receivedMail')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('receivedAt', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('receivedMailAt').on('receivedMail').column('receivedAt').execute();

  await db.schema
    .createTable('intakeTray')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('path', 'text')
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('sender', 'text')
    .addColumn('draft', 'text', (column) => column.notNull())
    .addColumn('bytes', bytes, (column) => column.notNull())
    .addColumn('leadId', 'text', (column) => column.references('lead.id'))
    .addColumn('decidedById', 'text')
    .addColumn('decidedAt', 'bigint')
    .addColumn('receivedAt', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('intakeTrayState').on('intakeTray').columns(['state', 'id']).execute();
}
