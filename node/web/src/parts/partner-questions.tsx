import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { LeadView } from '../shapes.ts';
import { OpenQuestion } from './open-question.tsx';
import { AskBackPanel, FreePanel, GiveBackPanel } from './partner-panels.tsx';
import { Failure } from './query-state.tsx';

function useQuestions({ id }: LeadView) {
  const { api } = useSession();
  return useQuery({ queryKey: ['lead', id, 'questions'], queryFn: () => api.questions(id) });
}

/** What is open between us and the partner that shares a lead, with the buttons to answer. */
export function PartnerQuestions({ lead }: { lead: LeadView }) {
  const { data, error } = useQuestions(lead);
  if (error) return <Failure error={error} />;
  const open = data?.items.filter(({ state }) => state === 'open') ?? [];
  return open.map((question) => <OpenQuestion key={question.id} question={question} />);
}

/** The buttons to ask the partner that shares a lead something; they stand behind the steps of the work. */
export function AskPartner({ lead }: { lead: LeadView }) {
  const { me } = useSession();
  const [asked, setAsked] = useState<'ask-back' | 'give-back' | 'free'>();
  const { data } = useQuestions(lead);
  const back = () => setAsked(undefined);
  if (!data) return null;
  if (asked === 'ask-back') return <AskBackPanel lead={lead} back={back} />;
  if (asked === 'give-back') return <GiveBackPanel lead={lead} back={back} />;
  if (asked === 'free') return <FreePanel lead={lead} back={back} />;
  const mayAskBack = data.may.askBack && me.user.role !== 'representative';
  if (!mayAskBack && !data.may.giveBack && !data.may.free) return null;
  return (
    <div className="buttons">
      {mayAskBack && (
        <Button variant="default" onClick={() => setAsked('ask-back')}>
          Ask for it back …
        </Button>
      )}
      {data.may.giveBack && (
        <Button variant="default" onClick={() => setAsked('give-back')}>
          Give it back …
        </Button>
      )}
      {data.may.free && (
        <Button variant="default" onClick={() => setAsked('free')}>
          Take it without an answer …
        </Button>
      )}
    </div>
  );
}
