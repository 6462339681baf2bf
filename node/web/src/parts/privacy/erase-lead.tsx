import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { ErasureReason, Privacy } from '../../privacy-shapes.ts';
import type { LeadView, Recipient } from '../../shapes.ts';
import { AskPanel } from '../ask-panel.tsx';
import { describeTime } from '../format.ts';
import { leadKeys, useAct } from '../use-act.ts';

const reasons: Readonly<Record<ErasureReason, string>> = {
  'person-asked': 'The person asks for it',
  'consent-withdrawn': 'The consent was withdrawn',
  'retention-over': 'It was kept as long as it may be',
  unlawful: 'It should never have been kept',
  other: 'Another reason',
};
const options = Object.entries(reasons).map(([value, label]) => ({ value, label }));

/** Deletes a lead for good; says before what will happen, and who else is asked. */
export function EraseLead({ lead, privacy }: { lead: LeadView; privacy: Privacy }) {
  const [asks, setAsks] = useState(false);
  const { erasedAt, heldUntil } = privacy;
  if (asks) return <Erasing lead={lead} again={erasedAt !== undefined} back={() => setAsks(false)} />;
  return (
    <section className="card">
      <h2 className="section-title">Erase this lead</h2>
      <p className="quiet">
        {erasedAt === undefined
          ? 'Deletes everything that was said of the person, here and at every partner that got it.'
          : `It was erased here ${describeTime(erasedAt)}. Partners that did not say they are done can be asked again.`}
      </p>
      {heldUntil !== undefined && erasedAt === undefined && (
        <p>A legal duty keeps it until {describeTime(heldUntil)}: nobody can erase it before.</p>
      )}
      {(heldUntil === undefined || erasedAt !== undefined) && (
        <div className="buttons">
          <Button variant="default" onClick={() => setAsks(true)}>
            {erasedAt === undefined ? 'Erase …' : 'Ask again …'}
          </Button>
        </div>
      )}
    </section>
  );
}

function Erasing({ lead, again, back }: { lead: LeadView; again: boolean; back: () => void }) {
  const { api } = useSession();
  const [reason, setReason] = useState<ErasureReason>('person-asked');
  const [sure, setSure] = useState(again);
  const erase = useAct({ act: () => api.erase(lead.id, reason), changes: leadKeys, done: back });
  return (
    <AskPanel
      title={again ? 'Ask the partners again to erase it' : 'Erase this lead for good'}
      send={{ label: again ? 'Ask again' : 'Erase for good', color: 'red.9' }}
      onSend={() => erase.mutate()}
      onBack={back}
      busy={erase.isPending}
      error={erase.error}
    >
      <NativeSelect
        label="Why?"
        data={options}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value as ErasureReason)}
      />
      <Consequences lead={lead} />
      {!again && (
        <Checkbox
          label="I know that nobody can bring it back"
          required
          checked={sure}
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
      )}
    </AskPanel>
  );
}

const holds = (recipient: Recipient) => recipient.state === 'won' || recipient.state === 'accepted';

function Consequences({ lead }: { lead: LeadView }) {
  const { api } = useSession();
  const offers = useQuery({ queryKey: ['lead', lead.id, 'offers'], queryFn: () => api.offers(lead.id) });
  const recipients = offers.data?.items.flatMap((offer) => offer.recipients) ?? [];
  const names = (holders: boolean) => [
    ...new Set(recipients.filter((one) => one.kind === 'peer' && holds(one) === holders).map(({ name }) => name)),
  ];
  const [bound, saw] = [names(true), names(false)];
  return (
    <ul className="steps-told">
      <li>Here the lead, its notes, its original and the key of its messages are deleted at once.</li>
      {bound.length > 0 && (
        <li>
          <bdi>{bound.join(', ')}</bdi> got it and must delete it too, with everybody it was passed on to.
        </li>
      )}
      {saw.length > 0 && (
        <li>
          <bdi>{saw.join(', ')}</bdi> saw the offer and must delete that.
        </li>
      )}
      {lead.origin.kind === 'peer' && (
        <li>
          <bdi>{lead.origin.name ?? 'The partner'}</bdi>, from whom we have it, is asked; its people decide.
        </li>
      )}
      <li>That it was here, who did what when, and the signatures of messages stay: they say nothing of the person.</li>
      <li>Backups, sent mails and exported files are not reached.</li>
    </ul>
  );
}
