import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0004-routing',
  async up(db: Kysely<any>) {
    await boxes(db);
    await offers(db);
    await decisions(db);
    await db
      .insertInto('leadBox')
      .values({ id: 'box_system', kind: 'system', name: 'All leads', version: 1, createdAt: 0 })
      .execute();
  },
};

async function boxes(db: Kysely<any>) {
  await db.schema
    .createTable('leadBox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('parentId', 'text', (column) => column.references('leadBox.id'))
    .addColumn('ownerId', 'text')
    .addColumn('userId', 'text')
    .addColumn('peerId', 'text')
    .addColumn('closedAt', 'bigint')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('leadBoxParent').on('leadBox').column('parentId').execute();
  await db.schema.createIndex('leadBoxOwner').on('leadBox').column('ownerId').execute();
  await db.schema.createIndex('leadBoxOfUser').unique().on('leadBox').column('userId').execute();
  await db.schema.createIndex('leadBoxOfPeer').unique().on('leadBox').column('peerId').execute();
  await db.schema
    .createTable('boxRule')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('boxId', 'text', (column) => column.notNull().references('leadBox.id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('condition', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('updatedAt', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('boxRuleBox').on('boxRule').columns(['boxId', 'position']).execute();
}

async function offers(db: Kysely<any>) {
  await db.schema
    .createTable('offer')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
    .addColumn('boxId', 'text', (column) => column.notNull())
    .addColumn('ruleId', 'text')
    .addColumn('round', 'integer', (column) => column.notNull())
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('opensAt', 'bigint', (column) => column.notNull())
    .addColumn('closesAt', 'bigint', (column) => column.notNull())
    .addColumn('winnerId', 'text')
    .addColumn('leaseUntil', 'bigint')
    .addColumn('confirmedAt', 'bigint')
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('endedAt', 'bigint')
    .addUniqueConstraint('offerRound', ['leadId', 'round'])
    .execute();
  // At most one offer of a lead is live, whatever the processes do.
  await db.schema
    .createIndex('offerLive')
    .unique()
    .on('offer')
    .column('leadId')
    .where(sql.ref('state'), 'in', sql`('open', 'claimed', 'awarded')`)
    .execute();
  await db.schema
    .createTable('offerRecipient')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('offerId', 'text', (column) => column.notNull().references('offer.id'))
    .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
    .addColumn('boxId', 'text')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('userId', 'text')
    .addColumn('peerId', 'text')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('rejectReason', 'text')
    .addColumn('rejectText', 'text')
    .addColumn('plan', 'text')
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('fields', 'text', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('answeredAt', 'bigint')
    .execute();
  await db.schema.createIndex('offerRecipientOffer').on('offerRecipient').columns(['offerId', 'id']).execute();
  await db.schema.createIndex('offerRecipientLead').on('offerRecipient').columns(['leadId', 'id']).execute();
  await db.schema.createIndex('offerRecipientUser').on('offerRecipient').columns(['userId', 'state', 'id']).execute();
  await db.schema.createIndex('offerRecipientPeer').on('offerRecipient').columns(['peerId', 'state', 'id']).execute();
}

async function decisions(db: Kysely<any>) {
  await db.schema
    .createTable('turn')
    .addColumn('ruleId', 'text', (column) => column.primaryKey())
    .addColumn('number', 'bigint', (column) => column.notNull())
    .addColumn('served', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('trace')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('leadId', 'text', (column) => column.notNull().references('lead.id'))
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('offerId', 'text')
    .addColumn('steps', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('traceLead').on('trace').columns(['leadId', 'id']).execute();
}
