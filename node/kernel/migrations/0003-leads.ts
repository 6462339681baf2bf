import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0003-leads',
  async up(db: Kysely<any>, types) {
    // Search compares prefixes by bytes: a language's collation of PostgreSQL would order them otherwise.
    const bytewise = types.bytes === 'bytea' ? sql`text collate "C"` : sql`text`;

    await db.schema
      .createTable('lead')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('originPeer', 'text')
      .addColumn('originName', 'text')
      .addColumn('originConversation', 'text')
      .addColumn('originClosesAt', 'bigint')
      .addColumn('boxId', 'text')
      .addColumn('boxName', 'text')
      .addColumn('boxUserId', 'text')
      .addColumn('holderKind', 'text')
      .addColumn('holderId', 'text')
      .addColumn('holderName', 'text')
      .addColumn('contactName', 'text')
      .addColumn('company', 'text')
      .addColumn('email', 'text')
      .addColumn('city', 'text')
      .addColumn('country', 'text')
      .addColumn('region', 'text')
      .addColumn('campaign', 'text')
      .addColumn('sourceKind', 'text')
      .addColumn('hiddenFields', 'text', (column) => column.notNull())
      .addColumn('maskedFields', 'text', (column) => column.notNull())
      .addColumn('test', 'integer', (column) => column.notNull())
      .addColumn('receivedAt', 'bigint', (column) => column.notNull())
      .addColumn('updatedAt', 'bigint', (column) => column.notNull())
      .addColumn('releasedAt', 'bigint')
      .addColumn('closedAt', 'bigint')
      .addColumn('asleepUntil', 'bigint')
      .addColumn('wonAmount', 'text')
      .addColumn('wonCurrency', 'text')
      .addColumn('orderReference', 'text')
      .addColumn('lostReason', 'text')
      .addColumn('version', 'integer', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('leadUpdated').on('lead').columns(['updatedAt', 'id']).execute();
    await db.schema.createIndex('leadState').on('lead').columns(['state', 'updatedAt', 'id']).execute();
    await db.schema
      .createIndex('leadByBox')
      .on('lead')
      .columns(['boxId', 'updatedAt', 'id'])
      .where('boxId', 'is not', null)
      .execute();
    await db.schema
      .createIndex('leadBoxUser')
      .on('lead')
      .columns(['boxUserId', 'updatedAt', 'id'])
      .where('boxUserId', 'is not', null)
      .execute();
    await db.schema
      .createIndex('leadHolder')
      .on('lead')
      .columns(['holderId', 'updatedAt', 'id'])
      .where('holderId', 'is not', null)
      .execute();

    await db.schema
      .createTable('leadToken')
      .addColumn('token', bytewise, (column) => column.notNull())
      .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
      .addPrimaryKeyConstraint('leadTokenPrimary', ['token', 'leadId'])
      .execute();
    await db.schema.createIndex('leadTokenLead').on('leadToken').column('leadId').execute();

    await db.schema
      .createTable('leadHistory')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('leadHistoryLead').on('leadHistory').columns(['leadId', 'id']).execute();

    await db.schema
      .createTable('leadNote')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
      .addColumn('text', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('leadNoteLead').on('leadNote').columns(['leadId', 'id']).execute();

    await db.schema
      .createTable('leadOriginal')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
      .addColumn('mediaType', 'text', (column) => column.notNull())
      .addColumn('bytes', types.bytes, (column) => column.notNull())
      .addColumn('receivedAt', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('leadOriginalLead').on('leadOriginal').columns(['leadId', 'id']).execute();

    await db.schema
      .createTable('fieldPolicy')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('recipientKind', 'text', (column) => column.notNull())
      .addColumn('recipientId', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('stage', 'text', (column) => column.notNull())
      .addColumn('mode', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('updatedAt', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('fieldPolicyUnique', ['recipientKind', 'recipientId', 'target', 'stage', 'mode'])
      .execute();
  },
};
