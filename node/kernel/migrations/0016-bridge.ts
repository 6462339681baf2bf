import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0016-bridge',
  async up(db: Kysely<any>) {
    await kinds(db);
    await people(db);
    await webhooks(db);
  },
};

/** How a partner is reached; and whom a node that introduces itself was to us before. */
async function kinds(db: Kysely<any>) {
  await db.schema
    .alterTable('peer')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('node'))
    .execute();
  await db.schema.alterTable('peer').addColumn('succeeds', 'text').execute();
}

async function people(db: Kysely<any>) {
  await db.schema
    .createTable('partnerPerson')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('active', 'integer', (column) => column.notNull())
    .addColumn('takesOffers', 'integer', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('partnerPersonEmail').unique().on('partnerPerson').columns(['peerId', 'email']).execute();
  await db.schema.alterTable('offerRecipient').addColumn('personId', 'text').execute();
}

async function webhooks(db: Kysely<any>) {
  await db.schema
    .createTable('webhook')
    .addColumn('peerId', 'text', (column) => column.primaryKey().references('peer.nodeId'))
    .addColumn('mapping', 'text', (column) => column.notNull())
    .addColumn('secretVersion', 'integer', (column) => column.notNull())
    .addColumn('tokenDigest', 'text', (column) => column.notNull())
    .addColumn('changedAt', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('webhookMessage')
    .addColumn('messageId', 'text', (column) => column.primaryKey())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('recipientId', 'text', (column) => column.notNull())
    .addColumn('leadId', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('body', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('dueAt', 'bigint', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('expiresAt', 'bigint', (column) => column.notNull())
    .addColumn('answeredAt', 'bigint')
    .addColumn('code', 'text')
    .execute();
  await db.schema
    .createIndex('webhookMessageRecipient')
    .on('webhookMessage')
    .columns(['recipientId', 'messageId'])
    .execute();
  await db.schema.createIndex('webhookMessagePeer').on('webhookMessage').columns(['peerId', 'messageId']).execute();
}
