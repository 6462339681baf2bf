import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { earliestId, makeIds, shuffle } from '../../node/kernel/ids.ts';
import { makeFakeClock } from '../support/clock.ts';

test('an id is its prefix, 48 bits of time and 80 bits that differ, in Crockford base 32', () => {
  const clock = makeFakeClock(0x0123456789ab);
  const ids = makeIds(clock, (bytes) => Buffer.alloc(bytes, 0xff));
  expect(ids.make('lead')).toBe('lead_014D2PF2DBFZZZZZZZZZZZZZZZ');
  expect(makeIds(clock).make('user')).toMatch(/^user_014D2PF2DB[0-9A-HJKMNP-TV-Z]{16}$/);
});

test('ids of both kinds ascend strictly, also when the clock stands still or goes back', () => {
  const steps = array(integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 200 });
  assert(
    property(steps, (moves) => {
      const clock = makeFakeClock();
      const ids = makeIds(clock);
      let last = { id: '', uuid: '' };
      for (const move of moves) {
        clock.advance(move);
        const next = { id: ids.make('x'), uuid: ids.uuid() };
        expect(next.id > last.id && next.uuid > last.uuid).toBe(true);
        last = next;
      }
    }),
  );
});

test('counting up carries from the lower half into the upper', () => {
  const bytes = Buffer.from('00000000000ffffffffe', 'hex');
  bytes.fill(0xff, 5);
  const ids = makeIds(makeFakeClock(), () => bytes);
  const [first, second] = [ids.make('x'), ids.make('x')];
  expect([first.slice(-16), second.slice(-16)]).toEqual(['00000000ZZZZZZZZ', '0000000100000000']);
});

test('the earliest id of a time parts the ids before it from those at it', () => {
  const clock = makeFakeClock();
  const ids = makeIds(clock);
  const before = ids.make('event');
  clock.advance(1);
  const bound = earliestId('event', clock.now());
  expect(before < bound && bound <= ids.make('event')).toBe(true);
});

test('a UUID is of version 7 and tells its time', () => {
  const uuid = makeIds(makeFakeClock(0x0123456789ab)).uuid();
  expect(uuid).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('random bytes are as many as asked for, and others each time', () => {
  const ids = makeIds(makeFakeClock());
  expect(ids.random(32)).toHaveLength(32);
  expect(ids.random(32).equals(ids.random(32))).toBe(false);
});

test('shuffles into every order about equally often, and draws nothing where there is nothing to order', () => {
  const ids = makeIds(makeFakeClock());
  const seen = new Map<string, number>();
  for (let draw = 0; draw < 6_000; draw++) {
    const order = shuffle(ids, ['a', 'b', 'c']).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  // A thousand each, within more than six standard deviations.
  for (const [order, times] of seen) expect(Math.abs(times - 1_000), order).toBeLessThan(185);
  const fixed = makeIds(makeFakeClock(), () => {
    throw new Error('drawn');
  });
  expect([shuffle(fixed, []), shuffle(fixed, ['a'])]).toEqual([[], ['a']]);
});
