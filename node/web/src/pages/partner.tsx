import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import { useSession } from '../api.ts';
import { Agreements } from '../parts/agreements.tsx';
import { describeTime, words } from '../parts/format.ts';
import { Feedback } from '../parts/feedback.tsx';
import { Facts } from '../parts/facts.tsx';
import { Form } from '../parts/form.tsx';
import { HealthBadge } from '../parts/health-badge.tsx';
import { LogWitness } from '../parts/log-witness.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PeerMessages } from '../parts/peer-messages.tsx';
import { Answer, Failure } from '../parts/query-state.tsx';
import { SpeechAndKeys } from '../parts/speech-and-keys.tsx';
import { useAct } from '../parts/use-act.ts';
import { WithoutNode } from '../parts/without-node.tsx';
import type { PeerView } from '../partner-shapes.ts';

export function PartnerPage() {
  const { api, me } = useSession();
  const { id = '' } = useParams();
  const peer = useQuery({ queryKey: ['peer', id], queryFn: () => api.peer(id) });
  const head = <PageHead title="Partner" back={{ to: '/partners', label: 'Partners' }} />;
  return (
    <Answer query={peer} head={head}>
      {(data) => (
        <>
          <PageHead
            title={data.name}
            back={{ to: '/partners', label: 'Partners' }}
            aside={<HealthBadge peer={data} />}
          />
          <div className="lines">
            {me.user.role === 'administrator' && data.state === 'pending' && <Confirmation peer={data} />}
            <PeerFacts peer={data} />
            {data.kind !== 'node' && me.user.role !== 'representative' && <WithoutNode peer={data} />}
            {data.kind === 'node' && data.state !== 'pending' && <SpeechAndKeys peer={data} />}
            {data.kind === 'node' && data.state !== 'pending' && <LogWitness peer={data} />}
            {(me.user.role === 'administrator' || me.user.role === 'manager') && <Feedback peer={data} />}
            {me.user.role !== 'representative' && data.kind === 'node' && data.state !== 'pending' && (
              <Agreements peer={data} />
            )}
            {me.user.role !== 'representative' && <PeerMessages id={id} />}
            {me.user.role === 'administrator' && data.state !== 'pending' && <Pause peer={data} />}
          </div>
        </>
      )}
    </Answer>
  );
}

const parts = { primary: 'offers leads to us', secondary: 'takes leads from us', both: 'offers and takes leads' };
const reachedBy = { node: 'the protocol', people: 'mails to its people', webhook: 'webhooks to its software' };
const timeOr = (at: string | null, otherwise: string) => (at === null ? otherwise : describeTime(at));

function PeerFacts({
  peer: { id, kind, endpoint, role, fingerprint, health, outbox, securityEvents },
}: {
  peer: PeerView;
}) {
  const facts: [string, string][] = [
    [kind === 'node' ? 'Node' : 'Id', id],
    ['Reached by', reachedBy[kind]],
    ['Address', endpoint],
    ['The partner', parts[role]],
    ['Its ten words', fingerprint],
    ['Last delivered', timeOr(health.lastSuccessAt, 'never')],
    ['Last heard from', timeOr(health.lastHeardAt, 'never')],
    [
      'Last failure',
      health.lastFailureAt ? `${describeTime(health.lastFailureAt)}: ${words(health.lastError ?? '')}` : '',
    ],
    ['Next attempt', timeOr(health.nextProbeAt, '')],
    [
      'Sent',
      `${outbox.delivered} delivered, ${outbox.waiting} waiting, ${outbox.refused} refused, ${outbox.dead} given up`,
    ],
    ['Security events', securityEvents.map(({ at, code }) => `${words(code)} (${describeTime(at)})`).join(', ')],
  ];
  return (
    <section className="card">
      <h2 className="section-title">Health</h2>
      <Facts facts={facts} />
    </section>
  );
}

const peerKeys = ['peer', 'peers', 'boxes'];

function Confirmation({ peer: { id, name } }: { peer: PeerView }) {
  const { api } = useSession();
  const [typed, setTyped] = useState('');
  const confirm = useAct({ act: () => api.confirmPeer(id, typed), changes: peerKeys });
  return (
    <Form card title="Confirm this partner" label="Confirm" act={confirm}>
      <p>
        Call the administrator of <bdi>{name}</bdi>, let them read out their ten words, and type what you hear. Nothing
        is exchanged before that.
      </p>
      <TextInput
        label="The ten words you hear"
        required
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </Form>
  );
}

function Pause({ peer: { id, state } }: { peer: PeerView }) {
  const { api } = useSession();
  const active = state === 'active';
  const pause = useAct({ act: () => api.pausePeer(id, active), changes: peerKeys });
  return (
    <section className="card">
      <h2 className="section-title">{active ? 'Suspend' : 'Suspended'}</h2>
      <p className="quiet">
        {active
          ? 'Stops all exchange with this partner until it is resumed.'
          : 'Nothing is exchanged with this partner.'}
      </p>
      {pause.error && <Failure error={pause.error} />}
      <div className="buttons">
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
          {active ? 'Suspend this partner' : 'Resume'}
        </Button>
      </div>
    </section>
  );
}
