import { isEmail } from '../cleansing/email.ts';
import { fieldAliases, strangers } from './field-aliases.ts';
import { foldName } from './fold-name.ts';
import { isSalutation, looksLikePhone } from './sniff.ts';

export interface ColumnMapping {
  /** From 0. */
  column: number;
  /** The header as it stands, or `Column 3` when there is none; unique in the table. */
  header: string;
  /** A place of `fieldAliases`; undefined: kept as a custom field under the header's name. */
  field?: string;
  /** Nothing in the column, and no header; or a remark of ours from a file of refused rows: ignored. */
  empty?: boolean;
}

const fieldByAlias: ReadonlyMap<string, string> = new Map(
  Object.entries(fieldAliases).flatMap(([field, aliases]) =>
    aliases.split(',').map((alias): [string, string] => [foldName(alias), field]),
  ),
);

const noise = new Set(
  `lead leads contact customer client buyer prospect visitor attendee registrant person applicant appl user primary main
  preferred best your my the 1 1st ist value optional required`.split(/\s+/),
);

/** Words that mean something else beside a noise word: `Last contact` is no family name. */
const unclear = new Set('last first date time timestamp from value amount rating number status type'.split(' '));

const words = (header: string): string[] =>
  header
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean);

/** The place of a header, by its name alone. */
export function fieldOfName(header: string): string | undefined {
  const exact = fieldByAlias.get(foldName(header));
  if (exact !== undefined) return exact;
  const parts = words(header);
  if (strangers.test(parts.join(' '))) return undefined;
  const plain = foldName(parts.filter((word) => !noise.has(word)).join(''));
  return plain && !unclear.has(plain) ? fieldByAlias.get(plain) : undefined;
}

/** How many of the cells are known names of columns; repeated ones count once. */
export function countKnown(cells: readonly string[]): number {
  return new Set(cells.map((cell) => (cell.length < 80 ? fieldOfName(cell) : undefined)).filter(Boolean)).size;
}

const share = (values: readonly string[], test: (value: string) => boolean): number =>
  values.length === 0 ? 0 : values.filter(test).length / values.length;

const someEmail = (value: string): boolean => value.split(/[;,\s]+/).some(isEmail);
const phoneWords =
  /(?<!\p{L})(?:phone|mobile|cell|tel|telefon\p{L}*|tele?fono|whatsapp|handy|celular|number to reach)(?!\p{L})/u;
const emailWords = /(?<!\p{L})(?:e ?mail|correo|courriel)(?!\p{L})/u;

/** A question as advertisers ask it ("What is your e-mail address?") counts when the answers fit. */
function fieldOfContent(header: string, values: readonly string[]): string | undefined {
  const text = words(header).join(' ');
  if (strangers.test(text)) return undefined;
  const nameless = header === '' || emailWords.test(text);
  if (share(values, someEmail) >= 0.6 && (nameless || share(values, isEmail) === 1)) return 'contact.emails';
  if (share(values, looksLikePhone) >= 0.6 && (header === '' || phoneWords.test(text))) return 'contact.phones';
  return undefined;
}

/** Corrects a place found by name where the values contradict it. */
function fieldOf(header: string, values: readonly string[]): string | undefined {
  const field = fieldOfName(header);
  if (!field) return fieldOfContent(header, values);
  if (values.length === 0) return field;
  const emails = share(values, someEmail);
  const phones = share(values, looksLikePhone);
  const wantsName = field === 'contact.fullName';
  if (wantsName && emails >= 0.6) return 'contact.emails';
  if (wantsName && phones >= 0.6) return 'contact.phones';
  if (field.startsWith('contact.emails') && emails === 0) return phones >= 0.6 ? 'contact.phones' : field;
  if (field.startsWith('contact.phones') && phones === 0) return emails >= 0.6 ? 'contact.emails' : undefined;
  if (field === 'contact.jobTitle' && share(values, isSalutation) >= 0.8) return 'contact.salutation';
  return field;
}

/** `Vorname, Name` and `Nombre, Apellidos`: beside one half of a name, the plain word means the other half. */
function splitNames(mapping: ColumnMapping[]): void {
  const has = (field: string): boolean => mapping.some((column) => column.field === field);
  const full = mapping.find((column) => column.field === 'contact.fullName' && isPlainName(column.header));
  if (!full || has('contact.givenName') === has('contact.familyName')) return;
  full.field = has('contact.givenName') ? 'contact.familyName' : 'contact.givenName';
}

const isPlainName = (header: string): boolean =>
  /^(?:name|nom|nombre|nome|naam|navn|namn|nimi|имя)$/.test(foldName(header));

/** Columns that a file of refused rows has besides the ones of the list: the file can be mended and brought again. */
export const remarkColumns = ['refused_line', 'refused_code', 'refused_reason', 'refused_field'] as const;
const isRemark = (header: string): boolean => remarkColumns.some((name) => name === header);

function uniqueHeaders(header: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return header.map((cell, column) => {
    const name = cell.trim() || `Column ${column + 1}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

/**
 * Finds the place in the lead document of every column, by its header (in many languages) and by a sample of its rows.
 * Columns with no place become custom fields.
 */
export function mapHeaders(header: readonly string[], sample: readonly (readonly string[])[]): ColumnMapping[] {
  const names = uniqueHeaders(header);
  const mapping = header.map((cell, column): ColumnMapping => {
    const values = sample.map((row) => (row[column] ?? '').trim()).filter(Boolean);
    const field = fieldOf(cell.trim(), values);
    const name = names[column] ?? '';
    if (field) return { column, header: name, field };
    const ignored = cell.trim() === '' ? values.length === 0 : isRemark(cell.trim());
    return ignored ? { column, header: name, empty: true } : { column, header: name };
  });
  splitNames(mapping);
  return mapping;
}
