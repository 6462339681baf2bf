import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { LeadView, Question } from '../shapes.ts';
import { AskPanel } from './ask-panel.tsx';
import { leadKeys, useAct } from './use-act.ts';

interface Panel {
  lead: LeadView;
  back: () => void;
}

const recallReasons = [
  { value: '', label: 'Choose a reason' },
  { value: 'mistake', label: 'It was given by mistake' },
  { value: 'duplicate', label: 'Somebody else works on it already' },
  { value: 'customer-wish', label: 'The customer wishes it' },
  { value: 'agreement', label: 'Our agreement says so' },
  { value: 'other', label: 'Another reason' },
];
const returnReasons = [
  { value: '', label: 'Choose a reason' },
  { value: 'not-reachable', label: 'Customer cannot be reached' },
  { value: 'wrong-data', label: 'The data is wrong' },
  { value: 'duplicate', label: 'We have this lead already' },
  { value: 'already-customer', label: 'Already a customer' },
  { value: 'not-a-fit', label: 'Not a fit' },
  { value: 'no-interest', label: 'No interest' },
  { value: 'other', label: 'Another reason' },
];

const noWords = { reason: '', text: '', answerBy: '', proofs: '' };

/** The values of a form, and what binds a field to each. */
function useWords() {
  const [facts, setFacts] = useState(noWords);
  const field = (name: keyof typeof noWords) => ({
    value: facts[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setFacts((before) => ({ ...before, [name]: value })),
  });
  const text = facts.text.trim() ? { text: facts.text.trim() } : {};
  return { facts, field, text };
}

/** Asks the partner that holds the lead to give it back. */
export function AskBackPanel({ lead, back }: Panel) {
  const { api } = useSession();
  const { facts, field, text } = useWords();
  const by = facts.answerBy ? { answerBy: new Date(facts.answerBy).toISOString() } : {};
  const ask = useAct({
    act: () => api.askBack(lead.id, { reason: facts.reason, ...text, ...by }),
    changes: leadKeys,
    done: back,
  });
  return (
    <AskPanel
      title={`Ask ${lead.holder?.name ?? 'the partner'} for this lead back`}
      send={{ label: 'Ask' }}
      onSend={() => ask.mutate()}
      onBack={back}
      busy={ask.isPending}
      error={ask.error}
    >
      <p className="quiet">It stays with them until they agree. Then it goes through your rules again.</p>
      <NativeSelect label="Why?" required data={recallReasons} {...field('reason')} />
      <Textarea label="In your own words (optional; they read it)" rows={3} maxLength={4_000} {...field('text')} />
      <TextInput type="datetime-local" label="Answer by (in three days if empty)" {...field('answerBy')} />
    </AskPanel>
  );
}

/** Takes the lead from a partner that is gone. */
export function FreePanel({ lead, back }: Panel) {
  const { api } = useSession();
  const { facts, field } = useWords();
  const free = useAct({ act: () => api.freeLead(lead.id, facts.reason.trim()), changes: leadKeys, done: back });
  const partner = lead.holder?.name ?? 'the partner';
  return (
    <AskPanel
      title={`Take this lead from ${partner} without an answer?`}
      send={{ label: 'Take it', color: 'red.9' }}
      onSend={() => free.mutate()}
      onBack={back}
      busy={free.isPending}
      error={free.error}
    >
      <p className="quiet">
        Only where they are gone for good, or report that you have it back: they may have its details and work on it. It
        goes through your rules again. That you decided so is kept as evidence.
      </p>
      <Textarea label="Why?" required rows={3} maxLength={4_000} {...field('reason')} />
    </AskPanel>
  );
}

/** Asks the partner a lead came from to take it back. */
export function GiveBackPanel({ lead, back }: Panel) {
  const { api } = useSession();
  const { facts, field, text } = useWords();
  const proofs = facts.proofs
    .split(/\s+/)
    .filter(Boolean)
    .map((url) => ({ url }));
  const give = useAct({
    act: () => api.giveBack(lead.id, { reason: facts.reason, ...text, ...(proofs.length > 0 && { proofs }) }),
    changes: leadKeys,
    done: back,
  });
  return (
    <AskPanel
      title={`Give this lead back to ${lead.origin.name ?? 'the partner'}`}
      send={{ label: 'Give it back' }}
      onSend={() => give.mutate()}
      onBack={back}
      busy={give.isPending}
      error={give.error}
    >
      <p className="quiet">It stays yours until they agree. Then everything personal of it is deleted here.</p>
      <NativeSelect label="Why?" required data={returnReasons} {...field('reason')} />
      <Textarea label="In your own words (optional; they read it)" rows={3} maxLength={4_000} {...field('text')} />
      <Textarea
        label="Where what shows it lies (optional)"
        description="Addresses that begin with https, one a line, five at most"
        rows={2}
        {...field('proofs')}
      />
    </AskPanel>
  );
}

interface Answering {
  question: Question;
  outcome: 'agreed' | 'refused';
  back: () => void;
}

interface Wording {
  title: string;
  send: { label: string; color?: string };
  hint: string;
}
const wordings: Readonly<
  Record<Question['kind'], Readonly<Record<Answering['outcome'], (partner: string) => Wording>>>
> = {
  recall: {
    agreed: (partner) => ({
      title: `Give this lead back to ${partner}?`,
      send: { label: 'Give it back', color: 'red.9' },
      hint: 'It is no longer yours, and everything personal of it is deleted here.',
    }),
    refused: (partner) => ({
      title: 'Keep this lead',
      send: { label: 'Keep it' },
      hint: `It stays yours. ${partner} reads why.`,
    }),
  },
  return: {
    agreed: (partner) => ({
      title: `Take this lead back from ${partner}?`,
      send: { label: 'Take it back' },
      hint: 'It goes through your rules again, and not to this partner.',
    }),
    refused: (partner) => ({
      title: 'Do not take this lead back',
      send: { label: 'Refuse' },
      hint: `It stays with ${partner}, who reads why.`,
    }),
  },
  correction: {
    agreed: () => ({
      title: 'Take these values over?',
      send: { label: 'Take it over' },
      hint: 'They replace yours. The history says who suggested them.',
    }),
    refused: () => ({
      title: 'Leave the lead as it is?',
      send: { label: 'Leave it as it is' },
      hint: 'The suggestion is dropped. The partner is not told.',
    }),
  },
};

/** Answers what a partner asked; whoever refuses to hand a lead over says why. */
export function AnswerPanel({ question, outcome, back }: Answering) {
  const { api } = useSession();
  const { field, text } = useWords();
  const { leadId, id, kind, partner } = question;
  const answer = useAct({
    act: () => api.answerQuestion(leadId, id, { outcome, ...text }),
    changes: leadKeys,
    done: back,
  });
  const { title, send, hint } = wordings[kind][outcome](partner.name);
  const refuses = outcome === 'refused';
  return (
    <AskPanel
      title={title}
      send={send}
      onSend={() => answer.mutate()}
      onBack={back}
      busy={answer.isPending}
      error={answer.error}
    >
      <p className="quiet">{hint}</p>
      {kind !== 'correction' && (
        <Textarea
          label={refuses ? 'Why not? (they read it)' : 'A word with it (optional; they read it)'}
          required={refuses}
          rows={3}
          maxLength={4_000}
          {...field('text')}
        />
      )}
    </AskPanel>
  );
}
