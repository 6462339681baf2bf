import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskOf, masks, maskValue } from '../../node/disclosure/masks.ts';

describe('by example', () => {
  it.each<[string, unknown, unknown]>([
    ['contact.givenName', 'Ada', 'A***'],
    ['contact.familyName', 'Östberg', 'Ö***'],
    ['contact.familyName', "'t Hooft", 't***'],
    ['contact.givenName', '***', undefined],
    ['contact.fullName', 'Ada King  Lovelace', 'A. K. L.'],
    ['contact.fullName', '—', undefined],
    ['contact.emails', [{ kind: 'work', value: 'ada@acme.example' }], [{ kind: 'work', value: '***@acme.example' }]],
    ['contact.emails', [{ value: 'no address' }], undefined],
    ['contact.phones', [{ kind: 'mobile', value: '+44 20 7946 0958' }], [{ kind: 'mobile', value: '+44 20' }]],
    ['contact.phones', [{ value: '+49 30 901820' }], [{ value: '+49 30' }]],
    ['contact.phones', [{ value: '+1 212 555 0123' }], [{ value: '+1 212' }]],
    ['contact.phones', [{ value: '0341 5550123' }], undefined],
    ['contact.phones', [{ value: 'ask Mary' }, { value: '+44 20 7946 0958' }], [{ value: '+44 20' }]],
    ['account.phone', '+49 341 5550123', '+49 341'],
    ['contact.address.postalCode', 'SW1A 1AA', 'SW'],
    ['contact.address.postalCode', '04109', '04'],
    ['contact.address.postalCode', '123', undefined],
    ['contact.address.city', 'Leipzig', 'Leipzig'],
    ['contact.address.streets', ['Hauptstr. 5'], undefined],
    ['account.name', 'Acme GmbH', 'A***'],
    ['account.annualRevenue', { amount: '12345.67', currency: 'EUR' }, { amount: '10000', currency: 'EUR' }],
    ['interest.opportunitySize', { amount: '0.50', currency: 'USD' }, { amount: '0', currency: 'USD' }],
    ['interest.opportunitySize', { amount: '0900', currency: 'USD' }, { amount: '900', currency: 'USD' }],
    ['source.referrer', 'https://acme.example/offer?email=ada@acme.example', 'https://acme.example/'],
    ['source.referrer', 'https://ada@acme.example/offer', undefined],
    ['source.referrer', 'android-app://com.mail', undefined],
    ['interest.comments', 'Call me', undefined],
    ['contact.givenName', undefined, undefined],
  ])('%s: %j is shown as %j', (path, value, shown) => {
    expect(maskValue(path, value)).toEqual(shown);
  });
});

/** Two values with the same part to show must look the same: then the hidden part is not in what is shown. */
describe('the hidden part leaves no trace', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

  it('of a name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]$/), word, word, (letter, one, other) => {
        expect(masks.initial(letter + one)).toBe(masks.initial(letter + other));
        expect(masks.initials(`${letter}${one} ${letter}x`)).toBe(masks.initials(`${letter}${other} ${letter}y`));
      }),
    );
  });

  it('of an e-mail address', () => {
    fc.assert(
      fc.property(word, word, word, (one, other, domain) => {
        const shown = (local: string) => masks['e-mail domain']([{ value: `${local}@${domain}.example` }]);
        expect(shown(one)).toEqual(shown(other));
      }),
    );
  });

  it('of a telephone number: six digits and more', () => {
    fc.assert(
      fc.property(fc.constantFrom('+4420', '+4930', '+39', '+35512', '+1212', '+86'), digits(9), (prefix, rest) => {
        const value = prefix + rest;
        const shown = masks['phone area of one'](value);
        if (shown === undefined) return;
        const kept = shown.replace(/\D/g, '');
        expect(value.slice(1).startsWith(kept)).toBe(true);
        expect(value.length - 1 - kept.length).toBeGreaterThanOrEqual(6);
      }),
    );
  });

  it('of a postal code', () => {
    fc.assert(
      fc.property(digits(2), digits(3), digits(3), (area, one, other) => {
        expect(masks['postal area'](area + one)).toBe(masks['postal area'](area + other));
      }),
    );
  });

  it('of an amount: the first digit and the number of digits', () => {
    fc.assert(
      fc.property(fc.constantFrom('1', '7'), digits(4), digits(4), (first, one, other) => {
        const shown = (rest: string) => masks.magnitude({ amount: `${first}${rest}.${rest}`, currency: 'EUR' });
        expect(shown(one)).toEqual(shown(other));
      }),
    );
  });

  it('of an address of a page', () => {
    fc.assert(
      fc.property(word, fc.string(), (host, rest) => {
        expect(masks.site(`https://${host}.example/${rest}`)).toBe(`https://${host}.example/`);
      }),
    );
  });
});

it('knows no mask for fields it was not told about', () => {
  expect(maskOf('contact.salutation')).toBeUndefined();
  expect(maskOf('toString')).toBeUndefined();
  expect(maskOf('__proto__')).toBeUndefined();
});
