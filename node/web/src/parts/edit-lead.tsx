import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Refusal } from '../call.ts';
import type { LeadField, LeadView } from '../shapes.ts';
import { type Entries, faultAt, type Rows } from './edit-values.ts';
import { FieldInput } from './field-input.tsx';
import { capital } from './format.ts';
import { useLeadFields } from './lead-document.tsx';
import { fieldSections } from './lead-values.ts';
import { Answer, Failure } from './query-state.tsx';
import { isOutrun, useEdit } from './use-edit.ts';

interface Editing {
  lead: LeadView;
  /** `changed`: how many fields were. */
  done: (changed: number) => void;
  back: () => void;
}

export function EditLead(editing: Editing) {
  return <Answer query={useLeadFields()}>{({ items }) => <EditForm {...editing} fields={items} />}</Answer>;
}

/** Consents change in the privacy panel, where it is said who is told. What is withheld from a reader is not theirs to change. */
function editable(fields: readonly LeadField[], { hiddenFields, maskedFields }: LeadView): LeadField[] {
  const withheld = [...hiddenFields, ...maskedFields].map(({ path }) => path);
  return fields.filter(
    ({ path, group }) => group !== 'consent' && !withheld.some((one) => one === path || one.startsWith(`${path}.`)),
  );
}

/** Sections that matter to few; they open by themselves when something in them was refused. */
const rare = new Set(['Source', 'Files', 'More']);

function EditForm(editing: Editing & { fields: readonly LeadField[] }) {
  const { lead, back } = editing;
  const [fields] = useState(() => editable(editing.fields, lead));
  const { entries, put, save, submit, others, goOn } = useEdit(lead, fields, editing.done);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, []);
  const { error } = save;
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-others]')?.focus();
  }, [error]);
  const path = error instanceof Refusal ? error.path : undefined;
  const at = fields.find((field) => faultAt(path, field));
  const refused =
    error instanceof Refusal && at && path !== undefined ? { path, text: plainText(error, at.example) } : undefined;
  return (
    <form
      ref={form}
      className="form edit"
      aria-label="Edit this lead"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Told lead={lead} />
      {fieldSections.map(([title, groups]) => (
        <Section
          key={title}
          title={title}
          fields={fields.filter(({ group }) => groups.includes(group))}
          {...{ entries, put, refused }}
        />
      ))}
      {error && !at && <Failure error={error} />}
      {at && <p role="alert">{at.label} does not fit: see the mark.</p>}
      {others.length > 0 && (
        <p data-others tabIndex={-1}>
          Changed meanwhile: {others.map(({ label }) => label).join(', ')}.
        </p>
      )}
      <div className="buttons">
        {isOutrun(error) && others.length > 0 ? (
          <Button onClick={goOn}>Go on with the new values</Button>
        ) : (
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        )}
        <Button variant="default" onClick={back}>
          Back
        </Button>
      </div>
    </form>
  );
}

/** The node's sentence without the path, which the mark at the field says. */
function plainText({ message, path = '' }: Refusal, example: string | undefined): string {
  const text = capital(message.startsWith(`${path} `) ? message.slice(path.length + 1) : message);
  return example === undefined ? text : `${text}, for example: ${example}`;
}

interface SectionProps {
  title: string;
  fields: readonly LeadField[];
  entries: Entries;
  put: (path: string, rows: Rows) => void;
  refused: { path: string; text: string } | undefined;
}

function Section({ title, fields, entries, put, refused }: SectionProps) {
  if (fields.length === 0) return null;
  const inputs = (
    <div className="fields-2">
      {fields.map((field) => {
        const rows = entries.get(field.path) ?? [];
        const change = (next: Rows) => put(field.path, next);
        return <FieldInput key={field.path} {...{ field, rows, change, refused }} />;
      })}
    </div>
  );
  if (rare.has(title))
    return (
      <details open={fields.some((field) => faultAt(refused?.path, field)) || undefined}>
        <summary className="section-title">{title}</summary>
        {inputs}
      </details>
    );
  return (
    <fieldset>
      <legend className="section-title">{title}</legend>
      {inputs}
    </fieldset>
  );
}

function Told({ lead: { holder, origin } }: { lead: LeadView }) {
  const partner = holder?.kind === 'peer' ? (holder.name ?? holder.id) : origin.name;
  if (holder?.kind !== 'peer' && origin.kind !== 'peer') return null;
  return (
    <p className="quiet">
      <bdi>{partner ?? 'The partner'}</bdi> shares this lead and is told what you change, as far as the policies allow.
    </p>
  );
}
