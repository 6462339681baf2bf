import { expect, test } from 'vitest';
import type { EventHint } from '../../node/kernel/bus.ts';
import { transact } from '../../node/kernel/context.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { announce, listLiveEvents } from '../../node/kernel/live-events.ts';
import { retentionHandler, retentionSchedule } from '../../node/kernel/retention.ts';
import { makeScheduleWorker } from '../../node/kernel/schedule.ts';
import { settle } from '../../node/kernel/workers.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import { migrations } from './tables.ts';

onEachDatabase(({ withStore }) => {
  test('an event is published after the commit, and never when it failed', () =>
    withStore(
      async ({ ctx }) => {
        const heard: EventHint[] = [];
        const stop = ctx.bus.subscribe((event) => heard.push(event));
        await transact(ctx, async (tx) => {
          await announce(tx, { userId: 'user_1', kind: 'offer', leadId: 'lead_1', payload: { state: 'open' } });
          expect(heard).toEqual([]);
        });
        const failed = transact(ctx, async (tx) => {
          await announce(tx, { kind: 'lost' });
          throw new Error('on purpose');
        });
        await expect(failed).rejects.toThrow('on purpose');
        stop();
        await transact(ctx, (tx) => announce(tx, { kind: 'unheard' }));
        expect(heard).toMatchObject([
          { userId: 'user_1', kind: 'offer', leadId: 'lead_1', payload: { state: 'open' } },
        ]);
        expect(await listLiveEvents(ctx, { userId: 'user_1', limit: 1 })).toEqual(heard);
      },
      { migrations },
    ));

  test('a page reads on after the event it saw last: its own and those for everyone', () =>
    withStore(
      async ({ ctx }) => {
        await transact(ctx, async (tx) => {
          for (const [kind, userId] of [
            ['a', 'me'],
            ['b', null],
            ['c', 'you'],
            ['d', 'me'],
          ] as const) {
            await announce(tx, { kind, userId });
          }
        });
        const kinds = async (afterId?: string) =>
          (await listLiveEvents(ctx, { afterId, userId: 'me', limit: 10 })).map((event) => event.kind);
        const [first] = await listLiveEvents(ctx, { userId: 'me', limit: 1 });
        expect([await kinds(), await kinds(first?.id)]).toEqual([
          ['a', 'b', 'd'],
          ['b', 'd'],
        ]);
      },
      { migrations },
    ));

  test('events are deleted a day later by the calendar', () => {
    const clock = makeFakeClock();
    return withStore(
      async ({ ctx }) => {
        const workers = [makeScheduleWorker([retentionSchedule]), ...makeJobWorkers([retentionHandler])];
        await settle(ctx, workers);
        await transact(ctx, (tx) => announce(tx, { kind: 'old' }));
        clock.advance('23h');
        await transact(ctx, (tx) => announce(tx, { kind: 'young' }));
        clock.advance('2h');
        await settle(ctx, workers);
        expect(await listLiveEvents(ctx, { userId: 'me', limit: 10 })).toMatchObject([{ kind: 'young' }]);
      },
      { migrations, clock },
    );
  });
});
