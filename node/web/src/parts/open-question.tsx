import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useSession } from '../api.ts';
import type { Question } from '../shapes.ts';
import { describeTime, words } from './format.ts';
import { AnswerPanel } from './partner-panels.tsx';

/** What agreeing and refusing are called for each kind of question. */
const answerLabels: Readonly<Record<Question['kind'], { agreed: string; refused: string }>> = {
  recall: { agreed: 'Give it back', refused: 'Keep it' },
  return: { agreed: 'Take it back', refused: 'Refuse' },
  correction: { agreed: 'Take it over', refused: 'Leave it as it is' },
};

/** What waits for an answer, with the buttons to give it where it is ours to answer; auditors only look on. */
export function OpenQuestion({ question, children }: { question: Question; children?: ReactNode }) {
  const { me } = useSession();
  const [outcome, setOutcome] = useState<'agreed' | 'refused'>();
  const { kind, ours, text, proofs, suggestions } = question;
  if (outcome) return <AnswerPanel question={question} outcome={outcome} back={() => setOutcome(undefined)} />;
  const labels = answerLabels[kind];
  return (
    <section className="card ask" aria-label="Question about this lead">
      <p className="ask-title">{sentenceOf(question)}</p>
      {children}
      {text && <p className="text">“{text}”</p>}
      {proofs && (
        <>
          <p className="quiet">{ours ? 'What shows it:' : 'Named as proof; this node opened none of it:'}</p>
          <ul className="proofs" aria-label="Proofs">
            {proofs.map(({ url, title, mediaType }, place) => (
              <li key={place}>{[title, url, mediaType].filter(Boolean).join(' · ')}</li>
            ))}
          </ul>
        </>
      )}
      {suggestions && (
        <dl className="suggestions">
          {suggestions.map(({ path, label, value }) => (
            <div key={path}>
              <dt className="quiet">{label}</dt>
              <dd>{describeValue(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className="quiet">{whatHolds(question)}</p>
      {!ours && me.user.role !== 'auditor' && (
        <div className="buttons">
          <Button onClick={() => setOutcome('agreed')}>{labels.agreed} …</Button>
          <Button variant="default" onClick={() => setOutcome('refused')}>
            {labels.refused} …
          </Button>
        </div>
      )}
    </section>
  );
}

function sentenceOf({ kind, ours, partner: { name }, reason }: Question): string {
  const why = reason === 'other' ? '' : ` (${words(reason)})`;
  if (kind === 'correction') return `${name} suggests other contact data:`;
  if (kind === 'recall')
    return ours ? `You asked ${name} to give this lead back${why}.` : `${name} asks for this lead back${why}.`;
  return ours ? `You asked ${name} to take this lead back${why}.` : `${name} asks you to take this lead back${why}.`;
}

/** Until when, and where the lead is until then. */
function whatHolds({ kind, ours, partner: { name }, answerBy, overdue }: Question): string {
  if (kind === 'correction') return 'Yours stays as it is until somebody takes it over.';
  const stays = (kind === 'recall') === ours ? `it stays with ${name}` : 'it stays here';
  const late = ours ? `${name} has not answered in time` : 'The time to answer is over';
  if (overdue) return `${late}: ${stays}. A late answer still counts.`;
  const by = answerBy === undefined ? '' : `Answer expected by ${describeTime(answerBy)}. `;
  return `${by}Until both agree, ${stays}.`;
}

/** Lines of text for a value of any field. */
function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing (to be removed)';
  if (Array.isArray(value)) return value.map(describeValue).join(', ');
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const entry = value as Readonly<Record<string, unknown>>;
  return 'value' in entry ? describeValue(entry['value']) : Object.values(entry).map(describeValue).join(' ');
}
