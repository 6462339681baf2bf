import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideDisclosure } from '../../node/disclosure/decide-disclosure.ts';
import { checkLead, getField, leadFields, omitFields } from '../../protocol/index.ts';
import { anyLead } from '../protocol/arbitraries.ts';
import { everyField, secretsOf } from './canaries.ts';
import { anyMode, anyPolicies, reseller } from './policies.ts';

const anyRecipient = fc.constantFrom(
  reseller,
  { kind: 'peer', id: 'other.example' } as const,
  { kind: 'user', id: 'user_1' } as const,
);
const baseOf = (path: string) => (path.startsWith('fields.') ? 'fields' : path);

describe('whatever the policies', () => {
  it('no value of a withheld or never field occurs in the offer, nor of a never field in the release', () => {
    fc.assert(
      fc.property(anyPolicies, anyRecipient, anyMode, (policies, recipient, mode) => {
        const plan = decideDisclosure(everyField, policies, recipient, mode);
        const offered = JSON.stringify(plan.offered);
        const hidden = [...plan.withheldFields, ...plan.neverFields].filter((path) => !path.startsWith('fields.'));
        for (const secret of hidden.filter((path) => !plan.maskedFields.includes(path)).flatMap(secretsOf))
          expect(offered).not.toContain(secret);
        for (const secret of plan.neverFields.filter((path) => path !== 'fields').flatMap(secretsOf))
          expect(JSON.stringify(plan.released)).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it('what is offered does not depend on the fields that are withheld, unless a condition says so', () => {
    fc.assert(
      fc.property(anyLead, anyPolicies, anyMode, (lead, any, mode) => {
        const policies = any.map(({ condition: _condition, ...policy }) => policy);
        const plan = decideDisclosure(lead, policies, reseller, mode);
        const hidden = [...plan.withheldFields, ...plan.neverFields].filter(
          (path) => !path.startsWith('fields.') && !plan.maskedFields.includes(path),
        );
        const without = decideDisclosure(omitFields(lead, hidden), policies, reseller, mode);
        expect(without.offered).toEqual(plan.offered);
        const { offered: _1, released: _2, ...lists } = plan;
        expect(without).toMatchObject(lists);
      }),
      { numRuns: 300 },
    );
  });

  it('every field is shown whole, in part, withheld or never shown, and what is shown is the lead’s own', () => {
    fc.assert(
      fc.property(anyLead, anyPolicies, anyMode, (lead, policies, mode) => {
        const plan = decideDisclosure(lead, policies, reseller, mode);
        const listed = [...plan.withheldFields, ...plan.maskedFields, ...plan.neverFields];
        for (const { path } of leadFields) {
          const masked = plan.maskedFields.includes(path);
          if (!listed.map(baseOf).includes(path)) expect(getField(plan.offered, path)).toEqual(getField(lead, path));
          if (!masked && listed.includes(path)) expect(getField(plan.offered, path)).toBeUndefined();
        }
        expect(plan.withheldFields.filter((path) => plan.neverFields.includes(path))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('both parts are lead documents still', () => {
    fc.assert(
      fc.property(anyLead, anyPolicies, anyMode, (lead, policies, mode) => {
        const { offered, released } = decideDisclosure(checkLead(lead), policies, reseller, mode);
        expect(checkLead(offered)).toEqual(offered);
        expect(checkLead(released)).toEqual(released);
      }),
      { numRuns: 300 },
    );
  });

  it('a release holds whatever the offer showed plainly', () => {
    fc.assert(
      fc.property(anyLead, anyPolicies, anyMode, (lead, policies, mode) => {
        const { offered, released, maskedFields } = decideDisclosure(lead, policies, reseller, mode);
        for (const { path } of leadFields) {
          const shown = getField(offered, path);
          if (shown !== undefined && !maskedFields.includes(path)) expect(getField(released, path)).toEqual(shown);
        }
      }),
      { numRuns: 300 },
    );
  });
});
