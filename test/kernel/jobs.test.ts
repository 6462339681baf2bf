import { expect, test } from 'vitest';
import { transact, type Context, type Tx } from '../../node/kernel/context.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { cancelJob, intend, listFailedJobs, retryJob, type Intent, type JobHandler } from '../../node/kernel/jobs.ts';
import { settle } from '../../node/kernel/workers.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase, type DatabaseUnderTest } from '../support/databases.ts';
import { migrations } from './tables.ts';

const insertNote = (tx: Tx, id: string) => tx.db.insertInto('testNote').values({ id, text: 'x' }).execute();

/** Writes a note named by the payload. */
const note: JobHandler = {
  kind: 'note',
  async apply(tx, payload: { id: string }) {
    await insertNote(tx, payload.id);
  },
};

async function listNotes(ctx: Context): Promise<string[]> {
  const rows = await ctx.db.selectFrom('testNote').select('id').orderBy('id').execute();
  return rows.map((row) => row.id);
}

const countJobs = async (ctx: Context) => (await ctx.db.selectFrom('job').select('id').execute()).length;
const plan = (ctx: Context, intent: Intent) => transact(ctx, (tx) => intend(tx, intent));
const notes = (ids: string[]) => ids.map((id) => ({ kind: 'note', payload: { id } }));

onEachDatabase((database) => {
  testIntents(database);
  testFailures(database);
  testLeases(database);
});

function testIntents({ withStore }: DatabaseUnderTest) {
  test('an intent is carried out once, when it is due', () =>
    withStore(
      async ({ ctx }) => {
        const workers = makeJobWorkers([note]);
        await plan(ctx, { kind: 'note', payload: { id: 'now' } });
        await plan(ctx, { kind: 'note', payload: { id: 'later' }, dueAt: ctx.clock.now() + 60_000 });
        expect(await workers[0]!.nextDueAt(ctx)).toBe(ctx.clock.now());
        await settle(ctx, workers);
        expect(await listNotes(ctx)).toEqual(['now']);
        expect(await workers[0]!.nextDueAt(ctx)).toBe(ctx.clock.now() + 60_000);
        clock.advance('1m');
        await settle(ctx, workers);
        expect([await listNotes(ctx), await countJobs(ctx)]).toEqual([['later', 'now'], 0]);
      },
      { migrations, clock },
    ));

  test('an intent of a transaction that fails never was', () =>
    withStore(
      async ({ ctx }) => {
        const failed = transact(ctx, async (tx) => {
          await intend(tx, { kind: 'note', payload: { id: 'a' } });
          throw new Error('on purpose');
        });
        await expect(failed).rejects.toThrow('on purpose');
        expect(await countJobs(ctx)).toBe(0);
      },
      { migrations },
    ));

  test('the same key is one intent until it was carried out, and can be taken back', () =>
    withStore(
      async ({ ctx }) => {
        const workers = makeJobWorkers([note]);
        await plan(ctx, { kind: 'note', payload: { id: 'first' }, key: 'k' });
        await plan(ctx, { kind: 'note', payload: { id: 'second' }, key: 'k' });
        await settle(ctx, workers);
        await plan(ctx, { kind: 'note', payload: { id: 'third' }, key: 'k' });
        expect(await transact(ctx, (tx) => cancelJob(tx, 'k'))).toBe(true);
        expect(await transact(ctx, (tx) => cancelJob(tx, 'k'))).toBe(false);
        await settle(ctx, workers);
        expect(await listNotes(ctx)).toEqual(['first']);
      },
      { migrations },
    ));

  test('the workers are woken after the commit', () =>
    withStore(
      async ({ ctx }) => {
        const woken: string[] = [];
        ctx.bus.onWake('jobs', () => woken.push('jobs'));
        ctx.bus.onWake('jobs-run', () => woken.push('jobs-run'));
        await transact(ctx, async (tx) => {
          await intend(tx, { kind: 'note', payload: { id: 'a' } });
          expect(woken).toEqual([]);
        });
        expect(woken).toEqual(['jobs', 'jobs-run']);
      },
      { migrations },
    ));

  test('two handlers for one kind are refused', () => {
    expect(() => makeJobWorkers([note, note])).toThrow(expect.objectContaining({ code: 'handler-twice' }));
  });
}

const clock = makeFakeClock();

function testFailures({ withStore }: DatabaseUnderTest) {
  test('a job that fails is tried ten times, later and later, then shown; its effects are undone; it can be retried', () =>
    withStore(
      async ({ ctx }) => {
        let broken = true;
        let attempts = 0;
        const pauses: number[] = [];
        const handler: JobHandler = {
          kind: 'fragile',
          async apply(tx) {
            attempts++;
            await insertNote(tx, 'a');
            if (broken) throw new CodedError('peer-away', 503, 'The reason may quote Jane Doe.');
          },
        };
        const [worker] = makeJobWorkers([handler]);
        await plan(ctx, { kind: 'fragile', payload: {} });
        for (;;) {
          await settle(ctx, [worker!]);
          const dueAt = await worker!.nextDueAt(ctx);
          if (dueAt === undefined) break;
          pauses.push(dueAt - clock.now());
          clock.advance(dueAt - clock.now());
        }
        expect(attempts).toBe(10);
        pauses.forEach((pause, index) => {
          const full = Math.min(600_000, 1_000 * 2 ** index);
          expect(pause >= full / 2 && pause <= full).toBe(true);
        });
        expect(await listNotes(ctx)).toEqual([]);
        const { items } = await listFailedJobs(ctx, { limit: 10 });
        expect(items).toMatchObject([{ kind: 'fragile', attempts: 10, lastError: 'peer-away', failedAt: clock.now() }]);
        broken = false;
        await transact(ctx, (tx) => retryJob(tx, items[0]!.id));
        await settle(ctx, [worker!]);
        expect([await listNotes(ctx), await countJobs(ctx)]).toEqual([['a'], 0]);
        await expect(transact(ctx, (tx) => retryJob(tx, items[0]!.id))).rejects.toMatchObject({ code: 'not-found' });
      },
      { migrations, clock },
    ));

  test('a kind that nobody handles fails visibly; failed jobs are listed page by page', () =>
    withStore(
      async ({ ctx }) => {
        const workers = makeJobWorkers([note]);
        for (const id of ['1', '2', '3']) await plan(ctx, { kind: 'unknown', payload: { id } });
        for (let attempt = 0; attempt < 10; attempt++) {
          await settle(ctx, workers);
          clock.advance('10m');
        }
        const first = await listFailedJobs(ctx, { limit: 2 });
        const second = await listFailedJobs(ctx, { limit: 2, cursor: first.nextCursor! });
        expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, undefined]);
        expect(second.items[0]).toMatchObject({ kind: 'unknown', lastError: 'no-handler' });
      },
      { migrations, clock },
    ));

  test('one job that fails takes no other of its batch along', () =>
    withStore(
      async ({ ctx }) => {
        const workers = makeJobWorkers([note]);
        await transact(ctx, (tx) => insertNote(tx, 'taken'));
        for (const intent of notes(['a', 'taken', 'b'])) await plan(ctx, intent);
        await settle(ctx, workers);
        expect([await listNotes(ctx), await countJobs(ctx)]).toEqual([['a', 'b', 'taken'], 1]);
      },
      { migrations, clock },
    ));
}

function testLeases({ withStore }: DatabaseUnderTest) {
  test('a job whose process died runs again when its lease ends, and is given up when that happens ten times', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const crashes = makeFakeClock(clock.now());
        const { ctx: survivor } = await open({ migrations, clock: crashes });
        let started = 0;
        const handler: JobHandler = {
          kind: 'deadly',
          run: () => {
            started++;
            return new Promise(() => undefined);
          },
        };
        await plan(ctx, { kind: 'deadly', payload: {} });
        for (let attempt = 1; attempt <= 10; attempt++) {
          const [, running] = makeJobWorkers([handler]);
          // Never ends, as if its process had been killed in the middle.
          void running!.runDue(survivor);
          await expect.poll(() => started).toBe(attempt);
          expect(await running!.runDue(survivor)).toBe(0);
          crashes.advance('1m');
        }
        await settle(survivor, makeJobWorkers([handler]));
        expect(started).toBe(10);
        expect((await listFailedJobs(survivor, { limit: 1 })).items).toMatchObject([{ lastError: 'crashed' }]);
      },
      { migrations, clock },
    ));

  test('who lost the lease meanwhile has no effect', () =>
    withStore(
      async ({ ctx }) => {
        // The first job of the batch does to the second what another process would: it takes its lease.
        const thief: JobHandler = {
          kind: 'thief',
          async apply(tx) {
            await tx.db.updateTable('job').set({ leaseToken: 'other' }).where('kind', '=', 'note').execute();
          },
        };
        const workers = makeJobWorkers([note, thief]);
        await plan(ctx, { kind: 'thief', payload: {} });
        await plan(ctx, { kind: 'note', payload: { id: 'a' } });
        await settle(ctx, workers);
        clock.advance('9s');
        await settle(ctx, workers);
        expect([await listNotes(ctx), await countJobs(ctx)]).toEqual([[], 1]);
        clock.advance('1s');
        await settle(ctx, workers);
        expect([await listNotes(ctx), await countJobs(ctx)]).toEqual([['a'], 0]);
      },
      { migrations, clock },
    ));

  test('a run that ends after its lease was lost does not disturb the job that took over', () =>
    withStore(
      async ({ ctx }) => {
        const ends: (() => void)[] = [];
        const slow: JobHandler = { kind: 'slow', run: () => new Promise((resolve) => ends.push(resolve)) };
        const [, running] = makeJobWorkers([slow]);
        await plan(ctx, { kind: 'slow', payload: {} });
        const first = running!.runDue(ctx);
        await expect.poll(() => ends.length).toBe(1);
        clock.advance('1m');
        const second = running!.runDue(ctx);
        await expect.poll(() => ends.length).toBe(2);
        ends[0]!();
        await first;
        expect(await countJobs(ctx)).toBe(1);
        ends[1]!();
        await second;
        expect(await countJobs(ctx)).toBe(0);
      },
      { migrations, clock },
    ));
}
