import { sql, type Kysely } from 'kysely';
import type { Migration } from '../../node/kernel/migrate.ts';
import { migration as kernel } from '../../node/kernel/migrations/0001-kernel.ts';

declare module '../../node/kernel/database.ts' {
  interface Database {
    testNote: { id: string; text: string };
    testChild: { id: string; noteId: string };
    testCount: { id: string; value: number; owner: string | null };
  }
}

/** Tables of these tests. `testChild` is checked at the commit only: how a test makes a commit fail for real. */
const tests: Migration = {
  name: '9999-tests',
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a migration knows the tables of its day only
  async up(db: Kysely<any>) {
    await db.schema
      .createTable('testNote')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('testChild')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('noteId', 'text', (column) =>
        column.references('testNote.id').modifyEnd(sql`deferrable initially deferred`),
      )
      .execute();
    await db.schema
      .createTable('testCount')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .addColumn('owner', 'text')
      .execute();
  },
};

/** The kernel's tables and those of these tests. */
export const migrations: readonly Migration[] = [kernel, tests];

/** The same tables, and then a migration that takes its time: it fills a table row by row, and tells when it is in the middle. */
export function slowMigrations(rows: number, inTheMiddle: () => void): readonly Migration[] {
  const slow: Migration = {
    name: '9999-tests-slow',
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a migration knows the tables of its day only
    async up(db: Kysely<any>) {
      await db.schema
        .createTable('testSlow')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .execute();
      for (let id = 0; id < rows; id++) {
        await db.insertInto('testSlow').values({ id }).execute();
        if (id === 10) inTheMiddle();
        // Lets the line be read, and the process be killed, in between.
        if (id % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
  return [...migrations, slow];
}
