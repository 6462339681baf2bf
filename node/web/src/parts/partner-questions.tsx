import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { LeadView } from '../shapes.ts';
import { OpenQuestion } from './open-question.tsx';
import { AskBackPanel, GiveBackPanel } from './partner-panels.tsx';
import { Failure } from './query-state.tsx';

type Asked = 'ask-back' | 'give-back';

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
  const { items, may } = questions.data;
  return (
    <>
      {items
        .filter(({ state }) => state === 'open')
        .map((question) => (
          <OpenQuestion key={question.id} question={question} />
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
