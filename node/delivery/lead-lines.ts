import { getField, leadFields, type Lead, type LeadField } from '../../protocol/index.ts';

/** One line of a lead as people read it. */
export interface LeadLine {
  readonly label: string;
  readonly value: string;
  /** Only a part of it is shown. */
  readonly partly: boolean;
}

const labels: ReadonlyMap<string, string> = new Map(leadFields.map((field) => [field.path, field.label]));

/** Labels of field paths, for people. */
export const labelsOf = (paths: readonly string[]) => [...new Set(paths.map((path) => labels.get(path) ?? path))];

/**
 * Text of strangers without what makes it read otherwise than it is stored: control characters but line breaks, and marks
 * that turn the direction of writing.
 */
export const plainText = (text: string) =>
  text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .toWellFormed();

/** The same on one line of at most `longest` characters. */
export function oneLine(text: string, longest = 120): string {
  const characters = Array.from(plainText(text).replace(/\s+/g, ' ').trim());
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`;
}

/** "125000.00" → "125 000.00", by spaces that do not break: commas and points mean different things in different countries. */
const groupDigits = (amount: string) => amount.replace(/(?<!\.\d*)\d(?=(?:\d{3})+(?!\d))/g, '$&\u202f');

const productOf = ({ name, sku, quantity }: Readonly<Record<string, unknown>>) =>
  `${textOf(name)}${sku === undefined ? '' : ` (${textOf(sku)})`} × ${textOf(quantity)}`;

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ');
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const entry = value as Readonly<Record<string, unknown>>;
  if ('amount' in entry && 'currency' in entry)
    return `${groupDigits(textOf(entry['amount']))} ${textOf(entry['currency'])}`;
  if ('name' in entry && 'quantity' in entry) return productOf(entry);
  if ('name' in entry && 'value' in entry) return `${textOf(entry['name'])}: ${textOf(entry['value'])}`;
  if ('value' in entry) return textOf(entry['value']);
  return Object.values(entry).map(textOf).filter(Boolean).join(' · ');
}

/** The fields a document has, as lines of label and text, in the order of the schema. */
export function leadLines(lead: Lead, maskedFields: readonly string[] = []): LeadLine[] {
  const lineOf = (field: LeadField) => ({
    label: field.label,
    value: plainText(textOf(getField(lead, field.path))).trim(),
    partly: maskedFields.includes(field.path),
  });
  return leadFields.map(lineOf).filter((line) => line.value !== '');
}
