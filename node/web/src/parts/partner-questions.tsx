import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { LeadView, Question } from '../shapes.ts';
import { AnswerPanel, AskBackPanel, GiveBackPanel } from './partner-panels.tsx';
import { describeTime, words } from './format.ts';
import { Failure } from './query-state.tsx';

type Asked = 'ask-back' | 'give-back' | { question: Question; outcome: 'agreed' | 'refused' };

/** What is open between us and the partner that shares a lead, with the buttons to ask and to answer. */
export function PartnerQuestions({ lead }: { lead: LeadView }) {
  const { api, me } = useSession();
  const [asked, setAsked] = useState<Asked>();
  const questions = useQuery({ queryKey: ['lead', lead.id, 'questions'], queryFn: () => api.questions(lead.id) });
  const back = () => setAsked(undefined);
  if (questions.error) return <Failure error={questions.error} />;
  if (!questions.data) return null;
  if (asked === 'ask-back') return <AskBackPanel lead={lead} back={back} />;
  if (asked === 'give-back') return <GiveBackPanel lead={lead} back={back} />;
  if (asked) return <AnswerPanel {...asked} back={back} />;
  const { items, may } = questions.data;
  const answers = me.user.role !== 'auditor';
  return (
    <>
      {items
        .filter(({ state }) => state === 'open')
        .map((question) => (
          <OpenQuestion key={question.id} question={question} answer={answers ? setAsked : undefined} />
        ))}
      {(may.askBack || may.giveBack) && (
        <div className="buttons">
          {may.askBack && me.user.role !== 'representative' && (
            <Button variant="default" onClick={() => setAsked('ask-back')}>
              Ask for it back …
            </Button>
          )}
          {may.giveBack && (
            <Button variant="default" onClick={() => setAsked('give-back')}>
              Give it back …
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** What agreeing and refusing are called for each kind of question. */
const answerLabels: Readonly<Record<Question['kind'], { agreed: string; refused: string }>> = {
  recall: { agreed: 'Give it back', refused: 'Keep it' },
  return: { agreed: 'Take it back', refused: 'Refuse' },
  correction: { agreed: 'Take it over', refused: 'Leave it as it is' },
};

interface Open {
  question: Question;
  /** Undefined for who only looks on. */
  answer: ((asked: Asked) => void) | undefined;
}

function OpenQuestion({ question, answer }: Open) {
  const { kind, ours, text, suggestions } = question;
  const labels = answerLabels[kind];
  return (
    <section className="card ask" aria-label="Question about this lead">
      <p className="ask-title">{sentenceOf(question)}</p>
      {text && <p className="text">“{text}”</p>}
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
      {!ours && answer && (
        <div className="buttons">
          <Button onClick={() => answer({ question, outcome: 'agreed' })}>{labels.agreed} …</Button>
          <Button variant="default" onClick={() => answer({ question, outcome: 'refused' })}>
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
