import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { CountryCode } from 'libphonenumber-js/max';

export interface ReadPhone {
  /** `+` and digits; a guess of the library when `valid` is false. */
  e164: string;
  extension?: string;
  /** The number follows the numbering plan of its country. */
  valid: boolean;
  /** Digits after the `+` that stand for the country or countries of the plan. */
  callingCode: string;
  /** ISO 3166-1 alpha-2, when the number tells. */
  country?: string;
  kind: 'mobile' | 'landline' | 'either' | 'other';
}

const keypad = ['', '', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];
const kinds: Record<string, ReadPhone['kind']> = {
  MOBILE: 'mobile',
  FIXED_LINE: 'landline',
  FIXED_LINE_OR_MOBILE: 'either',
};

/** `1-800-GOT-JUNK` as digits: letters only after at least three digits, so that words are no numbers. */
function dialLetters(text: string): string {
  // Every group of letters but the last ends in a sign: a run of letters can be read in one way only.
  const vanity = /^[^A-Za-z]*\d{3}[^A-Za-z]*[A-Za-z]{2,}(?:[-. ][A-Za-z]{2,})*[-. ]?\d*$/;
  if (!vanity.test(text) || /ext|poste|durchwahl/i.test(text)) return text;
  return text.replace(/[A-Za-z]/g, (letter) => String(keypad.findIndex((keys) => keys.includes(letter.toUpperCase()))));
}

/**
 * Reads a phone number as people type it. `country` (ISO 3166-1 alpha-2) is assumed for numbers without an international
 * prefix. Undefined when the text is no phone number at all.
 */
export function readPhone(text: string, country?: string): ReadPhone | undefined {
  if (text.length > 100) return undefined;
  const read = parsePhoneNumberFromString(dialLetters(text.trim()), country?.toUpperCase() as CountryCode | undefined);
  if (!read) return undefined;
  const { number: e164, countryCallingCode: callingCode } = read;
  const kind = kinds[read.getType() ?? ''] ?? 'other';
  const phone: ReadPhone = { e164, callingCode, valid: read.isValid(), kind };
  if (read.ext) phone.extension = read.ext;
  if (read.country) phone.country = read.country;
  return phone;
}

/** Which country's numbers the ones without an international prefix are. */
export interface PhoneCountry {
  /** ISO 3166-1 alpha-2, as stated beside the number or by whoever sent it. */
  stated?: string | undefined;
  /** Only guessed: believed for numbers that look like that country's mobile phones, whose form is distinctive. */
  guessed?: string | undefined;
}

/** `(734) 555-0118`: grouped as only the North American plan groups its ten digits. */
const northAmerican = /^(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.])[2-9]\d\d[-.]\d{4}(?:\s*(?:x|ext)\.?\s*\d{1,6})?$/;

/** E.164 (RFC 3966 `;ext=` for an extension) when the number is certain; otherwise the text as it came, trimmed. */
export function canonicalPhone(text: string, { stated, guessed }: PhoneCountry = {}): string {
  const likely = guessed ?? (northAmerican.test(text.trim()) ? 'US' : undefined);
  const phone = readPhone(text, stated) ?? readPhone(text, likely);
  if (!phone?.valid || hasTwoNumbers(text)) return text.trim();
  if (!stated && phone.kind !== 'mobile' && phone.kind !== 'either' && !readPhone(text)) return text.trim();
  return phone.extension ? `${phone.e164};ext=${phone.extension}` : phone.e164;
}

/** `0171 123456 / 030 123456`: reading it as one number would lose the other. */
const hasTwoNumbers = (text: string): boolean => /\d{5,}.*[/;,|].*\d{5,}/.test(text.replace(/[\s().-]/g, ''));
