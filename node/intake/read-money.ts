import type { Money } from '../../protocol/index.ts';

const signs: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  us$: 'USD',
  ca$: 'CAD',
  a$: 'AUD',
  r$: 'BRL',
  '₹': 'INR',
  chf: 'CHF',
  '₺': 'TRY',
  zł: 'PLN',
};
const codes = new Set(Intl.supportedValuesOf('currency'));

/** `1.234,50` and `1,234.50`: the last sign with one or two digits after it is the decimal one. */
function plainDecimal(text: string): string | undefined {
  const digits = text.replace(/[\s'’\u00a0\u202f]/g, '');
  if (!/^\d[\d.,]*$/.test(digits)) return undefined;
  const [, whole = digits, cents] = /^(.*)[.,](\d{1,2})$/.exec(digits) ?? [];
  if (/[.,]/.test(whole) && !/^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(whole)) return undefined;
  const amount = whole.replace(/[.,]/g, '') + (cents ? `.${cents}` : '');
  return amount.length <= 15 ? amount : undefined;
}

/** An amount with its currency; `currency` (ISO 4217) is taken where none is written. Undefined unless both are certain. */
export function readMoney(text: string, currency?: string): Money | undefined {
  const plain = text.trim().toLowerCase();
  const found = /^([^\d\s.,-]{1,4})?\s*([\d][\d.,'’\s\u00a0\u202f]*)([^\d\s.,-]{1,4})?$/.exec(plain);
  const amount = plainDecimal(found?.[2] ?? '');
  if (!found || !amount || (found[1] && found[3])) return undefined;
  const mark = found[1] ?? found[3];
  const code =
    mark === undefined ? currency : (signs[mark] ?? (codes.has(mark.toUpperCase()) ? mark.toUpperCase() : undefined));
  return code ? { amount, currency: code } : undefined;
}
