import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { sql } from 'kysely';
import { transact, type Context } from '../../node/kernel/context.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { intend, type JobHandler } from '../../node/kernel/jobs.ts';
import { postgresLimits } from '../../node/kernel/transaction-queue.ts';
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

  test('two processes that lease at the same moment do not run the same job', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const runs: string[] = [];
        const handler: JobHandler = {
          kind: 'note',
          run(_ctx, payload: { id: string }) {
            runs.push(payload.id);
            return Promise.resolve();
          },
        };
        const [, running] = makeJobWorkers([handler]);
        await transact(ctx, (tx) => intend(tx, { kind: 'note', payload: { id: 'a' } }));
        const other = (await open()).ctx;
        const meeting = makeMeeting();
        // The first process has leased, but not yet committed, when the second one leases.
        const slow: Context = {
          ...other,
          writer: {
            ...other.writer,
            run: (own, work) =>
              other.writer.run(own, async (tx) => {
                const result = await work(tx);
                await meeting.arrived;
                return result;
              }),
          },
        };
        const first = running!.runDue(slow);
        await expect.poll(() => countWaiting(ctx, 'idle in transaction')).toBe(1);
        const second = running!.runDue(ctx);
        await expect.poll(() => countWaiting(ctx, 'waiting')).toBe(1);
        meeting.arrive();
        expect(await Promise.all([first, second])).toEqual([1, 0]);
        expect(runs).toEqual(['a']);
      },
      { migrations },
    ));

  test('a transaction that waits too long for a row another one holds is given up', () =>
    withStore(
      async ({ ctx }, { open }) => {
        await transact(ctx, (tx) => tx.db.insertInto('testCount').values({ id: 'a', value: 0, owner: null }).execute());
        const meeting = makeMeeting();
        const holder = (await open({ migrations })).ctx;
        const holding = transact(holder, async (tx) => {
          await bump(tx, 'a');
          await meeting.arrived;
        });
        await expect.poll(() => countWaiting(ctx, 'idle in transaction')).toBe(1);
        await expect(transact(ctx, (tx) => bump(tx, 'a'))).rejects.toMatchObject({ code: 'transaction-too-long' });
        meeting.arrive();
        await holding;
        expect(await readCounts(ctx)).toEqual({ a: 1 });
      },
      { migrations, limits: { ...postgresLimits, callbackMilliseconds: 200 } },
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

/** Connections of this test that hold a transaction open, or wait for another's. */
async function countWaiting(ctx: Context, state: 'idle in transaction' | 'waiting'): Promise<number> {
  const waits = state === 'waiting' ? sql`wait_event_type = 'Lock'` : sql`state = ${state}`;
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
    where application_name = ${basename(ctx.config.dataFolder)} and ${waits}`.execute(ctx.db);
  return rows[0]?.count ?? 0;
}

function makeMeeting() {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  return { arrived, arrive: () => arrive() };
}
