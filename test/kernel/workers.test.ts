import { expect, test } from 'vitest';
import type { Clock } from '../../node/kernel/clock.ts';
import type { Context } from '../../node/kernel/context.ts';
import { settle, startWorkers, type Worker } from '../../node/kernel/workers.ts';
import { onDatabase } from '../support/databases.ts';
import { migrations } from './tables.ts';

/** A clock whose timers a test looks at and rings. */
function makeTimers() {
  const timers = new Map<() => void, number>();
  const clock: Clock = {
    now: () => 1_000_000,
    after(milliseconds, call) {
      timers.set(call, milliseconds);
      return () => timers.delete(call);
    },
  };
  const ring = () => {
    const [call] = timers.keys();
    timers.clear();
    call?.();
  };
  return { clock, ring, pauses: () => [...timers.values()] };
}

/** A worker with a pile of work; every run takes one and ends when it is let go. */
function makeSlowWorker(pile: { left: number; dueAt?: number }) {
  const running: (() => void)[] = [];
  let runs = 0;
  const worker: Worker = {
    name: 'slow',
    async runDue() {
      runs++;
      await new Promise<void>((resolve) => running.push(resolve));
      return pile.left > 0 ? pile.left-- && 1 : 0;
    },
    nextDueAt: () => Promise.resolve(pile.dueAt),
  };
  const letGo = async () => {
    await expect.poll(() => running.length).toBe(1);
    running.pop()?.();
  };
  return { worker, letGo, runs: () => runs, running: () => running.length };
}

onDatabase('sqlite', ({ withStore }) => {
  const withTimers = (body: (ctx: Context, timers: ReturnType<typeof makeTimers>) => Promise<void>) => {
    const timers = makeTimers();
    return withStore(({ ctx }) => body(ctx, timers), { migrations, clock: timers.clock });
  };

  test('a worker that rests runs once, whatever is left, and again when it is due', () =>
    withTimers(async (ctx, timers) => {
      const { worker, letGo, runs } = makeSlowWorker({ left: 9, dueAt: 1_000_750 });
      const started = startWorkers(ctx, [{ ...worker, rests: true }]);
      await letGo();
      await expect.poll(timers.pauses).toEqual([750]);
      expect(runs()).toBe(1);
      timers.ring();
      await letGo();
      await expect.poll(timers.pauses).toEqual([750]);
      expect(runs()).toBe(2);
      await started.stop();
    }));

  test('a worker runs at the start, until nothing is due, then sleeps until something is', () =>
    withTimers(async (ctx, timers) => {
      const { worker, letGo, runs } = makeSlowWorker({ left: 2, dueAt: 1_000_750 });
      const started = startWorkers(ctx, [worker]);
      for (let run = 0; run < 3; run++) await letGo();
      await expect.poll(timers.pauses).toEqual([750]);
      timers.ring();
      await letGo();
      await started.stop();
      expect(runs()).toBe(4);
    }));

  test('it looks every half minute even when nothing is planned', () =>
    withTimers(async (ctx, timers) => {
      const { worker, letGo } = makeSlowWorker({ left: 0 });
      const started = startWorkers(ctx, [worker]);
      await letGo();
      await expect.poll(timers.pauses).toEqual([30_000]);
      await started.stop();
      expect(timers.pauses()).toEqual([]);
    }));

  test('wakes during a run lead to one more, never to two at once', () =>
    withTimers(async (ctx, timers) => {
      const { worker, letGo, runs, running } = makeSlowWorker({ left: 0 });
      const started = startWorkers(ctx, [worker]);
      await expect.poll(running).toBe(1);
      for (let wake = 0; wake < 5; wake++) ctx.bus.wake('slow');
      expect([runs(), running()]).toEqual([1, 1]);
      await letGo();
      await letGo();
      await expect.poll(timers.pauses).toEqual([30_000]);
      expect(runs()).toBe(2);
      ctx.bus.wake('slow');
      await letGo();
      await started.stop();
      expect(runs()).toBe(3);
    }));

  test('stopping waits for the run and begins no other', () =>
    withTimers(async (ctx) => {
      const { worker, letGo, runs, running } = makeSlowWorker({ left: 5 });
      const started = startWorkers(ctx, [worker]);
      await expect.poll(running).toBe(1);
      let stopped = false;
      const stopping = started.stop().then(() => (stopped = true));
      ctx.bus.wake('slow');
      expect(stopped).toBe(false);
      await letGo();
      await stopping;
      expect([runs(), running()]).toEqual([1, 0]);
    }));

  test('a run that fails is tried again a second later', () =>
    withTimers(async (ctx, timers) => {
      let runs = 0;
      const worker: Worker = {
        name: 'broken',
        runDue: () => (++runs === 1 ? Promise.reject(new Error('on purpose')) : Promise.resolve(0)),
        nextDueAt: () => Promise.resolve(undefined),
      };
      const started = startWorkers(ctx, [worker]);
      await expect.poll(timers.pauses).toEqual([1_000]);
      timers.ring();
      await expect.poll(timers.pauses).toEqual([30_000]);
      await started.stop();
    }));

  test('settling goes on while workers give each other work, and refuses to go on for ever', () =>
    withTimers(async (ctx) => {
      let ping = 3;
      let pong = 0;
      const worker = (name: string, take: () => boolean): Worker => ({
        name,
        runDue: () => Promise.resolve(take() ? 1 : 0),
        nextDueAt: () => Promise.resolve(undefined),
      });
      const both = [
        worker('pong', () => pong > 0 && pong-- > 0),
        worker('ping', () => ping > 0 && ping-- > 0 && ++pong > 0),
      ];
      await settle(ctx, both);
      expect([ping, pong]).toEqual([0, 0]);
      await expect(settle(ctx, [worker('endless', () => true)])).rejects.toMatchObject({
        code: 'workers-do-not-settle',
      });
    }));
});
