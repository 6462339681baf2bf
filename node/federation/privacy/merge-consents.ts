import { clockSkewMs, type Consent } from '../../../protocol/index.ts';
import { when } from '../../kernel/times.ts';
import { isWithdrawn } from '../restoration/erasures-file.ts';

/** A lead holds no more decisions than so many. */
const mostConsents = 20;

interface Times {
  readonly now: number;
  /** Since when the lead is here: a refusal without a time is as old. */
  readonly since: number;
}

interface Hearing extends Times {
  /** When the person said so, as the message tells. */
  readonly at: string;
  /** Whether this side may tell that a consent was given; what takes one away always counts. */
  readonly mayGrant: boolean;
}

/**
 * What a person decided, when the other side tells its decisions, too: of each purpose the latest counts, of two at the same time
 * the one that takes away; a purpose that is not named stays as it is (LX-153). Both sides come to the same in whatever order they
 * hear of each other.
 */
export function mergeConsents(
  known: readonly Consent[],
  heard: readonly Consent[],
  hearing: Hearing,
): readonly Consent[] {
  const standing = new Map<string, Consent>();
  for (const consent of known) {
    const other = standing.get(consent.purpose);
    if (!other || isLater(consent, other, hearing)) standing.set(consent.purpose, consent);
  }
  const taken = new Map<string, Consent>();
  for (const consent of heard.map((each) => dated(each, hearing))) {
    const other = taken.get(consent.purpose) ?? standing.get(consent.purpose);
    const may = hearing.mayGrant || isWithdrawn(consent);
    if (may && (!other || isLater(consent, other, hearing))) taken.set(consent.purpose, consent);
  }
  if (taken.size === 0) return known;
  const named = [...new Set(heard.map(({ purpose }) => purpose))].flatMap(
    (purpose) => taken.get(purpose) ?? standing.get(purpose) ?? [],
  );
  const others = [...standing.values()].filter(({ purpose }) => !named.some((one) => one.purpose === purpose));
  return fit([...named, ...others], standing);
}

/**
 * What an Update says of consents: the record as it is on the other side, but for what takes away and is not surely older here:
 * it may be on its way there still (LX-140, LX-153).
 */
export function takeOverConsents(
  known: readonly Consent[],
  told: readonly Consent[],
  times: Times,
): readonly Consent[] {
  const kept = known.filter((one) => {
    const other = told.find(({ purpose }) => purpose === one.purpose);
    return isWithdrawn(one) && (!other || isLater(one, other, times));
  });
  const others = told.filter(({ purpose }) => !kept.some((one) => one.purpose === purpose));
  return fit([...others, ...kept], new Map(kept.map((one) => [one.purpose, one])));
}

/** Whether another decision about the same purpose is known that is surely later than this one: partners would not take it over. */
export function isDecidedSince(known: readonly Consent[], decision: Consent, times: Times): boolean {
  const mine = timeOf(decision, times);
  return known.some(
    (one) => one.purpose === decision.purpose && one.state !== decision.state && timeOf(one, times) > mine,
  );
}

/** Where there are too many, new ones are left out, those first that give a consent: without one nothing is allowed. */
function fit(consents: readonly Consent[], standing: ReadonlyMap<string, Consent>): readonly Consent[] {
  if (consents.length <= mostConsents) return consents;
  const weight = (one: Consent) => (standing.has(one.purpose) ? 0 : isWithdrawn(one) ? 1 : 2);
  return consents.toSorted((one, other) => weight(one) - weight(other)).slice(0, mostConsents);
}

/** As it is kept: no time is further in the future than clocks may differ, and what takes away has one. */
function dated(consent: Consent, { at, now }: Hearing): Consent {
  const said = consent.at ?? (isWithdrawn(consent) ? at : undefined);
  if (said === undefined) return consent;
  return { ...consent, at: isFuture(Date.parse(said), now) ? when(now) : said };
}

function isLater(one: Consent, other: Consent, times: Times): boolean {
  const later = timeOf(one, times) - timeOf(other, times);
  // Neither has a time: not a number.
  return later > 0 || (!(later < 0) && ranks[one.state] > ranks[other.state]);
}

/** A consent whose time is unknown, or cannot be, is older than any other. */
function timeOf(consent: Consent, { now, since }: Times): number {
  const time = consent.at === undefined ? undefined : Date.parse(consent.at);
  if (time === undefined) return isWithdrawn(consent) ? Math.min(since, now) : -Infinity;
  if (isFuture(time, now)) return isWithdrawn(consent) ? now : -Infinity;
  return time;
}

/** Both sides keep the same time of a decision, as long as their clocks differ by no more than messages allow. */
const isFuture = (time: number, now: number): boolean => time > now + clockSkewMs;

const ranks = { granted: 0, refused: 1, withdrawn: 2 } as const satisfies Record<Consent['state'], number>;
