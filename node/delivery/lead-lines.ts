import { getField, leadFields, type Lead, type LeadField } from '../../protocol/index.ts';

const labels: ReadonlyMap<string, string> = new Map(leadFields.map((field) => [field.path, field.label]));

/** Labels of field paths, for people. */
export const labelsOf = (paths: readonly string[]) => [...new Set(paths.map((path) => labels.get(path) ?? path))];

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ');
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const entry = value as Readonly<Record<string, unknown>>;
  if ('amount' in entry && 'currency' in entry) return `${textOf(entry['amount'])} ${textOf(entry['currency'])}`;
  if ('name' in entry && 'value' in entry) return `${textOf(entry['name'])}: ${textOf(entry['value'])}`;
  if ('value' in entry) return textOf(entry['value']);
  return Object.values(entry).map(textOf).filter(Boolean).join(' · ');
}

function lineOf(lead: Lead, field: LeadField) {
  return { label: field.label, value: textOf(getField(lead, field.path)) };
}

/** The fields a document has, as lines of label and text, in the order of the schema. */
export function leadLines(lead: Lead): { label: string; value: string }[] {
  return leadFields.map((field) => lineOf(lead, field)).filter((line) => line.value !== '');
}
