import type { FieldName, LeadField } from '../shapes.ts';
import { describeMoney, describeTime } from './format.ts';

/** One value of a field as it is shown. */
export interface ShownValue {
  text: string;
  /** Only to write, to call or to open a web address. */
  href?: string;
  /** What the value is for, or said with it. */
  note?: string;
}
export interface ShownField {
  path: string;
  label: string;
  values: ShownValue[];
  masked: boolean;
}
export interface ShownSection {
  title: string;
  fields: ShownField[];
  /** Labels of fields this reader does not see, or not yet. */
  withheld: FieldName[];
}

type Entry = Readonly<Record<string, unknown>>;
const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const some = (...parts: string[]): string => parts.filter(Boolean).join(', ');

export const valueAt = (document: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, step) => (isEntry(value) ? value[step] : undefined), document);

const webAddress = (address: string) => (/^https?:\/\//i.test(address) ? { href: address } : {});
const noted = (note: string) => (note ? { note } : {});
const dated = (at: unknown) => (text(at) ? describeTime(text(at)) : '');

/** Fields whose values say more than a line of text; `whole`: not masked, so that a link leads somewhere. */
const writers: Readonly<Record<string, (value: Entry, whole: boolean) => ShownValue>> = {
  'contact.emails': ({ value, kind }, whole) => ({
    text: text(value),
    ...(whole && { href: `mailto:${encodeURIComponent(text(value))}` }),
    ...noted(text(kind)),
  }),
  'contact.phones': ({ value, kind }, whole) => ({
    text: text(value),
    ...(whole && { href: `tel:${text(value).replaceAll(/[^+\d]/g, '')}` }),
    ...noted(text(kind)),
  }),
  'interest.products': ({ name, sku, quantity }) => ({
    text: (text(quantity) && `${text(quantity)} × `) + text(name),
    ...noted(text(sku) && `article ${text(sku)}`),
  }),
  'source.clickIds': ({ kind, value }) => ({ text: `${text(kind)}: ${text(value)}` }),
  consents: ({ purpose, state, at, wording }) => ({
    text: `${text(purpose)}: ${text(state)}`,
    ...noted(some(dated(at), text(wording))),
  }),
  attachments: ({ url, title, mediaType }) => ({
    text: text(title) || text(url),
    ...webAddress(text(url)),
    ...noted(text(mediaType)),
  }),
};

function plain(value: unknown, kind: string, whole: boolean): ShownValue {
  if (isEntry(value)) {
    if ('amount' in value)
      return { text: describeMoney({ amount: text(value['amount']), currency: text(value['currency']) }) };
    return { text: some(...Object.values(value).map(text)) };
  }
  if (kind === 'date-time') return { text: dated(value) };
  return { text: text(value), ...(kind === 'url' && whole ? webAddress(text(value)) : {}) };
}

/** The values of a field, for eyes. Nothing but text and safe addresses come out of it. */
export function valuesOf(value: unknown, { path, kind }: { path: string; kind: string }, whole = true): ShownValue[] {
  if (value === undefined || value === null) return [];
  const write = writers[path];
  const all = (Array.isArray(value) ? value : [value]) as unknown[];
  const shown = all.map((one) => (write && isEntry(one) ? write(one, whole) : plain(one, kind, whole)));
  return shown.filter((one) => one.text.trim() !== '');
}

/** The parts of a lead's page, with the field groups of each. */
export const fieldSections: readonly (readonly [title: string, groups: readonly string[]])[] = [
  ['Interest', ['product', 'opportunity', 'comments']],
  ['Contact', ['person', 'email', 'phone', 'address']],
  ['Company', ['account']],
  ['Qualification', ['qualification']],
  ['Source', ['source']],
  ['Consent', ['consent']],
  ['Files', ['attachment']],
  ['More', ['custom']],
];

interface Shown {
  document: unknown;
  hiddenFields: readonly FieldName[];
  maskedFields: readonly FieldName[];
}

/** A lead document in sections; those with nothing to show are left out. */
export function sectionsOf(
  { document, hiddenFields, maskedFields }: Shown,
  known: readonly LeadField[],
): ShownSection[] {
  const masked = new Set(maskedFields.map(({ path }) => path));
  const groupOf = new Map(known.map(({ path, group }) => [path, group]));
  const show = (field: LeadField): ShownField[] => {
    if (field.path === 'fields') return customFields(document, masked);
    const isMasked = masked.has(field.path);
    const values = valuesOf(valueAt(document, field.path), field, !isMasked);
    return values.length === 0 ? [] : [{ path: field.path, label: field.label, values, masked: isMasked }];
  };
  return fieldSections
    .map(([title, groups]) => ({
      title,
      fields: known.filter(({ group }) => groups.includes(group)).flatMap(show),
      withheld: hiddenFields.filter(({ path }) => groups.includes(groupOf.get(path) ?? 'custom')),
    }))
    .filter(({ fields, withheld }) => fields.length + withheld.length > 0);
}

function customFields(document: unknown, masked: ReadonlySet<string>): ShownField[] {
  const all = valueAt(document, 'fields');
  const named = Map.groupBy((Array.isArray(all) ? all : []).filter(isEntry), ({ name }) => text(name));
  return [...named].map(([label, entries]) => {
    const path = `fields.${label}`;
    const isMasked = masked.has(path) || masked.has('fields');
    const kind = (entry: Entry) => text(entry['type']);
    const values = entries.flatMap((entry) => valuesOf(entry['value'], { path, kind: kind(entry) }, !isMasked));
    return { path, label, values, masked: isMasked };
  });
}
