import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { LeadEvent, LeadView } from '../shapes.ts';
import { AskPanel } from './ask-panel.tsx';
import { capital, words } from './format.ts';
import { leadKeys, useAct } from './use-act.ts';

const lossReasons = ['price', 'competitor', 'no-budget', 'no-need', 'not-reachable', 'timing', 'duplicate', 'other'];
export const currencies = ['EUR', 'USD', 'GBP', 'CHF', 'PLN', 'SEK', 'JPY'];

interface Question {
  title: string;
  send: { label: string; color?: string };
}
/** Events that ask for something before they are told. */
const questions: Readonly<Record<string, Question>> = {
  sleep: { title: 'Until when does it sleep?', send: { label: 'Put to sleep' } },
  win: { title: 'Won', send: { label: 'Save as won', color: 'teal.9' } },
  lose: { title: 'Lost', send: { label: 'Save as lost', color: 'red.9' } },
  note: { title: 'A note for this lead', send: { label: 'Save the note' } },
};
export const asks = ({ event }: LeadEvent) => event in questions;

const noFacts = { until: '', amount: '', currency: 'EUR', orderReference: '', reason: '', note: '' };
type Facts = typeof noFacts;

function bodyOf(event: string, facts: Facts): Record<string, unknown> {
  const note = facts.note.trim() ? { note: facts.note.trim() } : {};
  if (event === 'sleep') return { ...note, until: new Date(facts.until).toISOString() };
  if (event === 'lose') return { ...note, reason: facts.reason };
  if (event !== 'win') return note;
  const amount = facts.amount.trim().replace(',', '.');
  const orderReference = facts.orderReference.trim();
  return {
    ...note,
    ...(amount && { amount: { amount, currency: facts.currency } }),
    ...(orderReference && { orderReference }),
  };
}

/** The form of an event of the work: what became of the lead, with what belongs to it. */
export function WorkPanel({ lead, event: { event }, back }: { lead: LeadView; event: LeadEvent; back: () => void }) {
  const { api } = useSession();
  const [facts, setFacts] = useState(noFacts);
  const save = useAct({
    act: () => api.change(lead.id, { event, version: lead.version, ...bodyOf(event, facts) }),
    changes: leadKeys,
    done: back,
  });
  const field = (name: keyof Facts) => ({
    value: facts[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setFacts((before) => ({ ...before, [name]: value })),
  });
  const question = questions[event] ?? { title: event, send: { label: 'Save' } };
  return (
    <AskPanel {...question} onSend={() => save.mutate()} onBack={back} busy={save.isPending} error={save.error}>
      {event === 'sleep' && <TextInput type="datetime-local" label="Until" required {...field('until')} />}
      {event === 'win' && (
        <div className="fields-3">
          <TextInput label="Amount" placeholder="1250.00" inputMode="decimal" {...field('amount')} />
          <NativeSelect label="Currency" data={currencies} {...field('currency')} />
          <TextInput label="Order number" maxLength={100} {...field('orderReference')} />
        </div>
      )}
      {event === 'lose' && (
        <NativeSelect
          label="Why was it lost?"
          required
          data={[{ value: '', label: 'Choose a reason' }, ...lossReasons.map(reasonOption)]}
          {...field('reason')}
        />
      )}
      <Textarea
        label={event === 'note' ? 'Note' : 'Note (optional)'}
        required={event === 'note'}
        rows={3}
        maxLength={4_000}
        {...field('note')}
      />
    </AskPanel>
  );
}

const reasonOption = (value: string) => ({ value, label: capital(words(value)) });
