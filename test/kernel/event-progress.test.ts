import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forget, lookBack, lookFrom, noteSent, startAt, takeLook } from '../../node/kernel/event-progress.ts';
import { earliestId } from '../../node/kernel/ids.ts';

const seconds = (count: number) => earliestId('event', 1_800_000_000_000 + count * 1_000);
const now = (count: number) => 1_800_000_000_000 + count * 1_000;

/** What a page reads of the committed rows, and sends. */
function read(progress: ReturnType<typeof startAt>, rows: Iterable<string>): string[] {
  const afterId = takeLook(progress);
  return [...rows].sort().filter((id) => id > afterId && noteSent(progress, id)); // prettier-ignore
}

test('a page reads on after the newest event, and from a late one when it hears of it', () => {
  const progress = startAt(seconds(0));
  expect(read(progress, [seconds(-1), seconds(0), seconds(1), seconds(3)])).toEqual([seconds(1), seconds(3)]);
  expect(takeLook(progress)).toBe(seconds(3));
  lookFrom(progress, seconds(2));
  expect(read(progress, [seconds(1), seconds(2), seconds(3)])).toEqual([seconds(2)]);
  lookFrom(progress, seconds(-1));
  expect(takeLook(progress)).toBe(seconds(0));
});

test('without a hint it looks back as far as transactions last, and forgets what is older', () => {
  const progress = startAt(seconds(0));
  read(progress, [seconds(1), seconds(60)]);
  lookBack(progress, now(65), 20_000);
  expect(read(progress, [seconds(40), seconds(60)])).toEqual([seconds(40)]);
  expect([...progress.sent]).toEqual([seconds(1), seconds(60), seconds(40)]);
  forget(progress, now(65), 20_000);
  expect([...progress.sent]).toEqual([seconds(60), seconds(40)]);
});

test('whatever the order of commits, every event is sent once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 40 }), (order) => {
      const progress = startAt(seconds(0));
      const committed: string[] = [];
      const sent = order.flatMap((number) => {
        const id = earliestId('event', now(0) + number);
        committed.push(id);
        lookFrom(progress, id);
        return read(progress, committed);
      });
      expect(sent).toEqual(committed);
    }),
  );
});
