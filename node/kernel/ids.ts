import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** The only source of ids and randomness. */
export interface Ids {
  /** `prefix_` and 26 characters that sort by time, strictly ascending within a process. Not a secret. */
  make(prefix: string): string;
  /** A UUID version 7, ascending within a process. */
  uuid(): string;
  /** Cryptographically strong bytes (unless a test wired others). */
  random(bytes: number): Buffer;
}

/** Crockford's base 32: no I, L, O, U; sorts as the number does. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const HALF = 2 ** 40;

/** Time and an 80-bit tail in two halves; the tail is drawn anew every millisecond and counts up within one. */
interface Tick {
  time: number;
  high: number;
  low: number;
}

export function makeIds(clock: Clock, random: (bytes: number) => Buffer = randomBytes): Ids {
  const last: Tick = { time: -1, high: 0, low: 0 };
  const next = () => {
    const now = clock.now();
    if (now > last.time) {
      const tail = random(10);
      last.time = now;
      // The top bit stays free, so that counting up within the millisecond never overflows.
      last.high = tail.readUIntBE(0, 5) % (HALF / 2);
      last.low = tail.readUIntBE(5, 5);
    } else if (++last.low === HALF) {
      last.low = 0;
      last.high++;
    }
    return last;
  };
  return {
    make: (prefix) => writeId(prefix, next()),
    uuid: () => writeUuid(next()),
    random,
  };
}

/** The same in an order of which each is equally likely. */
export function shuffle<T>({ random }: Pick<Ids, 'random'>, list: readonly T[]): T[] {
  const shuffled = [...list];
  for (let left = shuffled.length; left > 1; left--) {
    const drawn = random(4).readUInt32BE() % left;
    [shuffled[left - 1], shuffled[drawn]] = [shuffled[drawn] as T, shuffled[left - 1] as T];
  }
  return shuffled;
}

/** The smallest id of this prefix at or after a time: a bound for queries over ids that sort by time. */
export const earliestId = (prefix: string, time: number) => writeId(prefix, { time, high: 0, low: 0 });

const writeId = (prefix: string, { time, high, low }: Tick) =>
  `${prefix}_${base32(time, 10)}${base32(high, 8)}${base32(low, 8)}`;

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value, digit = 0; digit < length; digit++) {
    text = (DIGITS[rest % 32] as string) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function writeUuid({ time, high, low }: Tick): string {
  // 74 of the 80 bits fit: 12 after the version, 22 and 40 after the variant.
  const first = Math.floor(high / 2 ** 22) % 2 ** 12;
  const second = high % 2 ** 22;
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
  const variant = hex(0x8000 + Math.floor(second / 2 ** 8), 4);
  const rest = hex(second % 2 ** 8, 2) + hex(low, 10);
  const stamp = hex(time, 12);
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${hex(first, 3)}-${variant}-${rest}`;
}
