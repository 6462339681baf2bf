import type { Clock } from '../../node/kernel/clock.ts';

/** A clock that stands still until a test moves it; it never calls back, tests settle by hand. */
export interface FakeClock extends Clock {
  /** Milliseconds, or a number with a unit: `90s`, `15m`, `49h`, `7d`. */
  advance(duration: number | string): void;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function makeFakeClock(start = Date.UTC(2026, 4, 4, 9)): FakeClock {
  let now = start;
  return {
    now: () => now,
    after: () => () => undefined,
    advance(duration) {
      now += typeof duration === 'number' ? duration : readDuration(duration);
    },
  };
}

function readDuration(text: string): number {
  const [, amount, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const length = units[unit];
  if (length === undefined) throw new Error(`Not a duration: ${text}`);
  return Number(amount) * length;
}

/** A fake clock that calls back as soon as it is moved far enough. */
export function makeRingingClock(start?: number): FakeClock {
  const { now, advance } = makeFakeClock(start);
  const waiting = new Set<{ readonly at: number; readonly call: () => void }>();
  return {
    now,
    after(milliseconds, call) {
      const alarm = { at: now() + milliseconds, call };
      waiting.add(alarm);
      return () => void waiting.delete(alarm);
    },
    advance(duration) {
      advance(duration);
      for (const alarm of waiting) if (alarm.at <= now() && waiting.delete(alarm)) alarm.call();
    },
  };
}
