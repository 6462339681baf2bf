import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0010-changes',
  async up(db: Kysely<any>) {
    for (const column of ['sentUpdate', 'receivedUpdate'])
      await db.schema
        .alterTable('conversation')
        .addColumn(column, 'integer', (built) => built.notNull().defaultTo(0))
        .execute();
    await db.schema.alterTable('conversation').addColumn('told', 'text').execute();
    await db.schema
      .alterTable('peer')
      .addColumn('agreeReturns', 'text', (built) => built.notNull().defaultTo('[]'))
      .execute();
    await questions(db);
  },
};

async function questions(db: Kysely<any>) {
  await db.schema
    .createTable('leadQuestion')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('leadId', 'text', (column) => column.notNull())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('conversationId', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('ours', 'integer', (column) => column.notNull())
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('text', 'text')
    .addColumn('content', 'text')
    .addColumn('askedBy', 'text', (column) => column.notNull())
    .addColumn('askedAt', 'bigint', (column) => column.notNull())
    .addColumn('answerBy', 'bigint')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('answerText', 'text')
    .addColumn('answeredBy', 'text')
    .addColumn('answeredAt', 'bigint')
    .execute();
  await db.schema.createIndex('leadQuestionLead').on('leadQuestion').columns(['leadId', 'id']).execute();
  await db.schema
    .createIndex('leadQuestionOpen')
    .on('leadQuestion')
    .column('id')
    .where(sql.ref('state'), '=', sql.lit('open'))
    .execute();
  await db.schema
    .createIndex('leadQuestionMessage')
    .unique()
    .on('leadQuestion')
    .columns(['peerId', 'messageId'])
    .execute();
}
