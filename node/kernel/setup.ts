import { compileOnce } from './compile-once.ts';
import type { Context, Tx } from './context.ts';

declare module './database.ts' {
  interface Database {
    /** One row. */
    setup: { id: string; version: number };
  }
}

/**
 * Notes that people changed how leads are handled (users, lead boxes, rules, field policies): called with each such change,
 * in its transaction. Whoever changes the setup meanwhile waits.
 */
export async function raiseSetup(tx: Tx): Promise<void> {
  await tx.db
    .updateTable('setup')
    .set((put) => ({ version: put('version', '+', 1) }))
    .where('id', '=', 'setup')
    .execute();
}

const findVersion = compileOnce((db, { id }: { id: string }) =>
  db.selectFrom('setup').select('version').where('id', '=', id),
);

/**
 * Something that is made of the setup alone and costly to make: kept in memory until the setup changes, in whichever process.
 * The row of the version is read every time, in the caller's transaction; nothing is kept before that has committed.
 */
export function madeOfSetup<T>(make: (ctx: Context) => Promise<T>): (tx: Tx) => Promise<T> {
  const makePlace = (): { kept?: { readonly version: number; readonly value: T } } => ({});
  return async (tx) => {
    const { rows } = await findVersion(tx, { id: 'setup' });
    // Read first: what a change meanwhile adds to `value` only makes it newer than its version, and it is made anew.
    const version = rows[0]?.version ?? 0;
    const place = tx.memory(makePlace);
    if (place.kept?.version === version) return place.kept.value;
    const value = await make(tx);
    tx.afterCommit(() => (place.kept = { version, value }));
    return value;
  };
}
