import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

/**
 * Words of what was asked about a lead are sealed under its key, by a job: migrations know no keys. What was asked before a lead
 * was forgotten goes as the lead did.
 */
export const migration: Migration = {
  name: '0023-question-texts',
  async up(db: Kysely<any>) {
    await db.schema.alterTable('leadQuestion').addColumn('proofs', 'text').execute();
    await sql`
      update "leadQuestion" set "text" = null, "answerText" = null, "content" = null
      where exists (
        select 1 from "leadHistory" where "leadHistory"."leadId" = "leadQuestion"."leadId"
        and "leadHistory"."kind" = 'forget' and "leadHistory"."at" >= "leadQuestion"."askedAt"
      )
    `.execute(db);
    await sql`
      insert into "job" ("id", "kind", "key", "payload", "dueAt", "attempts", "createdAt")
      select 'job_0023-question-texts', 'seal-questions', 'seal-questions', '{}', 0, 0, 0
      where exists (select 1 from "leadQuestion")
    `.execute(db);
  },
};
