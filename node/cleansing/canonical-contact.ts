import type { Account, Address, Contact, Lead } from '../../protocol/index.ts';
import { countryCode } from './country.ts';
import { canonicalEmail } from './email.ts';
import { canonicalName } from './name.ts';
import { canonicalPhone, type PhoneCountry } from './phone.ts';

export interface CleansingOptions {
  /** ISO 3166-1 alpha-2 assumed for phone numbers without prefix when the lead's own address names no country. */
  defaultCountry?: string | undefined;
  /** A country that is only likely. */
  guessedCountry?: string | undefined;
}

/** Every text in Unicode NFC, with line feeds as the only line ends: the same words are the same bytes. */
export function canonicalText<T>(value: T): T {
  if (typeof value === 'string') return canonicalString(value) as T;
  if (Array.isArray(value)) return value.map((entry: unknown) => canonicalText(entry)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, canonicalText<unknown>(entry)])) as T;
}

/** Below U+0300 every text is in NFC. */
const canonicalString = (text: string): string =>
  /\r|[^\0-\u02ff]/.test(text) ? text.replace(/\r\n?/g, '\n').normalize('NFC') : text;

function withNames<T extends object>(value: T, names: readonly (keyof T)[]): T {
  const result = { ...value };
  for (const name of names) {
    const text = result[name];
    if (typeof text === 'string') result[name] = canonicalName(text) as T[keyof T];
  }
  return result;
}

function canonicalAddress(address: Address): Address {
  const result = withNames(address, ['city', 'region', 'postalCode']);
  if (result.country !== undefined) result.country = countryCode(result.country) ?? result.country;
  return result;
}

const countryOf = (address: Address | undefined, options: CleansingOptions): PhoneCountry => ({
  stated: address?.country ?? options.defaultCountry,
  guessed: options.guessedCountry,
});

function canonicalPerson(contact: Contact, options: CleansingOptions): Contact {
  const result = withNames(contact, ['salutation', 'givenName', 'familyName', 'fullName', 'jobTitle']);
  if (result.address) result.address = canonicalAddress(result.address);
  const country = countryOf(result.address, options);
  if (result.emails) result.emails = result.emails.map((email) => ({ ...email, value: canonicalEmail(email.value) }));
  if (result.phones) result.phones = result.phones.map((p) => ({ ...p, value: canonicalPhone(p.value, country) }));
  return result;
}

function canonicalAccount(account: Account, options: CleansingOptions): Account {
  const result = withNames(account, ['name', 'industry']);
  if (result.address) result.address = canonicalAddress(result.address);
  if (result.domain !== undefined) result.domain = result.domain.trim().toLowerCase();
  const country = countryOf(result.address, options);
  if (result.phone !== undefined) result.phone = canonicalPhone(result.phone, country);
  return result;
}

/**
 * The lead with its contact data in canonical form where that is certain: E.164 for valid phone numbers, lower-cased e-mail
 * addresses, country codes, names without stray blanks, text in NFC. What is not certain stays as it came; the bytes of
 * the original are kept beside the lead in any case.
 */
export function canonicalContact(document: Lead, options: CleansingOptions = {}): Lead {
  const lead = canonicalText(document);
  if (lead.contact) lead.contact = canonicalPerson(lead.contact, options);
  if (lead.account) lead.account = canonicalAccount(lead.account, options);
  return lead;
}
