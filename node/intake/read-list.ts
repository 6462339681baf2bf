import { CodedError } from '../kernel/errors.ts';
import { countryCode } from '../cleansing/country.ts';
import { readPhone } from '../cleansing/phone.ts';
import { isPlace } from './lead-draft.ts';
import { mapHeaders, type ColumnMapping } from './map-headers.ts';
import { dateOrderOf, type DateOrder } from './read-date-time.ts';
import { openCsv, readRows, type CsvOptions, type CsvTable } from './read-csv.ts';

/** A table with everything found out about it that is needed to read its rows, in any order and at any time. */
export interface ReadList {
  readonly table: CsvTable;
  readonly mapping: readonly ColumnMapping[];
  readonly dateOrder?: DateOrder | undefined;
  /** Country of phone numbers without prefix: stated (by whoever brings the list, or by its country column) or guessed. */
  readonly defaultCountry?: string | undefined;
  readonly guessedCountry?: string | undefined;
}

const sampleRows = 200;

function valuesOf(mapping: readonly ColumnMapping[], sample: readonly (readonly string[])[], prefix: string): string[] {
  const columns = mapping.filter(({ field }) => field?.startsWith(prefix)).map(({ column }) => column);
  return columns.flatMap((column) => sample.map((cells) => (cells[column] ?? '').trim())).filter(Boolean);
}

const theOnly = <T>(values: readonly T[]): T | undefined => (new Set(values).size === 1 ? values[0] : undefined);

/** The country that all numbers with a prefix belong to; undefined when they disagree. */
function guessCountry(numbers: readonly string[]): string | undefined {
  const prefixed = numbers.map((text) => text.replace(/^p:/i, '')).filter((text) => /^(?:\+|00[1-9])/.test(text));
  const phones = prefixed.flatMap((text) => readPhone(text.replace(/^00/, '+')) ?? []);
  if (theOnly(phones.map(({ callingCode }) => callingCode)) === undefined) return undefined;
  return phones.find(({ valid, country }) => valid && country !== undefined)?.country;
}

export interface ListOptions extends CsvOptions {
  /** ISO 3166-1 alpha-2; found out from the list when absent. */
  defaultCountry?: string | undefined;
  dateOrder?: DateOrder | undefined;
  /** Corrections: the place by header, or null for a custom field. */
  map?: Readonly<Record<string, string | null>> | undefined;
}

/** Throws `unknown-column`, `unknown-field`. */
function correct(mapping: readonly ColumnMapping[], map: Readonly<Record<string, string | null>>): ColumnMapping[] {
  for (const [header, field] of Object.entries(map)) {
    if (!mapping.some((column) => column.header === header))
      throw new CodedError('unknown-column', 422, 'The list has no column of that name.', { path: 'query.map' });
    if (field !== null && field !== 'test' && !isPlace(field))
      throw new CodedError('unknown-field', 422, 'A lead has no such field.', { path: 'query.map' });
  }
  return mapping.map((column) => {
    const field = Object.hasOwn(map, column.header) ? map[column.header] : column.field;
    const { header, empty } = column;
    return { column: column.column, header, ...(field ? { field } : empty && { empty }) };
  });
}

/** Opens a list: its layout, the place of every column in the lead document, its date order and country. */
export function readList(bytes: Uint8Array, options: ListOptions = {}): ReadList {
  const table = openCsv(bytes, options);
  const sample: (readonly string[])[] = [];
  for (const row of readRows(table, table.body)) {
    if (!row.fault) sample.push(row.cells);
    if (sample.length === sampleRows) break;
  }
  const mapping = correct(mapHeaders(table.header, sample), options.map ?? {});
  const named = theOnly(valuesOf(mapping, sample, 'contact.address.country').map((text) => countryCode(text)));
  return {
    table,
    mapping,
    defaultCountry: options.defaultCountry ?? named,
    guessedCountry: guessCountry(valuesOf(mapping, sample, 'contact.phones')),
    dateOrder: options.dateOrder ?? dateOrderOf(valuesOf(mapping, sample, 'createdAt')),
  };
}
