import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Email, Money, Phone } from '../../protocol/index.ts';

/** Shows a part of a value; undefined: nothing of it can be shown safely. Only the shown part decides the outcome. */
type Mask = (value: never) => unknown;

/** Every mask by the name people know it by. */
export const masks = {
  /** "Ada" → "A***" */
  initial: (value: string) => firstLetter(value, '***'),
  /** "Ada King Lovelace" → "A. K. L." */
  initials: (value: string) => {
    const letters = value.split(/\s+/).flatMap((word) => firstLetter(word, '.') ?? []);
    return letters.length > 0 ? letters.slice(0, 5).join(' ') : undefined;
  },
  /** "ada@acme.example" → "***@acme.example" */
  'e-mail domain': (value: readonly Email[]) => maskEach(value, emailDomain),
  /** "+44 20 7946 0958" → "+44 20" */
  'phone area': (value: readonly Phone[]) => maskEach(value, phoneArea),
  'phone area of one': (value: string) => phoneArea(value),
  /** "SW1A 1AA" → "SW", "10115" → "10" */
  'postal area': (value: string) => {
    const area = /^[\p{L}\p{N}]{2}/u.exec(value)?.[0];
    return area !== undefined && value.length > 3 ? area : undefined;
  },
  /** Of an address the city, region and country are the part to show. */
  'city only': (value: string) => value,
  /** "12345.67" → "10000" */
  magnitude: (value: Money) => {
    const amount = /^(\d+)(?:\.\d*)?$/.exec(value.amount)?.[1]?.replace(/^0+(?=\d)/, '');
    return amount === undefined
      ? undefined
      : { amount: `${amount[0] ?? '0'}${'0'.repeat(amount.length - 1)}`, currency: value.currency };
  },
  /** "https://acme.example/offer?id=7" → "https://acme.example/" */
  site: (value: string) => /^https?:\/\/[^/?#@\\\s]+(?=[/?#]|$)/i.exec(value)?.[0].concat('/'),
} satisfies Record<string, Mask>;

type MaskName = keyof typeof masks;

const maskNames: ReadonlyMap<string, MaskName> = new Map(
  Object.entries({
    'contact.givenName': 'initial',
    'contact.familyName': 'initial',
    'contact.fullName': 'initials',
    'contact.emails': 'e-mail domain',
    'contact.phones': 'phone area',
    'contact.address.city': 'city only',
    'contact.address.region': 'city only',
    'contact.address.country': 'city only',
    'contact.address.postalCode': 'postal area',
    'account.name': 'initial',
    'account.phone': 'phone area of one',
    'account.annualRevenue': 'magnitude',
    'account.address.city': 'city only',
    'account.address.region': 'city only',
    'account.address.country': 'city only',
    'account.address.postalCode': 'postal area',
    'interest.opportunitySize': 'magnitude',
    'source.referrer': 'site',
    'source.landingPage': 'site',
  } as const),
);

/** Fields that a mask on their whole group hides: of an address the city is the part to show, unless one of these is named. */
const onlyByName = new Set(
  ['contact', 'account'].flatMap((of) => ['region', 'country', 'postalCode'].map((part) => `${of}.address.${part}`)),
);

/** Whether a mask on its group shows a part of the field. */
export const isShownByGroup = (path: string): boolean => !onlyByName.has(path);

/** How a field is shown in part; undefined: it cannot be, so “mask” withholds it. */
export const maskOf = (path: string): MaskName | undefined => maskNames.get(path);

/** The part of a field's value that its mask shows. */
export function maskValue(path: string, value: unknown): unknown {
  const name = maskOf(path);
  return name === undefined || value === undefined ? undefined : (masks[name] as (value: unknown) => unknown)(value);
}

function firstLetter(word: string, rest: string): string | undefined {
  const letter = /[\p{L}\p{N}]/u.exec(word)?.[0];
  return letter === undefined ? undefined : `${letter}${rest}`;
}

function maskEach<Entry extends { value: string }>(
  entries: readonly Entry[],
  mask: (value: string) => string | undefined,
): Entry[] | undefined {
  const shown = entries.flatMap((entry) => {
    const value = mask(entry.value);
    return value === undefined ? [] : [{ ...entry, value }];
  });
  return shown.length > 0 ? shown : undefined;
}

function emailDomain(address: string): string | undefined {
  const domain = /@([^@\s]+)$/.exec(address)?.[1];
  return domain === undefined ? undefined : `***@${domain}`;
}

/** Digits that must stay hidden: less, and the area would almost be the number. */
const HIDDEN_DIGITS = 6;

function phoneArea(text: string): string | undefined {
  const number = parsePhoneNumberFromString(text);
  if (!number) return undefined;
  const [area = ''] = number.formatNational().match(/\d+/g) ?? [];
  const prefix = number.nationalNumber.startsWith(area.replace(/^0/, '')) ? area.replace(/^0/, '') : '';
  const calling = `+${number.countryCallingCode}`;
  return prefix !== '' && number.nationalNumber.length - prefix.length >= HIDDEN_DIGITS
    ? `${calling} ${prefix}`
    : calling;
}
