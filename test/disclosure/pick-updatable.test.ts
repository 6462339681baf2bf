import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideDisclosure } from '../../node/disclosure/decide-disclosure.ts';
import type { FieldPolicy } from '../../node/disclosure/decide-field.ts';
import { pickUpdatable } from '../../node/disclosure/pick-updatable.ts';
import { getField, leadFields, type Lead } from '../../protocol/index.ts';
import { anyLead } from '../protocol/arbitraries.ts';
import { anyMode, anyPolicies, reseller, rule } from './policies.ts';

const told = { ...reseller, mode: 'grab' } as const;
const lead: Lead = {
  contact: { givenName: 'Ada', emails: [{ value: 'ada@acme.example' }], phones: [{ value: 'ask Mary' }] },
  fields: [
    { name: 'Roof area', type: 'text', value: '120' },
    { name: 'Budget code', type: 'text', value: 'B-7' },
  ],
};
const pick = (paths: string[], ...policies: FieldPolicy[]) => pickUpdatable(lead, paths, policies, told);
const updated = { stage: 'updated' } as const;

describe('what an update to a partner may carry', () => {
  it('is what the release showed, unless a policy for updates says less', () => {
    expect(pick(['contact.givenName'])).toEqual({
      fields: ['contact.givenName'],
      lead: { contact: { givenName: 'Ada' } },
    });
    expect(pick(['contact.givenName'], rule('contact.givenName', 'never', updated))).toBeUndefined();
    expect(pick(['contact.givenName', 'account.name'], rule('contact.givenName', 'withhold', updated))).toEqual({
      fields: ['account.name'],
      lead: {},
    });
    expect(pick(['contact.emails'], rule('contact.emails', 'mask', updated))?.lead).toEqual({
      contact: { emails: [{ value: '***@acme.example' }] },
    });
  });

  it('never is what the release kept back', () => {
    expect(
      pick(['contact.givenName'], rule('contact.givenName', 'never'), rule('contact.givenName', 'show', updated)),
    ).toBe(undefined);
    expect(pick(['fields'])).toBeUndefined();
  });

  it('names a field that lost its value, not one whose mask can show nothing', () => {
    expect(pick(['contact.familyName'])).toEqual({ fields: ['contact.familyName'], lead: {} });
    expect(pick(['contact.phones'], rule('contact.phones', 'mask', updated))).toBeUndefined();
  });

  it('says nothing of custom fields that are kept back, not even that one changed', () => {
    const roof = rule('fields.roof AREA', 'show');
    expect(pick(['fields.Budget code'], roof)).toBeUndefined();
    expect(pick(['fields.Roof area'], roof)).toEqual({ fields: ['fields'], lead: { fields: [lead.fields?.[0]] } });
  });

  it('depends on the lead as it is now, where policies have conditions', () => {
    const german = { field: 'contact.address.country', op: 'equals', value: 'DE' } as const;
    const policy = rule('contact.givenName', 'never', { ...updated, condition: german });
    const inDe: Lead = { contact: { givenName: 'Ada', address: { country: 'DE' } } };
    expect(pickUpdatable(lead, ['contact.givenName'], [policy], told)).toBeDefined();
    expect(pickUpdatable(inDe, ['contact.givenName'], [policy], told)).toBeUndefined();
  });

  it('holds no value that the release would not have held, whatever the policies', () => {
    const paths = leadFields.map(({ path }) => path);
    fc.assert(
      fc.property(anyLead, anyPolicies, anyMode, (any, policies, mode) => {
        const part = pickUpdatable(any, paths, policies, { ...reseller, mode });
        const { released } = decideDisclosure(any, policies, reseller, mode);
        for (const path of paths) {
          const value = getField(part?.lead ?? {}, path);
          if (value === undefined) continue;
          expect(part?.fields).toContain(path);
          expect(getField(released, path)).toBeDefined();
        }
      }),
      { numRuns: 200 },
    );
  });
});
