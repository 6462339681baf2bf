import { asyncProperty, assert, array, constantFrom, nat, record } from 'fast-check';
import { expect, test } from 'vitest';
import { transact, type Context, type Tx } from '../../node/kernel/context.ts';
import { defaultLimits, makeTransactionQueue } from '../../node/kernel/transaction-queue.ts';
import { onEachDatabase, type DatabaseUnderTest } from '../support/databases.ts';
import { migrations } from './tables.ts';

const insertNote = (tx: Tx, id: string, text = 'x') => tx.db.insertInto('testNote').values({ id, text }).execute();

async function listNotes(ctx: Context): Promise<string[]> {
  const rows = await ctx.db.selectFrom('testNote').select('id').orderBy('id').execute();
  return rows.map((row) => row.id);
}

/** A promise and what resolves it. */
function makeSignal(): { given: Promise<void>; give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}

onEachDatabase((database) => {
  testIsolation(database);
  testAnswers(database);
  testGuards(database);
  testResults(database);
});

function testIsolation({ withStore }: DatabaseUnderTest) {
  test('a callback that fails harms none of its commit, however it fails', () =>
    withStore(
      async ({ ctx }) => {
        let run = 0;
        const endings = {
          returns: () => Promise.resolve(),
          throws: () => Promise.reject(new Error('on purpose')),
          repeatsAKey: (tx: Tx, id: string) => insertNote(tx, id),
          swallowsAnError: (tx: Tx, id: string) => insertNote(tx, id).catch(() => undefined),
          leavesAnOrphanRow: async (tx: Tx, id: string) => {
            await tx.db.insertInto('testChild').values({ id, noteId: 'nobody' }).execute();
            throw new Error('on purpose');
          },
        };
        const ending = constantFrom(...(Object.keys(endings) as (keyof typeof endings)[]));
        const callbacks = array(record({ rows: nat(3), ending }), { minLength: 1, maxLength: 12 });
        await assert(
          asyncProperty(callbacks, async (plans) => {
            run++;
            const ids = plans.map((plan, index) =>
              Array.from({ length: plan.rows + 1 }, (_, n) => `${run}-${index}-${n}`),
            );
            const outcomes = await Promise.allSettled(
              plans.map((plan, index) =>
                transact(ctx, async (tx) => {
                  for (const id of ids[index]!) await insertNote(tx, id);
                  await endings[plan.ending](tx, ids[index]![0]!);
                  return index;
                }),
              ),
            );
            const kept = plans.flatMap((plan, index) => (plan.ending === 'returns' ? ids[index]! : []));
            expect(outcomes.map((outcome) => outcome.status === 'fulfilled')).toEqual(
              plans.map((plan) => plan.ending === 'returns'),
            );
            expect((await listNotes(ctx)).filter((id) => id.startsWith(`${run}-`))).toEqual(kept.sort());
          }),
          { numRuns: 40 },
        );
      },
      { migrations },
    ));

  test('nothing is seen outside before the commit', () =>
    withStore(
      async ({ ctx }) => {
        const seen = await transact(ctx, async (tx) => {
          await insertNote(tx, 'a');
          return [await listNotes(tx), await listNotes(ctx)];
        });
        expect(seen).toEqual([['a'], []]);
        expect(await listNotes(ctx)).toEqual(['a']);
      },
      { migrations },
    ));
}

function testAnswers({ withStore }: DatabaseUnderTest) {
  test('callbacks that wait share one commit and are answered after it, in order', () =>
    withStore(
      async ({ ctx }) => {
        const told: string[] = [];
        await Promise.all(
          ['a', 'b', 'c'].map(async (id) => {
            await transact(ctx, async (tx) => {
              await insertNote(tx, id);
              tx.afterCommit(() => told.push(`hint ${id}`));
              told.push(`${id} sees ${(await listNotes(ctx)).length}`);
            });
            told.push(`answered ${id}`);
          }),
        );
        const works = ['a sees 0', 'b sees 0', 'c sees 0'];
        expect(told).toEqual([...works, ...['a', 'b', 'c'].map((id) => `hint ${id}`), ...told.slice(6)]);
        expect(told.slice(6)).toEqual(['answered a', 'answered b', 'answered c']);
      },
      { migrations, limits: { ...defaultLimits, groupMilliseconds: 10_000 } },
    ));

  test('a group takes no more callbacks than its limit', () =>
    withStore(
      async ({ ctx }) => {
        const ids = ['a', 'b', 'c', 'd', 'e'];
        const seen = ids.map((id) =>
          transact(ctx, async (tx) => {
            await insertNote(tx, id);
            return (await listNotes(ctx)).length;
          }),
        );
        expect(await Promise.all(seen)).toEqual([0, 0, 2, 2, 4]);
      },
      { migrations, limits: { ...defaultLimits, groupCallbacks: 2, groupMilliseconds: 10_000 } },
    ));

  test('a group takes in more where a commit takes long', () =>
    withStore(
      async (store) => {
        const { writerConnection } = store.database;
        const slow = async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          await writerConnection.commit();
        };
        const limits = { ...defaultLimits, groupMilliseconds: 0 };
        const ctx = { ...store.ctx, writer: makeTransactionQueue({ ...writerConnection, commit: slow }, limits) };
        const seen = ['a', 'b', 'c'].map((id) =>
          transact(ctx, async (tx) => {
            await insertNote(tx, id);
            return (await listNotes(store.ctx)).length;
          }),
        );
        expect(await Promise.all(seen)).toEqual([0, 1, 1]);
      },
      { migrations },
    ));

  test('a commit that fails rejects its whole group and runs no hint', () =>
    withStore(
      async ({ ctx }) => {
        const hints: string[] = [];
        const good = transact(ctx, async (tx) => {
          await insertNote(tx, 'a');
          tx.afterCommit(() => hints.push('a'));
        });
        const orphan = transact(ctx, (tx) =>
          tx.db.insertInto('testChild').values({ id: 'o', noteId: 'nobody' }).execute(),
        );
        const outcomes = await Promise.allSettled([good, orphan]);
        expect(outcomes).toMatchObject([{ reason: { code: 'commit-failed' } }, { reason: { code: 'commit-failed' } }]);
        expect([hints, await listNotes(ctx)]).toEqual([[], []]);
        await transact(ctx, (tx) => insertNote(tx, 'b'));
        expect(await listNotes(ctx)).toEqual(['b']);
      },
      { migrations, limits: { ...defaultLimits, groupMilliseconds: 10_000 } },
    ));

  test('a hint that throws takes the answer from nobody', () =>
    withStore(
      async ({ ctx }) => {
        const answer = transact(ctx, async (tx) => {
          await insertNote(tx, 'a');
          tx.afterCommit(() => {
            throw new Error('on purpose');
          });
          return 'answer';
        });
        expect(await answer).toBe('answer');
      },
      { migrations },
    ));
}

function testGuards({ withStore }: DatabaseUnderTest) {
  test('a callback that awaits something else is rolled back in time, alone', () =>
    withStore(
      async ({ ctx }) => {
        const never = new Promise<void>(() => undefined);
        const late = makeSignal();
        let tooLate: Promise<unknown> | undefined;
        const stuck = transact(ctx, async (tx) => {
          await insertNote(tx, 'stuck');
          tooLate = late.given.then(() => insertNote(tx, 'too late'));
          await never;
        });
        const good = transact(ctx, (tx) => insertNote(tx, 'good'));
        await expect(stuck).rejects.toMatchObject({ code: 'transaction-too-long' });
        await good;
        late.give();
        await expect(tooLate).rejects.toMatchObject({ code: 'transaction-ended' });
        expect(await listNotes(ctx)).toEqual(['good']);
      },
      { migrations, limits: { ...defaultLimits, callbackMilliseconds: 300 } },
    ));

  test('a transaction is of no use after its end', () =>
    withStore(
      async ({ ctx }) => {
        let kept: Tx | undefined;
        await transact(ctx, (tx) => Promise.resolve((kept = tx)));
        await expect(insertNote(kept!, 'a')).rejects.toMatchObject({ code: 'transaction-ended' });
        expect(() => kept!.afterCommit(() => undefined)).toThrow(
          expect.objectContaining({ code: 'transaction-ended' }),
        );
      },
      { migrations },
    ));

  test('a transaction inside a transaction is refused at once', () =>
    withStore(
      async ({ ctx }) => {
        const nested = transact(ctx, (tx) => transact(tx, (inner) => insertNote(inner, 'a')));
        await expect(nested).rejects.toMatchObject({ code: 'transaction-nested' });
        const byKysely = transact(ctx, (tx) => tx.db.transaction().execute(() => Promise.resolve()));
        await expect(byKysely).rejects.toThrow('transact(ctx, …) only');
      },
      { migrations },
    ));

  test('nothing is sent inside a transaction, and swallowing that does not help', () =>
    withStore(
      async ({ ctx }) => {
        const sent: string[] = [];
        const open: Context = {
          ...ctx,
          fetch: (url) => Promise.resolve(new Response(String(sent.push(url as string)))),
          mail: { send: ({ to }) => Promise.resolve(void sent.push(to)) },
        };
        const ways = {
          fetch: (tx: Tx) => tx.fetch('https://peer.example/'),
          mail: (tx: Tx) => tx.mail.send({ id: 'm', to: 'a@b.example', subject: '', text: '' }),
        };
        for (const [id, send] of Object.entries(ways)) {
          const swallowed = transact(open, async (tx) => {
            await insertNote(tx, id);
            await send(tx).catch(() => undefined);
          });
          await expect(swallowed).rejects.toMatchObject({ code: 'network-in-transaction' });
        }
        expect({ sent, notes: await listNotes(ctx) }).toEqual({ sent: [], notes: [] });
        await ways.fetch(open as Tx);
        expect(sent).toEqual(['https://peer.example/']);
      },
      { migrations },
    ));

  test('the reading side cannot write', () =>
    withStore(
      async ({ ctx }) => {
        await expect(insertNote(ctx as Tx, 'a')).rejects.toThrow(/read-?only/i);
      },
      { migrations },
    ));

  test('closing finishes what waits and refuses what comes', () =>
    withStore(
      async ({ ctx, database }, { open }) => {
        const waiting = transact(ctx, (tx) => insertNote(tx, 'a'));
        const closed = database.close();
        await expect(transact(ctx, (tx) => insertNote(tx, 'b'))).rejects.toMatchObject({ code: 'stopping' });
        await Promise.all([waiting, closed]);
        const again = await open();
        expect(await listNotes(again.ctx)).toEqual(['a']);
      },
      { migrations },
    ));
}

function testResults({ withStore }: DatabaseUnderTest) {
  test('numbers and conditions come back alike from both databases', () =>
    withStore(
      async ({ ctx }) => {
        const value = 2 ** 52;
        const rows = [
          { id: 'a', value, owner: null },
          { id: 'b', value: 1, owner: 'me' },
        ];
        const inserted = await transact(ctx, (tx) => tx.db.insertInto('testCount').values(rows).executeTakeFirst());
        expect(Number(inserted.numInsertedOrUpdatedRows)).toBe(2);
        const read = await ctx.db
          .selectFrom('testCount')
          .select((count) => [
            count.fn.countAll().as('rows'),
            count.fn.sum('value').as('sum'),
            count.exists(count.selectFrom('testNote').select('id')).as('hasNotes'),
          ])
          .executeTakeFirst();
        expect(read).toEqual({ rows: 2, sum: value + 1, hasNotes: 0 });
        expect(await ctx.db.selectFrom('testCount').selectAll().orderBy('id').execute()).toEqual(rows);
        const changed = await transact(ctx, (tx) =>
          tx.db.updateTable('testCount').set({ value: 2 }).where('id', '=', 'b').returning('value').execute(),
        );
        expect(changed).toEqual([{ value: 2 }]);
      },
      { migrations },
    ));
}
