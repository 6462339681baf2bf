import { checkLead, ProtocolError, type Lead } from '../../protocol/index.ts';
import { canonicalContact } from '../cleansing/canonical-contact.ts';
import { readPhone } from '../cleansing/phone.ts';
import { addField, boundFields, placeValue, readYesNo, type PlaceOptions } from './lead-draft.ts';
import type { ColumnMapping } from './map-headers.ts';
import type { RefusalCode } from './refusals.ts';
import { isPlaceholderName, isTestValue } from './sniff.ts';

export interface RowOptions extends PlaceOptions {
  /** ISO 3166-1 alpha-2, for phone numbers without prefix in rows without a country. */
  defaultCountry?: string | undefined;
  /** Only likely: believed for mobile phones. */
  guessedCountry?: string | undefined;
  /** Source and campaign of rows that name none. */
  provider?: string | undefined;
  campaign?: string | undefined;
}

export type RowOutcome =
  | { readonly kind: 'lead'; readonly document: Lead }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly path?: string };

const refused = (code: RefusalCode, path?: string): RowOutcome => ({ kind: 'refused', code, ...(path && { path }) });

const addressKinds = ['', 'work', 'home', 'other'];
const isAddress = (field: string): boolean => field.startsWith('contact.address.');
const kindOf = (field: string): string => field.split('#')[1] ?? '';

/** A contact has one address: the first kind that the row fills; the others stay custom fields. */
function chosenAddress(filled: readonly { field?: string | undefined }[]): string | undefined {
  const kinds = new Set(filled.flatMap(({ field }) => (field && isAddress(field) ? [kindOf(field)] : [])));
  return addressKinds.find((kind) => kinds.has(kind));
}

const fieldType = (value: string): 'url' | 'text' => (/^https?:\/\/[^\s<>"]{1,2000}$/.test(value) ? 'url' : 'text');

function draftOf(
  filled: readonly { header: string; field?: string | undefined; value: string }[],
  options: RowOptions,
): Lead {
  const lead: Lead = {};
  const address = chosenAddress(filled);
  for (const { header, field, value } of filled) {
    const fits = field !== undefined && (!isAddress(field) || kindOf(field) === address);
    if (field === 'test') continue;
    if (!fits || !placeValue(lead, field, value, options)) addField(lead, header, value, fieldType(value));
  }
  boundFields(lead);
  const source = lead.source ?? {};
  lead.source = {
    ...source,
    kind: 'list',
    ...(source.name === undefined && options.provider && { name: options.provider }),
    ...(source.campaign === undefined && options.campaign && { campaign: options.campaign }),
  };
  return lead;
}

/** A number counts unless the numbering plan of its country is known and says no. */
function hasUsablePhone({ contact, account }: Lead, options: RowOptions): boolean {
  const country = contact?.address?.country ?? options.defaultCountry ?? options.guessedCountry;
  const numbers = [...(contact?.phones ?? []).map(({ value }) => value), ...(account?.phone ? [account.phone] : [])];
  return numbers.some((value) => {
    const phone = readPhone(value, country);
    return phone ? phone.valid : !country && value.replace(/\D/g, '').length >= 7;
  });
}

/** Whether someone could act on the lead: reach the person, or find the person at a company. */
export function isReachable(lead: Lead, options: RowOptions = {}): boolean {
  const { contact, account } = lead;
  const address = contact?.address;
  const named = contact?.fullName ?? contact?.givenName ?? contact?.familyName;
  return (
    (contact?.emails?.length ?? 0) > 0 ||
    hasUsablePhone(lead, options) ||
    (address?.streets !== undefined && (address.city ?? address.postalCode) !== undefined) ||
    (named !== undefined && (account?.name ?? account?.domain) !== undefined) ||
    (lead.fields ?? []).some(({ value }) => /(?:linkedin\.com\/in|xing\.com\/profile)\//i.test(value))
  );
}

/** Canonical and checked against the schema; a value that does not fit refuses the row, and says which field. */
function finish(draft: Lead, options: RowOptions): RowOutcome {
  try {
    return { kind: 'lead', document: checkLead(canonicalContact(draft, options)) };
  } catch (error) {
    if (error instanceof ProtocolError) return refused('schema', error.path);
    throw error;
  }
}

/** Spreadsheets guard formulas by an apostrophe, which is no part of the value. */
const cellText = (cell: string): string => cell.trim().replace(/^'(?=[=+\-@＝＋－＠])/, '');

/** The row as named values, whatever the order of its columns, its delimiter and its encoding: what makes two rows one. */
export function namedCells(mapping: readonly ColumnMapping[], cells: readonly string[]): [string, string][] {
  return mapping
    .filter(({ empty }) => !empty)
    .map(({ column, header }): [string, string] => [header, cellText(cells[column] ?? '').normalize('NFC')])
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** One row of a list as a lead document, or why it is none. */
export function mapRow(
  mapping: readonly ColumnMapping[],
  cells: readonly string[],
  options: RowOptions = {},
): RowOutcome {
  const filled = mapping
    .map((column) => ({ ...column, value: cellText(cells[column.column] ?? '') }))
    .filter(({ value, empty }) => value !== '' && !empty);
  if (filled.length === 0) return refused('empty-row');
  const flagged = filled.some(({ field, value }) => field === 'test' && readYesNo(value) === true);
  if (flagged || filled.some(({ value }) => isTestValue(value))) return refused('test-lead');
  const draft = draftOf(filled, options);
  if (!isReachable(draft, options)) {
    const names = filled.filter(({ field }) => /^contact\.(?:full|given|family)Name$/.test(field ?? ''));
    return refused(names.some(({ value }) => isPlaceholderName(value)) ? 'placeholder' : 'no-contact');
  }
  return finish(draft, options);
}
