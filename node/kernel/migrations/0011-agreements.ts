import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0011-agreements',
  async up(db: Kysely<any>) {
    await agreements(db);
    await conversations(db);
    await db.schema
      .alterTable('peer')
      .addColumn('requireAgreement', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('peer').addColumn('offersPausedAt', 'bigint').execute();
    await db.schema.alterTable('peer').addColumn('offersPausedFor', 'text').execute();
    await db.schema.alterTable('peer').addColumn('capsWaivedUntil', 'bigint').execute();
  },
};

async function agreements(db: Kysely<any>) {
  await db.schema
    .createTable('agreement')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('agreementId', 'text', (column) => column.notNull())
    .addColumn('proposedBy', 'text', (column) => column.notNull())
    .addColumn('terms', 'text', (column) => column.notNull())
    .addColumn('words', 'text')
    .addColumn('proposedAt', 'bigint', (column) => column.notNull())
    .addColumn('acceptedAt', 'bigint')
    .addColumn('settledAt', 'bigint')
    .addColumn('endsAt', 'bigint')
    .addColumn('endedBy', 'text')
    .addColumn('refusedFor', 'text')
    .execute();
  await db.schema.createIndex('agreementDigest').unique().on('agreement').columns(['peerId', 'digest']).execute();
  await db.schema.createIndex('agreementPeer').on('agreement').columns(['peerId', 'id']).execute();
  await db.schema
    .createIndex('agreementAccepted')
    .on('agreement')
    .columns(['peerId', 'acceptedAt'])
    .where('acceptedAt', 'is not', null)
    .execute();
  await db.schema
    .createTable('agreementDocument')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('peerId', 'text', (column) => column.notNull().references('peer.nodeId'))
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('proposal', 'text', (column) => column.notNull())
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('signedBy', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('agreementDocumentMessage')
    .unique()
    .on('agreementDocument')
    .columns(['peerId', 'messageId'])
    .execute();
  await db.schema
    .createIndex('agreementDocumentProposal')
    .on('agreementDocument')
    .columns(['peerId', 'proposal', 'id'])
    .execute();
}

/** What a conversation remembers of its agreement, of the nodes its lead passed, and for the caps. */
async function conversations(db: Kysely<any>) {
  for (const column of ['agreementId', 'agreementDigest', 'hops', 'endedAs'])
    await db.schema.alterTable('conversation').addColumn(column, 'text').execute();
  for (const column of ['releasedAt', 'endedAt'])
    await db.schema.alterTable('conversation').addColumn(column, 'bigint').execute();
  await db.schema
    .createIndex('conversationReleased')
    .on('conversation')
    .columns(['peerId', 'side', 'releasedAt'])
    .where('releasedAt', 'is not', null)
    .execute();
  await db.schema
    .createIndex('conversationOpen')
    .on('conversation')
    .columns(['peerId', 'side'])
    .where(
      sql.ref('state'),
      'in',
      ['released', 'recall-asked', 'return-asked'].map((state) => sql.lit(state)),
    )
    .where(sql.ref('releasedAt'), 'is not', null)
    .where(sql.ref('endedAt'), 'is', null)
    .execute();
}
