import { expect, test } from 'vitest';
import { transact, type Context } from '../../node/kernel/context.ts';
import { trimIdempotencyKeys, withIdempotency } from '../../node/kernel/idempotency.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import { migrations } from './tables.ts';

const request = { scope: 'leads:user_1', key: 'k', digest: 'd' };

/** Adds one to the counter `id` and answers with what it is then, under an idempotency key. */
const count = (ctx: Context, key: Partial<typeof request> = {}) =>
  transact(ctx, (tx) =>
    withIdempotency(tx, { ...request, ...key }, async () => {
      const row = await tx.db
        .insertInto('testCount')
        .values({ id: 'count', value: 1, owner: null })
        .onConflict((on) => on.column('id').doUpdateSet((old) => ({ value: old('testCount.value', '+', 1) })))
        .returning('value')
        .executeTakeFirstOrThrow();
      return { value: row.value, list: ['Ä', null] };
    }),
  );

onEachDatabase(({ withStore }) => {
  test('a repeated key gets the first reply, and the work is done once', () =>
    withStore(
      async ({ ctx }) => {
        const first = { value: 1, list: ['Ä', null] };
        expect([await count(ctx), await count(ctx)]).toEqual([first, first]);
        expect(await Promise.all([count(ctx), count(ctx)])).toEqual([first, first]);
        expect(await count(ctx, { scope: 'leads:user_2' })).toMatchObject({ value: 2 });
        expect(await count(ctx, { key: 'other' })).toMatchObject({ value: 3 });
      },
      { migrations },
    ));

  test('two processes with the same key at once do the work once', () =>
    withStore(
      async ({ ctx }, { open }) => {
        const other = await open();
        const replies = await Promise.all([count(ctx), count(other.ctx), count(ctx), count(other.ctx)]);
        expect(replies.map((reply) => reply.value)).toEqual([1, 1, 1, 1]);
      },
      { migrations },
    ));

  test('the key with another request is a conflict and changes nothing', () =>
    withStore(
      async ({ ctx }) => {
        await count(ctx);
        await expect(count(ctx, { digest: 'other' })).rejects.toMatchObject({
          code: 'idempotency-conflict',
          status: 409,
        });
        expect(await count(ctx)).toMatchObject({ value: 1 });
      },
      { migrations },
    ));

  test('work that failed may be tried again with the same key', () =>
    withStore(
      async ({ ctx }) => {
        const failing = transact(ctx, (tx) =>
          withIdempotency(tx, request, () => Promise.reject(new Error('on purpose'))),
        );
        await expect(failing).rejects.toThrow('on purpose');
        expect(await count(ctx)).toMatchObject({ value: 1 });
      },
      { migrations },
    ));

  test('after 48 hours the key is free again, and trimmed', () => {
    const clock = makeFakeClock();
    return withStore(
      async ({ ctx }) => {
        await count(ctx);
        clock.advance('48h');
        expect(await count(ctx, { digest: 'other' })).toMatchObject({ value: 2 });
        expect(await transact(ctx, trimIdempotencyKeys)).toBe(0);
        clock.advance('48h');
        expect(await transact(ctx, trimIdempotencyKeys)).toBe(1);
      },
      { migrations, clock },
    );
  });
});
