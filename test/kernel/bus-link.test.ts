import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { sql } from 'kysely';
import { makeBus, type EventHint } from '../../node/kernel/bus.ts';
import { transact, type Context } from '../../node/kernel/context.ts';
import { makeEventsRoute } from '../../node/kernel/events-route.ts';
import { intend } from '../../node/kernel/jobs.ts';
import { announce } from '../../node/kernel/live-events.ts';
import { isStream, type StreamOut } from '../../node/kernel/routes.ts';
import { seenLeads } from '../../node/leads/seen-leads.ts';
import { onDatabase } from '../support/databases.ts';
import { migrations } from './tables.ts';

/** Resolves once `hear` was called with something that fits. */
function makeEar<T>() {
  const heard: T[] = [];
  let look = () => {};
  return {
    heard,
    hear(value: T) {
      heard.push(value);
      look();
    },
    until: (fits: (heard: readonly T[]) => boolean) =>
      new Promise<void>((resolve) => {
        look = () => fits(heard) && resolve();
        look();
      }),
  };
}

/** An open page: the kinds of the events it was sent. */
async function openPage(ctx: Context, userId: string) {
  const request = { id: 'req_1', address: '127.0.0.1', secure: false, host: 'localhost' };
  const actor = { userId, role: 'representative', name: userId, via: 'token' } as const;
  const answer = await makeEventsRoute(seenLeads).run(ctx, {
    actor,
    request,
    params: {},
    query: {},
    headers: {},
    body: undefined,
  });
  if (!isStream(answer)) throw new Error('Not a stream.');
  const ear = makeEar<string>();
  const closing = new AbortController();
  const out: StreamOut = {
    closed: closing.signal,
    actor: () => Promise.resolve(actor),
    write(text) {
      const kind = /^event: (.*)$/m.exec(text)?.[1];
      if (kind !== undefined) ear.hear(kind);
      return Promise.resolve();
    },
  };
  const pumping = answer.pump(out);
  return {
    ...ear,
    async close() {
      closing.abort();
      await pumping;
    },
  };
}

const tell = (ctx: Context, kind: string) => transact(ctx, (tx) => announce(tx, { kind }));

test('what happens in one turn is told to the other processes at once, without an echo', async () => {
  const sent: string[] = [];
  const bus = makeBus({ send: (text) => sent.push(text), receive: () => undefined });
  for (const worker of ['jobs', 'jobs', 'outbox']) bus.wake(worker);
  bus.publish({ id: 'event_2', userId: 'me' });
  bus.publish({ id: 'event_1', userId: null });
  expect(sent).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  bus.wake('jobs');
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([
    { workers: ['jobs', 'outbox'], oldestEvent: 'event_1' },
    { workers: ['jobs'] },
  ]);
});

onDatabase('postgres', ({ withStore }) => {
  test('workers and pages of every process hear what one has committed', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const other = await open();
        const woken = makeEar<string>();
        const told = makeEar<EventHint>();
        for (const each of [ctx, other.ctx]) {
          const name = each === ctx ? 'here' : 'there';
          each.bus.onWake('jobs', () => woken.hear(name));
        }
        other.ctx.bus.subscribe(told.hear);
        await transact(ctx, async (tx) => {
          await intend(tx, { kind: 'note', payload: {} });
          await announce(tx, { kind: 'offer', userId: 'me' });
        });
        await woken.until((heard) => heard.includes('there'));
        await told.until((heard) => heard.length === 1);
        expect(woken.heard).toEqual(['here', 'there']);
        const { id } = await ctx.db.selectFrom('liveEvent').select('id').executeTakeFirstOrThrow();
        expect(told.heard).toEqual([{ id, userId: null }]);
      },
      { migrations },
    ));

  test('a process that ends has told what it committed last', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const woken = makeEar<string>();
        ctx.bus.onWake('jobs', () => woken.hear('jobs'));
        const command = await open();
        await transact(command.ctx, (tx) => intend(tx, { kind: 'note', payload: {} }));
        await command.close();
        await woken.until((heard) => heard.length > 0);
      },
      { migrations },
    ));

  test('a connection that was lost is opened again, and whatever was missed is looked for', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const other = await open();
        const woken = makeEar<string>();
        for (const each of [ctx, other.ctx]) each.bus.onWake('jobs', () => woken.hear(each === ctx ? 'here' : 'there'));
        const { rows } = await sql<{ ended: number }>`
          select pg_terminate_backend(pid) as ended from pg_stat_activity
          where application_name = ${basename(ctx.config.dataFolder)} and query like 'listen %'`.execute(ctx.db);
        expect(rows).toHaveLength(2);
        await woken.until((heard) => heard.includes('here') && heard.includes('there'));
        woken.heard.length = 0;
        await transact(ctx, (tx) => intend(tx, { kind: 'note', payload: {} }));
        await woken.until((heard) => heard.includes('there'));
      },
      { migrations },
    ));

  test('an event that another process commits late reaches a page that has seen younger ones, once', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const other = await open();
        const page = await openPage(ctx, 'me');
        let commit = () => {};
        const may = new Promise<void>((resolve) => (commit = resolve));
        let wrote = () => {};
        const written = new Promise<void>((resolve) => (wrote = resolve));
        const late = transact(other.ctx, async (tx) => {
          await announce(tx, { kind: 'late' });
          wrote();
          await may;
        });
        await written;
        await tell(ctx, 'young');
        await page.until((heard) => heard.includes('young'));
        commit();
        await late;
        await page.until((heard) => heard.includes('late'));
        await tell(other.ctx, 'last');
        await page.until((heard) => heard.includes('last'));
        expect(page.heard).toEqual(['young', 'late', 'last']);
        await page.close();
      },
      { migrations },
    ));
});
