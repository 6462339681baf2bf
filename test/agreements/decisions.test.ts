import { describe, expect, it } from 'vitest';
import { decideCap } from '../../node/federation/agreements/decide-cap.ts';
import { mayPassOn } from '../../node/federation/agreements/decide-onward.ts';
import type { AgreementTerms } from '../../protocol/index.ts';

const terms = (purposes: string[], onward: AgreementTerms['onward']): AgreementTerms => ({
  ...{ validFrom: new Date(0).toISOString(), offers: 'proposer', purposes, onward },
  ...{ deleteShownHours: 24, retentionDays: 365 },
  feedback: { assignedTo: false, amount: 'none', reason: false, note: false, update: false },
});

describe('passing a lead on', () => {
  it.each([
    ['to anybody, for the same purpose', { to: 'any' }, ['Sale of pumps'], true],
    ['for the same purpose in other letters and spaces', { to: 'any' }, [' sale  of PUMPS '], true],
    ['for one more purpose', { to: 'any' }, ['Sale of pumps', 'advertising'], false],
    ['for a purpose that is named for passing on', { to: 'any', purposes: ['service'] }, ['Service'], true],
    ['for another one than is named for passing on', { to: 'any', purposes: ['service'] }, ['Sale of pumps'], false],
    ['to a node that is listed', { to: 'listed', partners: ['b.example'] }, ['Sale of pumps'], true],
    ['to a node that is not listed', { to: 'listed', partners: ['c.example'] }, ['Sale of pumps'], false],
    ['to nobody', { to: 'none' }, ['Sale of pumps'], false],
  ] as const)('%s', (_, onward, purposes, may) => {
    const from = terms(['Sale of pumps'], structuredClone(onward) as unknown as AgreementTerms['onward']);
    const under = terms([...purposes], { to: 'none' });
    expect(mayPassOn({ from, under, to: 'b.example' })).toBe(may);
  });
});

describe('a cap', () => {
  it.each([
    [{ releasesPerDay: 2 }, { releases: 1 }, undefined],
    [{ releasesPerDay: 2 }, { releases: 2 }, 'releases-per-day'],
    [{ openLeads: 2 }, { open: 1 }, undefined],
    [{ openLeads: 2 }, { open: 2 }, 'open-leads'],
    [{ returnPercent: 2 }, { returned: 2 }, undefined],
    [{ returnPercent: 2 }, { returned: 3 }, 'return-percent'],
  ] as const)('of %j with %j counted: %s', (limits, counted, reason) => {
    expect(decideCap(limits, { releases: 0, open: 0, returned: 0, ...counted })).toBe(reason);
  });
});
