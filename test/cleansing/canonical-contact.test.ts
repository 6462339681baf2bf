import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalContact, canonicalText } from '../../node/cleansing/canonical-contact.ts';
import { countryCode } from '../../node/cleansing/country.ts';
import { canonicalEmail, isEmail } from '../../node/cleansing/email.ts';
import { canonicalName } from '../../node/cleansing/name.ts';
import { canonicalPhone, readPhone } from '../../node/cleansing/phone.ts';
import { checkLead, type Lead } from '../../protocol/index.ts';

describe('phone numbers', () => {
  it.each([
    ['(206) 555-0133', 'US', '+12065550133', undefined],
    ['+1 206 555 0133 ext. 7', undefined, '+12065550133', '7'],
    ['1-800-FLOWERS', 'US', '+18003569377', undefined],
    ['００ ４９ ３０ ９０１８２０', 'DE', '+4930901820', undefined],
    ['+44 (0)20 7946 0018', 'US', '+442079460018', undefined],
    ['=+12065550133', undefined, '+12065550133', undefined],
  ])('reads %s', (text, country, e164, extension) => {
    expect(readPhone(text, country)).toMatchObject({ e164, valid: true, ...(extension && { extension }) });
  });

  it.each([
    ['no number at all', '', undefined],
    ['too short', '12', 'US'],
    ['words', 'call me maybe', 'US'],
    ['a very long text', '1'.repeat(5000), 'US'],
  ])('reads nothing from %s', (_name, text, country) => {
    expect(readPhone(text, country)?.valid ?? false).toBe(false);
  });

  it.each([
    ['0044123', { stated: 'GB' }, '0044123'],
    ['555-0101', { stated: 'US' }, '555-0101'],
    ['030 901820', {}, '030 901820'],
    ['030 901820', { stated: 'DE' }, '+4930901820'],
    ['0171 1234567 / 030 901820', { stated: 'DE' }, '0171 1234567 / 030 901820'],
    ['(206) 555-0133', {}, '+12065550133'],
    ['+1 206 555 0133 ext. 7', {}, '+12065550133;ext=7'],
    ['  +49 30 901820 ', {}, '+4930901820'],
  ])('makes %s with %o %s', (text, country, canonical) => {
    expect(canonicalPhone(text, country)).toBe(canonical);
  });

  it('believes a guessed country for mobile phones only', () => {
    expect(canonicalPhone('11940000754', { guessed: 'BR' })).toBe('+5511940000754');
    expect(canonicalPhone('06 12 34 56 78', { guessed: 'DE' })).toBe('06 12 34 56 78');
  });

  it('is stable, and keeps a number that it does not know as it came', () => {
    const country = fc.constantFrom('US', 'DE', 'IN', undefined);
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40, unit: fc.constantFrom(...'0123456789 ()+-/.x') }),
        country,
        (text, stated) => {
          const once = canonicalPhone(text, { stated });
          expect(canonicalPhone(once, { stated })).toBe(once);
          if (!once.startsWith('+')) expect(once).toBe(text.trim());
        },
      ),
    );
  });
});

describe('e-mail addresses', () => {
  it.each(['ada@example.com', "o'neil+tag@mail.example.co.uk", 'müller@münchen.example'])('knows %s', (text) => {
    expect(isEmail(text)).toBe(true);
  });
  it.each([
    '',
    'ada',
    'ada@',
    'a da@example.com',
    'ada@example',
    'a..b@example.com',
    '<ada@example.com>',
    `${'a'.repeat(300)}@x.com`,
  ])('does not take %s for one', (text) => {
    expect(isEmail(text)).toBe(false);
  });
  it('lower-cases addresses and nothing else', () => {
    expect(canonicalEmail(' Ada@Example.COM ')).toBe('ada@example.com');
    expect(canonicalEmail('Not An Address')).toBe('Not An Address');
  });
});

describe('countries', () => {
  it.each([
    ['Germany', 'DE'],
    ['Deutschland', 'DE'],
    ['ALLEMAGNE', 'DE'],
    ['uk', 'GB'],
    ['U.S.A.', 'US'],
    ["Côte d'Ivoire", 'CI'],
    ['日本', 'JP'],
    ['Россия', 'RU'],
    ['at', 'AT'],
  ])('%s is %s', (text, code) => {
    expect(countryCode(text)).toBe(code);
  });
  it.each(['', 'Narnia', 'XX', 'EU', 'constructor'])('does not guess what %s is', (text) => {
    expect(countryCode(text)).toBeUndefined();
  });
});

describe('canonicalContact', () => {
  const raw: Lead = {
    contact: {
      fullName: '  Zoe\u0308   McKay ',
      emails: [{ value: 'Zoe@Example.COM' }],
      phones: [{ value: '030 901820' }],
      address: { city: 'Berlin ', country: 'Deutschland' },
    },
    account: { name: 'IBM\u00a0 Ltd.', domain: 'IBM.Example', phone: '030 901821' },
    interest: { comments: 'two\r\nlines\rhere  ' },
  };

  it('brings what is certain into form and leaves the rest', () => {
    expect(canonicalContact(raw, { defaultCountry: 'DE' })).toEqual({
      contact: {
        fullName: 'Zoë McKay',
        emails: [{ value: 'zoe@example.com' }],
        phones: [{ value: '+4930901820' }],
        address: { city: 'Berlin', country: 'DE' },
      },
      account: { name: 'IBM Ltd.', domain: 'ibm.example', phone: '+4930901821' },
      interest: { comments: 'two\nlines\nhere  ' },
    });
  });

  it('does not change what it was given', () => {
    const before = structuredClone(raw);
    canonicalContact(raw);
    expect(raw).toEqual(before);
  });

  it('is stable and keeps a valid document valid', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 30 })
      .map((text) => text.replace(/[\0-\x1f\ud800-\udfff\ufffe\uffff]/g, 'x'));
    const name = word.filter((text) => canonicalName(text) !== '');
    const lead = fc.record({
      contact: fc.record({
        fullName: name,
        phones: fc.array(fc.record({ value: name }), { minLength: 1, maxLength: 3 }),
      }),
      interest: fc.record({ comments: word }),
    });
    fc.assert(
      fc.property(lead, fc.constantFrom('US', undefined), (document, defaultCountry) => {
        const once = canonicalContact(document, { defaultCountry });
        expect(canonicalContact(once, { defaultCountry })).toEqual(once);
        expect(checkLead(once)).toEqual(once);
      }),
    );
  });

  it('reads odd JSON without harm', () => {
    const odd = JSON.parse('{"__proto__":{"a":"b"},"list":[1,null,{"deep":[true]}]}') as unknown;
    expect(canonicalText(odd)).toEqual(odd);
    expect(Object.getPrototypeOf(canonicalText(odd))).toBe(Object.prototype);
  });
});
