import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0013-transport',
  async up(db: Kysely<any>) {
    await partners(db);
    await keys(db);
    await pulling(db);
    await evidence(db);
  },
};

async function partners(db: Kysely<any>) {
  await db.schema
    .createTable('peerSpeech')
    .addColumn('peerId', 'text', (column) => column.primaryKey().references('peer.nodeId'))
    .addColumn('capabilities', 'text')
    .addColumn('saidAt', 'bigint')
    .addColumn('learnedAt', 'bigint')
    .addColumn('askAt', 'bigint', (column) => column.notNull())
    .addColumn('error', 'text')
    .execute();
  await sql`insert into "peerSpeech" ("peerId", "askAt") select "nodeId", 0 from "peer"`.execute(db);
  await db.schema
    .createTable('peerQuota')
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('use', 'text', (column) => column.notNull())
    .addColumn('tokens', 'bigint', (column) => column.notNull())
    .addColumn('filledAt', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('peerQuotaPrimary', ['peerId', 'use'])
    .execute();
}

async function keys(db: Kysely<any>) {
  await db.schema.alterTable('peerKey').addColumn('confirmedAt', 'bigint').execute();
  await db.schema.alterTable('peerKey').addColumn('follows', 'text').execute();
  await db.schema.alterTable('peerKey').addColumn('oldKeyUntil', 'bigint').execute();
  // Keys from before were compared when their peer was confirmed.
  await sql`update "peerKey" set "confirmedAt" = "validFrom"`.execute(db);
  await db.schema
    .createTable('ownKey')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('spki', 'text', (column) => column.notNull())
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('validFrom', 'bigint', (column) => column.notNull())
    .addColumn('validUntil', 'bigint')
    .addColumn('revokedAt', 'bigint')
    .execute();
  await db.schema
    .createTable('peerOwnKey')
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('knownAt', 'bigint')
    .addColumn('askAt', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('peerOwnKeyPrimary', ['peerId', 'kid'])
    .execute();
}

async function pulling(db: Kysely<any>) {
  await db.schema
    .alterTable('peer')
    .addColumn('fetches', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('peerFetch')
    .addColumn('peerId', 'text', (column) => column.primaryKey().references('peer.nodeId'))
    .addColumn('dueAt', 'bigint', (column) => column.notNull())
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('fetchedAt', 'bigint')
    .addColumn('error', 'text')
    .execute();
  await db.schema
    .createTable('fetchedAnswer')
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('fetchedAnswerPrimary', ['peerId', 'messageId'])
    .execute();
  await db.schema
    .createIndex('outboxExpires')
    .on('outbox')
    .columns(['peerId', 'expiresAt'])
    .where(sql.ref('state'), '=', sql.lit('waiting'))
    .execute();
}

async function evidence(db: Kysely<any>) {
  await db.schema.alterTable('conversation').addColumn('receivedDigest', 'text').execute();
  await db.schema
    .createTable('restoration')
    .addColumn('epoch', 'bigint', (column) => column.primaryKey())
    .addColumn('restoredAt', 'bigint', (column) => column.notNull())
    .addColumn('resumedAt', 'bigint')
    .addColumn('reason', 'text')
    .execute();
  await db.schema
    .createTable('peerCheckpoint')
    .addColumn('peerId', 'text', (column) => column.primaryKey().references('peer.nodeId'))
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('root', 'text', (column) => column.notNull())
    .addColumn('noteSignature', 'text', (column) => column.notNull())
    .addColumn('saidAt', 'bigint', (column) => column.notNull())
    .execute();
}
