import { expect, test } from 'vitest';
import { compileOnce } from '../../node/kernel/compile-once.ts';
import { transact } from '../../node/kernel/context.ts';
import { onEachDatabase } from '../support/databases.ts';
import { openStore, makeFolder } from '../support/store.ts';
import { migrations } from './tables.ts';

onEachDatabase(({ withStore }) => {
  test('a statement is built once and takes new values with every call', () =>
    withStore(
      async ({ ctx }) => {
        let built = 0;
        const insertCount = compileOnce((db, values: { id: string; owner: string | null }) => {
          built++;
          return db.insertInto('testCount').values({ id: values.id, value: 7, owner: values.owner });
        });
        const findCounts = compileOnce((db, { owner, least }: { owner: string; least: number }) =>
          db.selectFrom('testCount').select(['id', 'value']).where('owner', '=', owner).where('value', '>=', least),
        );
        const { numAffectedRows } = await transact(ctx, async (tx) => {
          await insertCount(tx, { id: 'a', owner: 'me' });
          return insertCount(tx, { id: 'b', owner: null });
        });
        expect([built, numAffectedRows]).toEqual([1, 1n]);
        expect((await findCounts(ctx, { owner: 'me', least: 7 })).rows).toEqual([{ id: 'a', value: 7 }]);
        expect((await findCounts(ctx, { owner: 'me', least: 8 })).rows).toEqual([]);
        expect((await findCounts(ctx, { owner: 'you', least: 0 })).rows).toEqual([]);
      },
      { migrations },
    ));

  test('the same statement serves nodes of both kinds of database in one process', () =>
    withStore(
      async ({ ctx }) => {
        const folder = makeFolder();
        const other = await openStore(folder, { migrations });
        const insertNote = compileOnce((db, { id }: { id: string }) =>
          db.insertInto('testNote').values({ id, text: 'x' }),
        );
        for (const each of [ctx, other.ctx, ctx, other.ctx]) {
          await transact(each, (tx) => insertNote(tx, { id: tx.ids.uuid() }));
        }
        const count = async (each: typeof ctx) => (await each.db.selectFrom('testNote').select('id').execute()).length;
        expect([await count(ctx), await count(other.ctx)]).toEqual([2, 2]);
        await other.close();
        folder.remove();
      },
      { migrations },
    ));
});
