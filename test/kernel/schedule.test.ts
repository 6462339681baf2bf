import { expect, test } from 'vitest';
import type { Context } from '../../node/kernel/context.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import type { JobHandler } from '../../node/kernel/jobs.ts';
import { makeScheduleWorker } from '../../node/kernel/schedule.ts';
import { settle } from '../../node/kernel/workers.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import { migrations } from './tables.ts';

const at = (text: string) => Date.parse(text);
const entry = (cron: string) => ({ name: 'entry', cron, kind: 'tick' });

/** Writes down every tick; a tick carried out twice would break the primary key. */
const tick: JobHandler = {
  kind: 'tick',
  async apply(tx, payload: { tickAt: number }) {
    const id = new Date(payload.tickAt).toISOString();
    await tx.db.insertInto('testNote').values({ id, text: '' }).execute();
  },
};

const listTicks = async (ctx: Context) =>
  (await ctx.db.selectFrom('testNote').select('id').orderBy('id').execute()).map((row) => row.id);

onEachDatabase(({ withStore }) => {
  test('a calendar begins now, ticks when it is time, and makes up once for what it missed', () => {
    const clock = makeFakeClock(at('2026-05-04T09:30:00Z'));
    return withStore(
      async ({ ctx }) => {
        const schedule = makeScheduleWorker([entry('0 6 * * 1')]);
        const workers = [schedule, ...makeJobWorkers([tick])];
        expect(await schedule.nextDueAt(ctx)).toBe(clock.now());
        await settle(ctx, workers);
        expect(await schedule.nextDueAt(ctx)).toBe(at('2026-05-11T06:00:00Z'));
        clock.advance('6d');
        await settle(ctx, workers);
        expect(await listTicks(ctx)).toEqual([]);
        clock.advance('1d');
        await settle(ctx, workers);
        expect(await listTicks(ctx)).toEqual(['2026-05-11T06:00:00.000Z']);
        clock.advance('30d');
        await settle(ctx, workers);
        expect(await listTicks(ctx)).toEqual(['2026-05-11T06:00:00.000Z', '2026-06-08T06:00:00.000Z']);
      },
      { migrations, clock },
    );
  });

  test('two processes write one intent a tick, whatever the order', () => {
    const clock = makeFakeClock(at('2026-05-04T09:30:00Z'));
    return withStore(
      async ({ ctx }, { open }) => {
        const other = (await open()).ctx;
        const make = () => [makeScheduleWorker([entry('*/10 * * * *')]), ...makeJobWorkers([tick])];
        const [one, two] = [make(), make()];
        for (let round = 0; round < 5; round++) {
          await Promise.all([settle(ctx, one), settle(other, two)]);
          clock.advance('10m');
        }
        await settle(ctx, one);
        expect((await listTicks(ctx)).map((id) => id.slice(11, 16))).toEqual([
          '09:40',
          '09:50',
          '10:00',
          '10:10',
          '10:20',
        ]);
        expect(await ctx.db.selectFrom('job').select('id').execute()).toEqual([]);
      },
      { migrations, clock },
    );
  });

  test('a process that looked before the other ticked writes no second intent', () => {
    const clock = makeFakeClock(at('2026-05-04T09:30:00Z'));
    return withStore(
      async ({ ctx }, { open }) => {
        const other = (await open()).ctx;
        const schedule = makeScheduleWorker([entry('0 * * * *')]);
        await schedule.runDue(ctx);
        clock.advance('1h');
        let goOn = () => {};
        const paused = new Promise<void>((resolve) => (goOn = resolve));
        let looked = false;
        const late: Context = {
          ...other,
          writer: {
            ...other.writer,
            async run(own, work) {
              looked = true;
              await paused;
              return other.writer.run(own, work);
            },
          },
        };
        const second = schedule.runDue(late);
        await expect.poll(() => looked).toBe(true);
        await settle(ctx, [schedule, ...makeJobWorkers([tick])]);
        goOn();
        expect(await second).toBe(0);
        expect(await ctx.db.selectFrom('job').select('id').execute()).toEqual([]);
      },
      { migrations, clock },
    );
  });

  test('a calendar knows leap days, lists and ranges', () => {
    const clock = makeFakeClock(at('2026-05-04T09:30:00Z'));
    const cases: [string, string][] = [
      ['15 12 29 2 *', '2028-02-29T12:15:00Z'],
      ['0,30 8-10 * * *', '2026-05-04T10:00:00Z'],
      ['5 0 1 1,7 *', '2026-07-01T00:05:00Z'],
      ['59 23 * * 0', '2026-05-10T23:59:00Z'],
    ];
    return withStore(
      async ({ ctx }) => {
        for (const [cron, next] of cases) {
          const worker = makeScheduleWorker([{ ...entry(cron), name: cron }]);
          await worker.runDue(ctx);
          expect([cron, await worker.nextDueAt(ctx)]).toEqual([cron, at(next)]);
        }
      },
      { migrations, clock },
    );
  });
});

test.each(['', '61 * * * *', '* * * * * *', 'at noon', '0 0 32 * *'])('"%s" is no calendar', (cron) => {
  expect(() => makeScheduleWorker([entry(cron)])).toThrow(expect.objectContaining({ code: 'bad-calendar' }));
});
