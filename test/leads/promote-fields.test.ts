import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadTitle, promoteFields, searchTerms, searchTokens } from '../../node/leads/promote-fields.ts';
import { anyLead } from '../protocol/arbitraries.ts';

const found = (columns: Parameters<typeof searchTokens>[0], query: string) => {
  const tokens = searchTokens(columns);
  return searchTerms(query).every((term) => tokens.some((token) => token.startsWith(term)));
};
const lead = { contactName: 'José Müller-Łódź', company: 'Acme.com & Söhne GmbH', email: 'j.muller@acme.co.example' };

describe('promoteFields', () => {
  it('takes the columns of lists and rules from the document', () => {
    expect(
      promoteFields({
        contact: {
          givenName: 'Ada',
          familyName: 'Lovelace',
          emails: [{ value: 'Ada@Acme.Example' }, { value: 'other@acme.example' }],
          address: { country: 'GB' },
        },
        account: { name: 'Acme', address: { city: 'Leipzig', region: 'SN', country: 'DE' } },
        source: { kind: 'web-form', campaign: 'Spring' },
      }),
    ).toEqual({
      contactName: 'Ada Lovelace',
      company: 'Acme',
      email: 'ada@acme.example',
      city: 'Leipzig',
      country: 'GB',
      region: 'SN',
      campaign: 'Spring',
      sourceKind: 'web-form',
    });
  });

  it('leaves empty what is not there', () => {
    expect(Object.values(promoteFields({}))).toEqual(Array(8).fill(null));
    expect(promoteFields({ contact: { givenName: 'Ada' } }).contactName).toBe('Ada');
  });

  it('takes any lead', () => {
    fc.assert(fc.property(anyLead, (any) => void searchTokens(promoteFields(any))));
  });
});

it('titles a lead by person and company, as far as they are known', () => {
  expect(leadTitle({ contactName: 'Ada Lovelace', company: 'Acme' })).toBe('Ada Lovelace · Acme');
  expect(leadTitle({ contactName: null, company: 'Acme' })).toBe('Acme');
  expect(leadTitle({ contactName: null, company: null })).toBe('Lead');
});

describe('search', () => {
  it.each([
    'jose',
    'MÜLL',
    'muller',
    'acme sohne',
    'gmbh',
    'j.muller@',
    'acme.co',
    'jos acme',
    'sö',
    '"Acme"',
    'acme.com',
    'acme.',
    'acme.c',
    '',
  ])('finds by “%s”', (query) => expect(found(lead, query)).toBe(true));
  it.each(['ose', 'acme ltd', 'josef', '@acme.org'])('does not find by “%s”', (query) =>
    expect(found(lead, query)).toBe(false),
  );

  it('finds every lead by each of its own words', () => {
    fc.assert(
      fc.property(anyLead, (any) => {
        const columns = promoteFields(any);
        if (searchTokens(columns).length === 16) return;
        const words = (columns.contactName ?? '').split(/\s+/);
        for (const word of words) expect(found({ ...columns, company: null }, word)).toBe(true);
      }),
    );
  });

  it('keeps few and short words of a lead', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3_000 }), fc.string({ maxLength: 3_000 }), (contactName, company) => {
        const tokens = searchTokens({ contactName, company, email: null });
        expect(tokens.length).toBeLessThanOrEqual(16);
        for (const token of tokens) expect(Array.from(token).length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
