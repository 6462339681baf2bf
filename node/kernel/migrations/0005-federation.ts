import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0005-federation',
  async up(db: Kysely<any>) {
    await peers(db);
    await conversations(db);
    await outbox(db);
    await inbox(db);
  },
};

async function peers(db: Kysely<any>) {
  await db.schema
    .createTable('peer')
    .addColumn('nodeId', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('endpoint', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('allowedRange', 'text')
    .addColumn('allowedPort', 'integer')
    .addColumn('tellAssignedTo', 'integer', (column) => column.notNull())
    .addColumn('tellAmount', 'integer', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('activatedAt', 'bigint')
    .addColumn('suspendedAt', 'bigint')
    .execute();
  await db.schema
    .createTable('peerKey')
    .addColumn('nodeId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('spki', 'text', (column) => column.notNull())
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('validFrom', 'bigint', (column) => column.notNull())
    .addColumn('validUntil', 'bigint')
    .addColumn('revokedAt', 'bigint')
    .addPrimaryKeyConstraint('peerKeyPrimary', ['nodeId', 'kid'])
    .execute();
  await db.schema
    .createTable('peerHealth')
    .addColumn('peerId', 'text', (column) => column.primaryKey().references('peer.nodeId'))
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('failingSince', 'bigint')
    .addColumn('openUntil', 'bigint')
    .addColumn('probes', 'integer', (column) => column.notNull())
    .addColumn('sendWindow', 'integer', (column) => column.notNull())
    .addColumn('lastSuccessAt', 'bigint')
    .addColumn('lastFailureAt', 'bigint')
    .addColumn('lastError', 'text')
    .addColumn('lastHeardAt', 'bigint')
    .execute();
  await db.schema
    .createTable('securityEvent')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('peerId', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('messageId', 'text')
    .addColumn('facts', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('securityEventPeer').on('securityEvent').columns(['peerId', 'id']).execute();
  await db.schema.createIndex('securityEventAt').on('securityEvent').column('at').execute();
}

async function conversations(db: Kysely<any>) {
  await db.schema
    .createTable('conversation')
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('conversationId', 'text', (column) => column.notNull())
    .addColumn('side', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('round', 'integer', (column) => column.notNull())
    .addColumn('leadId', 'text', (column) => column.notNull())
    .addColumn('recipientId', 'text')
    .addColumn('offerDigest', 'text', (column) => column.notNull())
    .addColumn('offer', 'text')
    .addColumn('secret', 'text')
    .addColumn('closesAt', 'bigint', (column) => column.notNull())
    .addColumn('sentSeq', 'integer', (column) => column.notNull())
    .addColumn('sentDigest', 'text')
    .addColumn('receivedSeq', 'integer', (column) => column.notNull())
    .addColumn('sentRevision', 'integer', (column) => column.notNull())
    .addColumn('receivedRevision', 'integer', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('updatedAt', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('conversationPrimary', ['peerId', 'conversationId'])
    .execute();
  await db.schema
    .createIndex('conversationRecipient')
    .unique()
    .on('conversation')
    .columns(['recipientId', 'round'])
    .where('recipientId', 'is not', null)
    .execute();
  await db.schema.createIndex('conversationLead').on('conversation').columns(['leadId', 'side']).execute();
}

async function outbox(db: Kysely<any>) {
  await db.schema
    .createTable('outbox')
    .addColumn('messageId', 'text', (column) => column.primaryKey())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('conversationId', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('document', 'text')
    .addColumn('effectKey', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('dueAt', 'bigint', (column) => column.notNull())
    .addColumn('createdAt', 'bigint', (column) => column.notNull())
    .addColumn('expiresAt', 'bigint', (column) => column.notNull())
    .addColumn('answeredAt', 'bigint')
    .addColumn('answer', 'text')
    .addColumn('code', 'text')
    .execute();
  await db.schema
    .createIndex('outboxDue')
    .on('outbox')
    .columns(['peerId', 'dueAt', 'messageId'])
    .where(sql.ref('state'), '=', sql.lit('waiting'))
    .execute();
  await db.schema.createIndex('outboxFirst').on('outbox').columns(['peerId', 'conversationId', 'seq']).execute();
  await db.schema.createIndex('outboxPeer').on('outbox').columns(['peerId', 'messageId']).execute();
  await db.schema.createIndex('outboxState').on('outbox').columns(['peerId', 'state', 'messageId']).execute();
  await db.schema.createIndex('outboxAnswered').on('outbox').column('answeredAt').execute();
}

async function inbox(db: Kysely<any>) {
  await db.schema
    .createTable('inbox')
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('conversationId', 'text')
    .addColumn('document', 'text')
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('receivedAt', 'bigint', (column) => column.notNull())
    .addColumn('expiresAt', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('inboxPrimary', ['peerId', 'messageId'])
    .execute();
  await db.schema.createIndex('inboxConversation').on('inbox').columns(['peerId', 'conversationId']).execute();
  await db.schema.createIndex('inboxExpires').on('inbox').column('expiresAt').execute();
}
