import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0012-policies',
  async up(db: Kysely<any>) {
    await addConditions(db);
    await addFeedbackPolicies(db);
  },
};

/** A policy may be for some leads only, and there may be several for different ones: the old key does not do. */
async function addConditions(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('fieldPolicy').renameTo('fieldPolicyBefore').execute();
  await db.schema
    .createTable('fieldPolicy')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('recipientKind', 'text', (column) => column.notNull())
    .addColumn('recipientId', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('condition', 'text')
    .addColumn('conditionDigest', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('updatedAt', 'bigint', (column) => column.notNull())
    .execute();
  const same = ['id', 'recipientKind', 'recipientId', 'target', 'stage', 'mode'] as const;
  await db
    .insertInto('fieldPolicy')
    .columns([...same, 'conditionDigest', 'action', 'updatedAt'])
    .expression((from) =>
      from
        .selectFrom('fieldPolicyBefore')
        .select([...same, sql<string>`''`.as('conditionDigest'), 'action', 'updatedAt']),
    )
    .execute();
  await db.schema.dropTable('fieldPolicyBefore').execute();
  await db.schema
    .createIndex('fieldPolicyKey')
    .on('fieldPolicy')
    .columns(['recipientKind', 'recipientId', 'target', 'stage', 'mode', 'conditionDigest'])
    .unique()
    .execute();
}

/** What is told to a partner and kept of what it tells: more than two switches. */
async function addFeedbackPolicies(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('peer').addColumn('feedback', 'text').execute();
  const peers = await db.selectFrom('peer').select(['nodeId', 'tellAssignedTo', 'tellAmount']).execute();
  for (const { nodeId, tellAssignedTo, tellAmount } of peers) {
    const tell = { assignedTo: tellAssignedTo === 1, amount: tellAmount === 1 ? 'exact' : 'none' };
    await db
      .updateTable('peer')
      .set({ feedback: JSON.stringify({ tell }) })
      .where('nodeId', '=', nodeId)
      .execute();
  }
  await db.schema.alterTable('peer').dropColumn('tellAssignedTo').execute();
  await db.schema.alterTable('peer').dropColumn('tellAmount').execute();
  // How many of a lead's events were looked at, told or not; revisions count the told ones.
  await db.schema
    .alterTable('conversation')
    .addColumn('consideredEvents', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db
    .updateTable('conversation')
    .set({ consideredEvents: sql.ref('sentRevision') })
    .execute();
}
