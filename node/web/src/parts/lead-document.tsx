import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, type FieldName, type LeadField } from '../api.ts';

function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return (value as Record<string, unknown>)[step];
  }, document);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ');
  if (typeof value !== 'object') return String(value);
  const entry = value as Record<string, unknown>;
  if ('amount' in entry && 'currency' in entry) return `${textOf(entry['amount'])} ${textOf(entry['currency'])}`;
  if ('name' in entry && 'value' in entry) return `${textOf(entry['name'])}: ${textOf(entry['value'])}`;
  if ('value' in entry) return textOf(entry['value']);
  return Object.values(entry).map(textOf).filter(Boolean).join(' · ');
}

interface Shown {
  document: unknown;
  hiddenFields: readonly FieldName[];
  maskedFields: readonly FieldName[];
}

function rowsOf({ document, hiddenFields, maskedFields }: Shown, fields: readonly LeadField[]) {
  const hidden = new Set(hiddenFields.map(({ path }) => path));
  const masked = new Set(maskedFields.map(({ path }) => path));
  return fields.flatMap(({ path, label }) => {
    const text = textOf(valueAt(document, path));
    if (text === '' && !hidden.has(path)) return [];
    return [{ path, label, text, masked: masked.has(path) }];
  });
}

/** A lead document, field by field; what is withheld or shown in part says so. */
export function LeadDocument(shown: Shown) {
  const fields = useQuery({ queryKey: ['fields'], queryFn: api.fields, staleTime: Infinity });
  const rows = rowsOf(shown, fields.data?.items ?? []);
  if (fields.isSuccess && rows.length === 0) return <Text c="gray.7">Nothing is kept of this lead’s content.</Text>;
  return (
    <dl className="facts">
      {rows.map(({ path, label, text, masked }) => (
        <Row key={path} label={label} text={text} masked={masked} path={path} />
      ))}
    </dl>
  );
}

function Row({ label, text, masked, path }: { label: string; text: string; masked: boolean; path: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className="text" dir="auto" data-field={path}>
        {text === '' ? <span className="withheld">shown after you accept, if known</span> : text}
        {masked && <span className="withheld"> (in part)</span>}
      </dd>
    </>
  );
}
