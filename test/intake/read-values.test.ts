import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOrderOf, readDateTime } from '../../node/intake/read-date-time.ts';
import { readMoney } from '../../node/intake/read-money.ts';

describe('dates and times', () => {
  it.each([
    ['2026-03-15', '2026-03-15T00:00:00Z'],
    ['2026-03-15T09:12:00Z', '2026-03-15T09:12:00Z'],
    ['2026-03-15T09:12:00.3770000Z', '2026-03-15T09:12:00.377Z'],
    ['2000-03-30T15:30:20-08:00', '2000-03-30T15:30:20-08:00'],
    ['2000-03-30T15:30:20-08:0', '2000-03-30T15:30:20-08:00'],
    ['2026-03-15 09:12:00 +0530', '2026-03-15T09:12:00+05:30'],
    ['2026-03-15 09:12', '2026-03-15T09:12:00Z'],
    ['2026/3/5', '2026-03-05T00:00:00Z'],
    ['20260315', '2026-03-15T00:00:00Z'],
    ['15.03.2026 09:12', '2026-03-15T09:12:00Z'],
    ['15.3.26', '2026-03-15T00:00:00Z'],
    ['3/15/2026 2:30 PM', '2026-03-15T14:30:00Z'],
    ['15/3/2026 12:05 am', '2026-03-15T00:05:00Z'],
    ['15-Jan-2026', '2026-01-15T00:00:00Z'],
    ['Mar 20 2026', '2026-03-20T00:00:00Z'],
    ['March 20th, 2026 at 2:30 PM', '2026-03-20T14:30:00Z'],
    ['20. März 2026, 14:30 Uhr', '2026-03-20T14:30:00Z'],
    ['20 de marzo de 2026', '2026-03-20T00:00:00Z'],
    ['Mon, 09 Mar 2026 14:01:00 -0500', '2026-03-09T14:01:00-05:00'],
    ['Mon, 09 Mar 2026 14:01:00 -0500 (CDT)', '2026-03-09T14:01:00-05:00'],
    ['2026-03-15 09:12 EST', '2026-03-15T09:12:00-05:00'],
    ['1773565920', '2026-03-15T09:12:00.000Z'],
  ])('reads %s', (text, at) => {
    expect(readDateTime(text)).toBe(at);
  });

  it.each([
    '',
    'soon',
    '2026-02-30',
    '31.02.2026',
    '2026-13-01',
    '03/04/2026',
    '25:00',
    '2026-03-15 25:00',
    '555-0101',
    '12345',
  ])('does not guess what %s is', (text) => {
    expect(readDateTime(text)).toBeUndefined();
  });

  it('takes order and zone from who knows them', () => {
    expect(readDateTime('03/04/2026', 'dmy')).toBe('2026-04-03T00:00:00Z');
    expect(readDateTime('03/04/2026', 'mdy', '+01:00')).toBe('2026-03-04T00:00:00+01:00');
  });

  it('finds the order of a column', () => {
    expect(dateOrderOf(['03/04/2026', '13/04/2026'])).toBe('dmy');
    expect(dateOrderOf(['03/04/2026', '04/13/2026'])).toBe('mdy');
    expect(dateOrderOf(['03/04/2026 2:30 PM'])).toBe('mdy');
    expect(dateOrderOf(['03/04/2026', '13/04/2026', '04/13/2026'])).toBeUndefined();
    expect(dateOrderOf([])).toBeUndefined();
  });

  it('reads what it wrote, and any text without harm', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1950-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          expect(readDateTime(date.toISOString())).toBe(date.toISOString());
        },
      ),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 70 }), (text) => {
        const at = readDateTime(text);
        if (at !== undefined) expect(Number.isNaN(Date.parse(at))).toBe(false);
      }),
    );
  });
});

describe('amounts of money', () => {
  it.each([
    ['€ 1.234,50', { amount: '1234.50', currency: 'EUR' }],
    ['1,234.50 USD', { amount: '1234.50', currency: 'USD' }],
    ["CHF 12'000", { amount: '12000', currency: 'CHF' }],
    ['£500', { amount: '500', currency: 'GBP' }],
    ['1 234 567,8 EUR', { amount: '1234567.8', currency: 'EUR' }],
  ])('reads %s', (text, money) => {
    expect(readMoney(text)).toEqual(money);
  });
  it.each([
    '',
    '500',
    '$500',
    '1.2 Cr',
    '85 L',
    '10-20 EUR',
    'EUR',
    '500 XYZ',
    '1.23.4 EUR',
    '12,34,567 INR',
    'EUR 5 USD',
  ])('does not guess what %s is', (text) => {
    expect(readMoney(text)).toBeUndefined();
  });
  it('takes the currency from who knows it', () => {
    expect(readMoney('1.500', 'EUR')).toEqual({ amount: '1500', currency: 'EUR' });
  });
});
