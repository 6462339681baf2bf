import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';

/** Hashes of the tree, see `tiles.ts`. Only the last tile of each level still grows. */
interface TileTable {
  level: number;
  place: number;
  hashes: Buffer;
}

declare module '../../kernel/database.ts' {
  interface Database {
    ledgerTile: TileTable;
  }
}

const findRow = compileOnce((db, { level, place }: Pick<TileTable, 'level' | 'place'>) =>
  db.selectFrom('ledgerTile').select('hashes').where('level', '=', level).where('place', '=', place),
);

export async function findTile(ctx: Pick<Context, 'db'>, level: number, place: number): Promise<Buffer | undefined> {
  return (await findRow(ctx, { level, place })).rows[0]?.hashes;
}

const upsert = compileOnce((db, { level, place, hashes }: TileTable) =>
  db
    .insertInto('ledgerTile')
    .values({ level, place, hashes })
    .onConflict((on) => on.columns(['level', 'place']).doUpdateSet({ hashes })),
);

export async function upsertTile(tx: Tx, tile: TileTable): Promise<void> {
  await upsert(tx, tile);
}
