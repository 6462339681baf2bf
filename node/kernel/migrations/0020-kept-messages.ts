import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

const idMemoryMilliseconds = 90 * 24 * 3_600_000;

/** What was said of a lead is kept with it; the calendar deletes the rest. */
export const migration: Migration = {
  name: '0020-kept-messages',
  async up(db: Kysely<any>) {
    await db.schema.alterTable('inbox').addColumn('trimAt', 'bigint').execute();
    await db
      .updateTable('inbox')
      .set({ trimAt: sql`"expiresAt" + ${sql.lit(idMemoryMilliseconds)}` })
      .where((where) => where.or([where('conversationId', 'is', null), where('code', 'is not', null)]))
      .execute();
    await db.schema.dropIndex('inboxExpires').execute();
    await db.schema
      .createIndex('inboxTrim')
      .on('inbox')
      .column('trimAt')
      .where(sql.ref('trimAt'), 'is not', null)
      .execute();
    const isPlain = sql<boolean>`"document" is not null and substr("document", 1, 7) <> 'sealed:'`;
    await db.schema.createIndex('inboxPlain').on('inbox').column('expiresAt').where(isPlain).execute();
    await db.schema.dropIndex('outboxAnswered').execute();
    await db.schema.createIndex('outboxPlain').on('outbox').column('answeredAt').where(isPlain).execute();
  },
};
