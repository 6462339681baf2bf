import { sql, type Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

export const migration: Migration = {
  name: '0018-claims',
  async up(db: Kysely<any>) {
    // A partner's claims between its Accept and the release: they count for its caps.
    await db.schema
      .createIndex('conversationUnderway')
      .on('conversation')
      .columns(['peerId', 'side'])
      .where(
        sql.ref('state'),
        'in',
        ['claimed', 'awarded'].map((state) => sql.lit(state)),
      )
      .execute();
  },
};
