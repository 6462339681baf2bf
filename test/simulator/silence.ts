import type { Cut } from './network.ts';
import type { Random } from './random.ts';
import { topologies, type Topology } from './template.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** No message lives longer. */
const longestLife = 14 * day;

/** Somebody is not heard for longer than any message lives. Times in milliseconds from the beginning of a run. */
export interface Silence {
  /**
   * Two do not hear each other; one hears the other, but is not heard; what one says is heard, but no answer comes back: all of it had
   * its effect, and dies; one is off.
   */
  readonly kind: 'parted' | 'mute' | 'unanswered' | 'off';
  readonly one: string;
  readonly other: string;
  readonly from: number;
  readonly until: number;
  /** When the last fault is over. */
  readonly ends: number;
  /** What people do meanwhile, on average in how many milliseconds. */
  readonly pace: number;
  /** What administrators send again of the messages that died. */
  readonly replays: 'none' | 'some' | 'all';
}

interface Scene {
  readonly topology: Topology;
  /** How long people are busy before, in milliseconds. */
  readonly lasts: number;
}

/** A silence begins while people are busy; what they say in its first hours dies, what they say in its last ones arrives. */
export function drawSilence(random: Random, { topology, lasts }: Scene): Silence {
  const [first, second] = (random.chance(0.3) && topologies[topology][1]) || topologies[topology][0];
  const [one, other] = random.chance(0.5) ? [first, second] : [second, first];
  const from = random.between(Math.floor(lasts / 4), Math.floor((lasts * 2) / 3));
  const until = lasts + longestLife + random.between(0, 2 * day);
  return {
    kind: random.pick(['parted', 'mute', 'mute', 'unanswered', 'unanswered', 'off'] as const),
    ...{ one, other, from, until },
    ends: until + random.between(60, 240) * minute,
    pace: longestLife / random.between(1, 12),
    replays: random.pick(['none', 'some', 'some', 'all', 'all', 'all'] as const),
  };
}

/** What becomes of what is said, as long as it lasts. */
export function silenceOf(
  silence: Silence | undefined,
  [from, to]: readonly [string, string],
  at: number,
): Cut | undefined {
  if (!silence || !isAt(silence, at)) return undefined;
  const { kind, one, other } = silence;
  const isSaid = from === one && to === other;
  const isBack = from === other && to === one;
  if (kind === 'parted') return isSaid || isBack ? 'lost' : undefined;
  if (kind === 'mute') return isSaid ? 'lost' : undefined;
  return kind === 'unanswered' && isSaid ? 'answer-lost' : undefined;
}

/** How long somebody who dies now stays away; undefined: no longer than usual. */
export const awayFor = (silence: Silence | undefined, name: string, at: number): number | undefined =>
  silence?.kind === 'off' && silence.one === name && isAt(silence, at) ? silence.until - at : undefined;

export const isAt = ({ from, until }: Silence, at: number): boolean => from <= at && at < until;
