import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { PeerView } from '../partner-shapes.ts';
import { Facts } from './facts.tsx';
import { Form } from './form.tsx';
import { describeTime } from './format.ts';
import { Failure } from './query-state.tsx';
import { useAct } from './use-act.ts';

const changes = ['peer', 'peers'];

/** What a partner's node speaks and takes, how it gets its messages, and its keys that wait for somebody's word. */
export function SpeechAndKeys({ peer }: { peer: PeerView }) {
  const { api, me } = useSession();
  const { id, name, speaks, keys, fetches, quota } = peer;
  const set = useAct({ act: (wish: boolean) => api.changePeer(id, { fetches: wish }), changes });
  const waiting = keys.filter(({ confirmedAt, revokedAt }) => confirmedAt === null && revokedAt === null);
  const facts = [
    ['Speaks', speaks.levels.join(', ')],
    ['Takes a minute', speaks.messagesPerMinute === null ? '' : `${speaks.messagesPerMinute} messages`],
    ['Said so', speaks.learnedAt === null ? 'nothing yet' : describeTime(speaks.learnedAt)],
    ['We take a minute', `${quota.perMinute} messages; ${quota.left} could come at once now`],
  ] as const;
  return (
    <section className="card">
      <h2 className="section-title">What its node speaks</h2>
      <Facts facts={facts} />
      <Checkbox
        label={`Nobody can reach ${name}: its messages wait until it asks for them`}
        checked={fetches}
        disabled={me.user.role !== 'administrator' || set.isPending}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
      {set.error && <Failure error={set.error} />}
      {me.user.role === 'administrator' && waiting.map(({ kid }) => <NewKey key={kid} id={id} kid={kid} />)}
    </section>
  );
}

/** A key that the partner announced: it counts once somebody heard its ten words. */
function NewKey({ id, kid }: { id: string; kid: string }) {
  const { api } = useSession();
  const [typed, setTyped] = useState('');
  const confirm = useAct({ act: () => api.confirmPeerKey(id, kid, typed), changes });
  return (
    <Form label="Confirm the key" act={confirm}>
      <p>
        The partner announced a new key (<span className="text">{kid}</span>). Call its administrator, let them read out
        the ten words of the new key, and type what you hear.
      </p>
      <TextInput
        label="The ten words of the new key"
        required
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </Form>
  );
}
