import type { AgreementTerms } from '../../../protocol/index.ts';
import type { Agreement, Side } from '../store/agreements.ts';

export const agreementStates = ['proposed', 'active', 'superseded', 'ended', 'refused'] as const;
export type AgreementState = (typeof agreementStates)[number];

/** What decides whether a version holds. */
export type Standing = Pick<
  Agreement,
  'digest' | 'proposedBy' | 'acceptedAt' | 'settledAt' | 'endsAt' | 'refusedFor'
> & { readonly terms: Pick<AgreementTerms, 'validFrom' | 'validUntil' | 'offers'> };

/** Whether `side` offers leads under these terms. */
function mayOfferUnder({ terms: { offers }, proposedBy }: Standing, side: Side): boolean {
  return offers === 'both' || (offers === 'proposer') === (proposedBy === side);
}

const beginsAt = ({ terms }: Standing) => Date.parse(terms.validFrom);
/** Whether its time is over: ended by a side, or at the end that was agreed. */
export const isOver = ({ endsAt, terms: { validUntil } }: Standing, now: number) =>
  (endsAt !== null && endsAt <= now) || (validUntil !== undefined && Date.parse(validUntil) <= now);

/** It took effect, if only for a while: what ended before it began replaces nothing. */
const hasBegun = (version: Standing, now: number) =>
  version.acceptedAt !== null &&
  beginsAt(version) <= now &&
  !(version.endsAt !== null && version.endsAt < beginsAt(version));

/** Later by what both sides signed: the same on both, whatever order they heard it in (LX-167). */
const isLater = (one: Standing, other: Standing) =>
  beginsAt(one) === beginsAt(other) ? one.digest > other.digest : beginsAt(one) > beginsAt(other);

/** The version that began last of those under which `side` offers leads, whether it is over or not. */
export const decideLatest = <V extends Standing>(accepted: readonly V[], side: Side, now: number): V | undefined =>
  accepted
    .filter((version) => mayOfferUnder(version, side) && hasBegun(version, now))
    .reduce<V | undefined>((best, version) => (best && isLater(best, version) ? best : version), undefined);

/**
 * The one version under which `side` offers leads now, undefined when none does: the latest that began. That it ended
 * brings no earlier one back.
 */
export function decideInForce<V extends Standing>(accepted: readonly V[], side: Side, now: number): V | undefined {
  const latest = decideLatest(accepted, side, now);
  return latest && !isOver(latest, now) ? latest : undefined;
}

/** Whether a later version took over everything this one was for. */
function isSuperseded(version: Standing, accepted: readonly Standing[], now: number): boolean {
  const sides = (['us', 'them'] as const).filter((side) => mayOfferUnder(version, side));
  return sides.every((side) =>
    accepted.some((other) => mayOfferUnder(other, side) && hasBegun(other, now) && isLater(other, version)),
  );
}

/** How a version stands: made of what was signed, so that the order in which it arrived makes no difference. */
export function decideState(version: Standing, accepted: readonly Standing[], now: number): AgreementState {
  if (version.acceptedAt === null)
    return version.endsAt !== null || version.refusedFor !== null ? 'refused' : 'proposed';
  if (isOver(version, now)) return 'ended';
  return isSuperseded(version, accepted, now) ? 'superseded' : 'active';
}

interface Times {
  /** Epoch milliseconds. */
  readonly now: number;
  /** When the Offer was signed, by its sender's clock. */
  readonly createdAt: number;
  /** How far two clocks may differ, in milliseconds. */
  readonly skew: number;
}

/**
 * Why an Offer of the partner cannot come under this version, undefined when it can. A later version counts against it only if
 * the Offer was signed after both knew that one.
 */
export function decideOfferUnder(
  version: Standing,
  accepted: readonly Standing[],
  { now, createdAt, skew }: Times,
): 'agreement-unknown' | 'agreement-ended' | undefined {
  if (version.acceptedAt === null || !mayOfferUnder(version, 'them')) return 'agreement-unknown';
  if (beginsAt(version) > now + skew) return 'agreement-unknown';
  if (isOver(version, now)) return 'agreement-ended';
  const known = accepted.filter(({ settledAt }) => settledAt !== null && settledAt + skew < createdAt);
  const latest = decideInForce([...known, version], 'them', Math.max(createdAt - skew, beginsAt(version)));
  return latest?.digest === version.digest ? undefined : 'agreement-ended';
}
