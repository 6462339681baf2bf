import type { AgreementCaps } from '../../../protocol/index.ts';

export const caps = ['releases-per-day', 'open-leads', 'return-percent'] as const;
export type Cap = (typeof caps)[number];

/** What was counted of the leads released to one partner. */
export interface Counted {
  /** Releases in the last 24 hours. */
  readonly releases: number;
  /** Released leads without an end. */
  readonly open: number;
  /** Of the last hundred releases those that came back. */
  readonly returned: number;
}

/** Which cap leaves no room for another lead, undefined when all do; returned leads may reach their cap, not pass it. */
export function decideCap(limits: AgreementCaps | undefined, counted: Counted): Cap | undefined {
  const { releasesPerDay, openLeads, returnPercent } = limits ?? {};
  if (releasesPerDay !== undefined && counted.releases >= releasesPerDay) return 'releases-per-day';
  if (openLeads !== undefined && counted.open >= openLeads) return 'open-leads';
  if (returnPercent !== undefined && counted.returned > returnPercent) return 'return-percent';
  return undefined;
}

/** Whether this very count is the first at which the cap leaves no room: both sides tell their people once. */
export function hasJustReached(cap: Cap, limits: AgreementCaps, counted: Counted): boolean {
  if (cap === 'releases-per-day') return counted.releases === limits.releasesPerDay;
  if (cap === 'open-leads') return counted.open === limits.openLeads;
  return counted.returned === (limits.returnPercent ?? 0) + 1;
}
