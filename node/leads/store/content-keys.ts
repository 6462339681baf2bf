import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';

interface ContentKeyTable {
  id: string;
  /** The key, encrypted under the node's secret; base64. */
  wrapped: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    contentKey: ContentKeyTable;
  }
}

const insertRow = compileOnce((db, row: ContentKeyTable) =>
  db
    .insertInto('contentKey')
    .values(row)
    .onConflict((on) => on.column('id').doNothing()),
);

/** Keeps a key, unless there is one of this id. */
export async function insertContentKey(tx: Tx, row: ContentKeyTable): Promise<void> {
  await insertRow(tx, row);
}

const findRow = compileOnce((db, { id }: { id: string }) =>
  db.selectFrom('contentKey').select('wrapped').where('id', '=', id),
);

export const findContentKey = async (ctx: Context, id: string): Promise<string | undefined> =>
  (await findRow(ctx, { id })).rows[0]?.wrapped;

export async function deleteContentKey(tx: Tx, id: string): Promise<void> {
  await tx.db.deleteFrom('contentKey').where('id', '=', id).execute();
}
