import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { LeadField, LeadFieldPart } from '../shapes.ts';
import { faultAt, partsOf, type Row, type Rows } from './edit-values.ts';
import { capital, words } from './format.ts';

interface Props {
  field: LeadField;
  rows: Rows;
  change: (rows: Rows) => void;
  /** What the node refused, and where. */
  refused: { path: string | undefined; text: string } | undefined;
}

/** The inputs of one field of a lead, made from what the schema says of it. */
export function FieldInput({ field, rows, change, refused }: Props) {
  const fault = faultAt(refused?.path, field);
  const error = (row: number, part: string) =>
    fault?.row === row && (fault.part === undefined || fault.part === part) ? refused?.text : undefined;
  if (field.repeated && !field.parts) return <TextLines {...{ field, rows, change }} error={fault && refused?.text} />;
  if (field.repeated) return <EntryRows {...{ field, rows, change, error }} />;
  const row = rows[0] ?? {};
  const inputs = partsOf(field).map((part) => (
    <PartInput
      key={part.name}
      part={part}
      label={part.label}
      value={row[part.name] ?? ''}
      error={error(0, part.name)}
      change={(text) => change([{ ...row, [part.name]: text }])}
    />
  ));
  return inputs.length > 1 ? <div className="entry-row">{inputs}</div> : inputs[0];
}

/** A list of plain lines. */
function TextLines({ field, rows, change, error }: Omit<Props, 'refused'> & { error: string | undefined }) {
  return (
    <Textarea
      label={`${field.label} (one on each line)`}
      rows={2}
      value={rows.map((row) => row['']).join('\n')}
      error={error}
      onChange={(event) => change(event.currentTarget.value.split('\n').map((text) => ({ '': text })))}
    />
  );
}

interface EntryProps extends Omit<Props, 'refused'> {
  error: (row: number, part: string) => string | undefined;
}

/** A list whose entries have parts: a row of inputs for each, and one more on demand. */
function EntryRows({ field: { label, parts = [] }, rows, change, error }: EntryProps) {
  const put = (at: number, row: Row) => change(rows.map((old, index) => (index === at ? row : old)));
  return (
    <fieldset className="entries">
      <legend>{label}</legend>
      {rows.map((row, at) => (
        <div className="entry-row" key={at}>
          {parts.map((part) => (
            <PartInput
              key={part.name}
              part={part}
              label={at === 0 ? part.label : `${part.label} ${at + 1}`}
              value={row[part.name] ?? ''}
              error={error(at, part.name)}
              change={(text) => put(at, { ...row, [part.name]: text })}
            />
          ))}
          <Button
            variant="default"
            className="entry-remove"
            aria-label={`Remove ${label} ${at + 1}`}
            onClick={() => change(rows.filter((_, index) => index !== at))}
          >
            Remove
          </Button>
        </div>
      ))}
      <Button variant="default" size="xs" onClick={() => change([...rows, {}])}>
        Add: {label}
      </Button>
    </fieldset>
  );
}

interface PartProps {
  part: LeadFieldPart;
  label: string;
  value: string;
  error: string | undefined;
  change: (text: string) => void;
}

function PartInput({ part: { kind, values, lines, maxLength }, label, value, error, change }: PartProps) {
  const common = {
    label,
    value,
    error,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => change(currentTarget.value),
  };
  if (kind === 'enum')
    return (
      <NativeSelect
        {...common}
        data={[{ value: '', label: '–' }, ...(values ?? []).map((one) => ({ value: one, label: capital(words(one)) }))]}
      />
    );
  const bound = maxLength === undefined ? {} : { maxLength };
  if (lines) return <Textarea {...common} {...bound} rows={3} className="wide" />;
  return (
    <TextInput
      {...common}
      {...bound}
      autoComplete="off"
      {...(kind === 'number' && { inputMode: 'decimal' })}
      {...(kind === 'date-time' && { placeholder: '2026-03-14T09:26:53+01:00' })}
      {...(kind === 'url' && { inputMode: 'url' })}
    />
  );
}
