import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planFrame, type Candidate } from '../../node/federation/sending/plan-frame.ts';

const message = (name: string, bytes = 10, dueAt = 0): Candidate => ({
  messageId: name,
  conversationId: name.slice(0, 1),
  seq: Number(name.slice(1)),
  bytes,
  dueAt,
});
const room = { messages: 100, bytes: 10_000, now: 5 };
const ids = (planned: readonly Candidate[]) => planned.map(({ messageId }) => messageId);

it('puts behind the first of a conversation what waits for it', () => {
  expect(ids(planFrame([message('b1'), message('a1')], [message('a2'), message('b2'), message('b3')], room))).toEqual(
    ['b1', 'b2', 'b3', 'a1', 'a2'],
  ); // prettier-ignore
});

it('ends a conversation at what is not due yet, or does not fit', () => {
  expect(ids(planFrame([message('a1')], [message('a2', 10, 6), message('a3')], room))).toEqual(['a1']);
  expect(ids(planFrame([message('a1')], [message('a2', 9_990), message('a3')], room))).toEqual(['a1']);
  expect(ids(planFrame([message('a1'), message('b1')], [], { ...room, bytes: 20 }))).toEqual(['a1']);
});

it('keeps the order of a conversation of which several may leave', () => {
  expect(ids(planFrame([message('a4'), message('a1')], [message('a2'), message('a3')], room))).toEqual(
    ['a1', 'a2', 'a3', 'a4'],
  ); // prettier-ignore
  expect(ids(planFrame([message('a4'), message('a1')], [message('a2', 10, 6), message('a3')], room))).toEqual(
    ['a1', 'a4'],
  ); // prettier-ignore
});

it('never leaves out one message and takes a later one of its conversation', () => {
  const conversations = fc.array(fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 6 }), { maxLength: 5 }); // prettier-ignore
  fc.assert(
    fc.property(conversations, fc.nat(20), fc.nat(400), (all, messages, bytes) => {
      const rows = all.map((one, c) => one.map(([size, due], n) => message(`${'abcde'[c] ?? ''}${n + 1}`, size, due)));
      const firsts = rows.flatMap(([first]) => (first && first.dueAt <= 5 ? [first] : []));
      const planned = planFrame(firsts, rows.flatMap((one) => one.slice(1)), { messages, bytes, now: 5 }); // prettier-ignore
      expect(planned.length).toBeLessThanOrEqual(messages);
      expect(planned.reduce((sum, each) => sum + each.bytes + 4, 0)).toBeLessThanOrEqual(bytes);
      for (const one of rows) {
        const mine = planned.filter(({ conversationId }) => conversationId === one[0]?.conversationId);
        expect(ids(mine)).toEqual(ids(one.slice(0, mine.length)));
      }
    }),
  );
});
