import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { Decision, Deletion, PrivacyRequest } from '../../privacy-shapes.ts';
import { AskPanel } from '../ask-panel.tsx';
import { describeTime, words } from '../format.ts';
import { Tag } from '../state-badge.tsx';
import { leadKeys, useAct } from '../use-act.ts';

const outcomes = {
  open: ['asked, no answer yet', 'waiting'],
  pending: ['being done', 'waiting'],
  done: ['done', 'good'],
  partial: ['done in part', 'warn'],
  refused: ['refused', 'bad'],
  unreached: ['not reached: ask its people', 'warn'],
} as const;

function sentenceOf({ kind, ours, partner: { name }, reason }: PrivacyRequest): string {
  const why = reason === undefined || reason === 'other' ? '' : ` (${words(reason)})`;
  if (kind === 'access') return ours ? `${name} was asked what it holds` : `${name} asks what we hold`;
  return ours ? `${name} was asked to erase it${why}` : `${name} asks to erase it${why}`;
}

/** One request about personal data: what was asked, what became of it, and the buttons to decide where it is ours to. */
export function RequestLine({ request, lead }: { request: PrivacyRequest; lead?: React.ReactNode }) {
  const { me } = useSession();
  const [asked, setAsked] = useState<Decision['outcome']>();
  const [heard, setHeard] = useState(false);
  const { outcome, askedAt, answerBy, overdue, answeredAt, holdUntil, text, onwards, decidable } = request;
  const [label, tone] = !request.ours && decidable ? (['to be decided', 'open'] as const) : outcomes[outcome];
  const facts = [
    `asked ${describeTime(askedAt)}`,
    answeredAt === undefined || decidable
      ? `answer expected by ${describeTime(answerBy)}`
      : `answered ${describeTime(answeredAt)}`,
    holdUntil !== undefined && `a legal duty keeps it until ${describeTime(holdUntil)}`,
  ].filter(Boolean);
  const decides = decidable && me.user.role === 'administrator';
  const confirms = request.confirmable && me.user.role === 'administrator';
  if (heard && confirms) return <Confirming request={request} back={() => setHeard(false)} />;
  if (asked) return <Deciding request={request} outcome={asked} back={() => setAsked(undefined)} />;
  return (
    <div className="request">
      <div className="line-head">
        <p className="text">{sentenceOf(request)}</p>
        <span className="tags">
          {overdue && <Tag tone="bad">overdue</Tag>}
          <Tag tone={tone}>{label}</Tag>
        </span>
      </div>
      {lead}
      <p className="quiet small">{facts.join(' · ')}</p>
      {text !== undefined && <p className="text note-text">“{text}”</p>}
      {onwards.length > 0 && (
        <p className="small text">
          Further on: {onwards.map((one) => `${one.recipient}: ${words(one.outcome)}`).join(', ')}
        </p>
      )}
      {confirms && (
        <div className="buttons">
          <Button variant="default" onClick={() => setHeard(true)}>
            They deleted it …
          </Button>
        </div>
      )}
      {decides && (
        <div className="buttons">
          <Button color="red.9" onClick={() => setAsked('agreed')}>
            Erase it …
          </Button>
          <Button variant="default" onClick={() => setAsked('refused')}>
            Refuse …
          </Button>
        </div>
      )}
    </div>
  );
}

/** Somebody told on the phone what their software, or nobody, said. */
function Confirming({ request: { id, leadId, partner }, back }: Pick<DecidingProps, 'request' | 'back'>) {
  const { api } = useSession();
  const [text, setText] = useState('');
  const confirm = useAct({ act: () => api.confirmErased(leadId, id, text.trim()), changes: leadKeys, done: back });
  return (
    <AskPanel
      title={`${partner.name} deleted what it had of this lead`}
      send={{ label: 'Note it as done' }}
      onSend={() => confirm.mutate()}
      onBack={back}
      busy={confirm.isPending}
      error={confirm.error}
    >
      <Textarea
        label="Who said so, and how? (without personal data of the lead; stays on this node)"
        required
        rows={2}
        maxLength={500}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <p className="quiet">Partners that asked for this erasure are told that it is done.</p>
    </AskPanel>
  );
}

interface DecidingProps {
  request: PrivacyRequest;
  outcome: Decision['outcome'];
  back: () => void;
}

function Deciding({ request: { id, leadId, partner }, outcome, back }: DecidingProps) {
  const { api } = useSession();
  const [text, setText] = useState('');
  const refuses = outcome === 'refused';
  const answer = useAct({
    act: () => api.answerPrivacy(leadId, id, { outcome, ...(text.trim() && { text: text.trim() }) }),
    changes: leadKeys,
    done: back,
  });
  return (
    <AskPanel
      title={refuses ? 'Refuse to erase this lead' : 'Erase this lead here, and everywhere it went from here?'}
      send={refuses ? { label: 'Refuse' } : { label: 'Erase it', color: 'red.9' }}
      onSend={() => answer.mutate()}
      onBack={back}
      busy={answer.isPending}
      error={answer.error}
    >
      {refuses ? (
        <Textarea
          label={`Why not? (${partner.name} reads it; without personal data)`}
          required
          rows={3}
          maxLength={4_000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : (
        <p className="quiet">Nobody can bring it back.</p>
      )}
    </AskPanel>
  );
}

/** A partner that did not get the lead: has it deleted what it saw? */
export function DeletionLine({ deletion, lead }: { deletion: Deletion; lead?: React.ReactNode }) {
  const { partner, deleteBy, deletedAt, overdue, silent } = deletion;
  return (
    <div className="request">
      <div className="line-head">
        <p className="text">
          <bdi>{partner.name}</bdi> did not get it and deletes what it saw
        </p>
        {deletedAt !== undefined ? (
          <Tag tone="good">deleted {describeTime(deletedAt)}</Tag>
        ) : (
          <Tag tone={overdue ? 'bad' : 'waiting'}>
            {overdue ? 'overdue since' : 'by'} {describeTime(deleteBy)}
          </Tag>
        )}
      </div>
      {lead}
      {silent && deletedAt === undefined && <p className="quiet small">Its node cannot confirm it: ask its people.</p>}
    </div>
  );
}
