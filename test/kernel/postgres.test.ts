import { expect, test } from 'vitest';
import { sql } from 'kysely';
import { transact, type Context } from '../../node/kernel/context.ts';
import { onDatabase } from '../support/databases.ts';
import { migrations } from './tables.ts';

const bump = (ctx: Context, id: string) =>
  ctx.db
    .updateTable('testCount')
    .set((count) => ({ value: count('value', '+', 1) }))
    .where('id', '=', id)
    .execute();

const readCounts = async (ctx: Context) => {
  const rows = await ctx.db.selectFrom('testCount').select(['id', 'value']).orderBy('id').execute();
  return Object.fromEntries(rows.map((row) => [row.id, row.value]));
};

onDatabase('postgres', ({ withStore }) => {
  test('two processes that wait for each other both get through, and so do those in their groups', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const other = await open();
        await transact(ctx, async (tx) => {
          const rows = ['a', 'b', 'c'].map((id) => ({ id, value: 0, owner: null }));
          await tx.db.insertInto('testCount').values(rows).execute();
        });
        const first = { a: makeMeeting(), b: makeMeeting() };
        const cross = (own: Context, mine: 'a' | 'b', theirs: 'a' | 'b') =>
          transact(own, async (tx) => {
            await bump(tx, mine);
            first[mine].arrive();
            await first[theirs].arrived;
            await bump(tx, theirs);
          });
        await Promise.all([
          transact(ctx, (tx) => bump(tx, 'c')),
          cross(ctx, 'a', 'b'),
          cross(other.ctx, 'b', 'a'),
          expect(transact(other.ctx, () => Promise.reject(new Error('on purpose')))).rejects.toThrow('on purpose'),
        ]);
        expect(await readCounts(ctx)).toEqual({ a: 2, b: 2, c: 1 });
      },
      { migrations },
    ));

  test('a lost connection fails what ran on it and is opened again', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const other = await open();
        const lost = transact(ctx, async (tx) => {
          const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.db);
          await transact(other.ctx, (by) => sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(by.db));
          await tx.db.insertInto('testNote').values({ id: 'a', text: 'x' }).execute();
        });
        await expect(lost).rejects.toMatchObject({ code: 'commit-failed' });
        await transact(ctx, (tx) => tx.db.insertInto('testNote').values({ id: 'b', text: 'x' }).execute());
        expect(await ctx.db.selectFrom('testNote').select('id').execute()).toEqual([{ id: 'b' }]);
      },
      { migrations },
    ));
});

function makeMeeting() {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  return { arrived, arrive: () => arrive() };
}
