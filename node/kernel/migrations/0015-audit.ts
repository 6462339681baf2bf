import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0015-audit',
  async up(db: Kysely<any>) {
    await restorations(db);
    await witnesses(db);
  },
};

async function restorations(db: Kysely<any>) {
  await db.schema.alterTable('restoration').addColumn('begunAt', 'bigint').execute();
  await db.schema.alterTable('restoration').addColumn('resumedBy', 'text').execute();
  await db.schema
    .createTable('peerEpoch')
    .addColumn('peerId', 'text', (column) => column.primaryKey().references('peer.nodeId'))
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('seenAt', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('restorationPeer')
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('returnedAt', 'bigint')
    .addPrimaryKeyConstraint('restorationPeerPrimary', ['epoch', 'peerId'])
    .execute();
  await db.schema
    .createTable('restorationPart')
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('part', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('restorationPartPrimary', ['epoch', 'peerId', 'part'])
    .execute();
  await db.schema
    .createTable('restorationFinding')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('conversationId', 'text', (column) => column.notNull())
    .addColumn('leadId', 'text')
    .addColumn('theirs', 'text', (column) => column.notNull())
    .addColumn('ours', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('conversationChanged').on('conversation').columns(['peerId', 'updatedAt']).execute();
}

async function witnesses(db: Kysely<any>) {
  await db.schema
    .createTable('peerLogKey')
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('learnedAt', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('peerLogKeyPrimary', ['peerId', 'key'])
    .execute();
}
