import type { LeadField, LeadFieldPart } from '../shapes.ts';
import { valueAt } from './lead-values.ts';

/** One line of inputs: what was typed, by the name of the part; a plain text has the name ''. */
export type Row = Readonly<Record<string, string>>;
export type Rows = readonly Row[];
/** The inputs of a form, by field path. */
export type Entries = ReadonlyMap<string, Rows>;

/** The inputs that one value of a field has. */
export function partsOf(field: LeadField): readonly LeadFieldPart[] {
  if (field.parts) return field.parts;
  const { label, kind } = field;
  if (kind !== 'money') return [{ ...field, name: '', kind: field.repeated ? 'text' : kind, required: false }];
  return [
    { name: 'amount', label, kind: 'number', required: true },
    { name: 'currency', label: 'Currency', kind: 'text', required: true, maxLength: 3 },
  ];
}

const isPlain = (field: LeadField) => !field.parts && field.kind !== 'money';
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the inputs of a field show of a document. */
function rowsOf(document: unknown, field: LeadField): Rows {
  const value = valueAt(document, field.path);
  const all = (Array.isArray(value) ? value : value === undefined ? [] : [value]) as unknown[];
  if (isPlain(field)) return all.map((one) => ({ '': textOf(one) }));
  const partOf = (entry: unknown, name: string) => textOf((entry as Record<string, unknown>)[name]);
  return all.map((one): Row => {
    const texts = partsOf(field).map(({ name }) => [name, partOf(one, name)] as const);
    return Object.fromEntries(texts);
  });
}

export const entriesOf = (document: unknown, fields: readonly LeadField[]): Entries =>
  new Map(fields.map((field) => [field.path, rowsOf(document, field)]));

const trimmed = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row)
      .map(([name, text]) => [name, text.trim()] as const)
      .filter(([, text]) => text !== ''),
  );
/** A currency that was not chosen by hand makes no amount. */
const isEmpty = (row: Row, field: LeadField) =>
  field.kind === 'money' ? !row['amount'] : Object.keys(row).length === 0;

/** Without rows in which nothing stands: the places that a refusal names are those of the rows then. */
export const filledRows = (rows: Rows, field: LeadField): Rows =>
  rows.map(trimmed).filter((row) => !isEmpty(row, field));

/** The value that the inputs of a field stand for; null: none. */
export function valueOf(rows: Rows, field: LeadField): unknown {
  const values = filledRows(rows, field).map((row) => (isPlain(field) ? row[''] : row));
  return (field.repeated ? (values.length > 0 ? values : undefined) : values[0]) ?? null;
}

/** The fields in which two sets of inputs stand for other values. */
export const changedFields = (fields: readonly LeadField[], before: Entries, after: Entries): LeadField[] =>
  fields.filter((field) => {
    const [old, now] = [before, after].map((entries) => JSON.stringify(valueOf(entries.get(field.path) ?? [], field)));
    return old !== now;
  });

/** Where in the rows of a field a refusal points to; undefined: not into this field. */
export function faultAt(
  refused: string | undefined,
  field: LeadField,
): { row: number; part: string | undefined } | undefined {
  const own = `lead.${field.path}`;
  if (refused !== own && !refused?.startsWith(`${own}.`)) return undefined;
  const [first, second] = refused.slice(own.length + 1).split('.');
  return field.repeated ? { row: Number(first ?? 0), part: second } : { row: 0, part: first || undefined };
}
