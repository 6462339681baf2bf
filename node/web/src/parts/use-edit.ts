import { useState } from 'react';
import { useSession } from '../api.ts';
import { Refusal } from '../call.ts';
import type { LeadField, LeadView } from '../shapes.ts';
import { changedFields, entriesOf, filledRows, type Rows, valueOf } from './edit-values.ts';
import { leadKeys, useAct } from './use-act.ts';

/** Somebody else was faster. */
export const isOutrun = (error: unknown): boolean => error instanceof Refusal && error.code === 'lead-changed';

/** The state of the form: what is typed, what it started from, and what somebody else changed meanwhile. */
export function useEdit(lead: LeadView, fields: readonly LeadField[], done: (changed: number) => void) {
  const { api } = useSession();
  const [{ base, version }, setStart] = useState({ base: entriesOf(lead.document, fields), version: lead.version });
  const [entries, setEntries] = useState(base);
  const changed = changedFields(fields, base, entries);
  const save = useAct({
    act: () => {
      const values = changed.map((field) => [field.path, valueOf(entries.get(field.path) ?? [], field)] as const);
      const send = (seen: number) => api.editLead(lead.id, { version: seen, fields: Object.fromEntries(values) });
      return send(version).catch(async (error: unknown) => {
        if (!isOutrun(error)) throw error;
        // A partner's report of the work changes no field: that is nothing to ask a person about.
        const fresh = await api.lead(lead.id);
        if (changedFields(fields, base, entriesOf(fresh.document, fields)).length > 0) throw error;
        return send(fresh.version);
      });
    },
    changes: leadKeys,
    done: ({ changed: paths }) => done(paths.length),
  });
  const now = entriesOf(lead.document, fields);
  const others = isOutrun(save.error) ? changedFields(fields, base, now) : [];
  const submit = () => {
    if (changed.length === 0) {
      done(0);
      return;
    }
    setEntries(new Map(fields.map((field) => [field.path, filledRows(entries.get(field.path) ?? [], field)])));
    save.mutate();
  };
  /** Goes on from what somebody else made of it: only what was typed here is sent then. */
  const goOn = () => {
    const mine = new Map(changed.map(({ path }) => [path, entries.get(path) ?? []]));
    setEntries(new Map([...now, ...mine]));
    setStart({ base: now, version: lead.version });
    save.reset();
  };
  const put = (path: string, rows: Rows) => setEntries((before) => new Map(before).set(path, rows));
  return { entries, put, save, submit, others, goOn };
}
