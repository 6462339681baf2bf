import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Form } from './form.tsx';
import { useSession } from '../api.ts';
import type { NewPartner } from '../partner-shapes.ts';
import type { PeerView } from '../partner-shapes.ts';
import { CopyText } from './copy-text.tsx';
import { Answer, Failure } from './query-state.tsx';
import { useAct } from './use-act.ts';
import { readMapping, WebhookPreview } from './webhook-preview.tsx';

const kinds = [
  { value: 'people', label: 'people who answer by mail' },
  { value: 'webhook', label: 'software that takes webhooks' },
];

/** Adds a partner that has no node; what its software needs to know is shown this once. */
export function NewPartnerForm() {
  const { api } = useSession();
  const navigate = useNavigate();
  const [kind, setKind] = useState('people');
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [allowedAddress, setAllowedAddress] = useState('');
  const input = { kind, name, ...(kind === 'webhook' && { url, ...(allowedAddress && { allowedAddress }) }) };
  const open = ({ id }: NewPartner) => navigate(`/partners/${encodeURIComponent(id)}`);
  const add = useAct({
    act: () => api.addPartner(input),
    changes: ['peers', 'boxes'],
    done: (made) => (made.webhook ? undefined : open(made)),
  });
  if (add.data?.webhook) return <Secrets made={add.data} onDone={open} />;
  return (
    <Form card title="Add a partner without a node" label="Add this partner" act={add}>
      <div className="fields-2">
        <TextInput label="Its name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <NativeSelect
          label="It works with"
          data={kinds}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
      </div>
      {kind === 'webhook' && (
        <div className="fields-2">
          <TextInput
            label="Where it takes webhooks"
            required
            placeholder="https://crm.example/hooks/leads"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          <TextInput
            label="Its private address range (VPN only)"
            placeholder="10.8.0.0/16"
            value={allowedAddress}
            onChange={(event) => setAllowedAddress(event.currentTarget.value)}
          />
        </div>
      )}
    </Form>
  );
}

function Secrets({ made, onDone }: { made: NewPartner; onDone: (made: NewPartner) => unknown }) {
  const { secret, reportSecret, token, reportUrl } = made.webhook ?? {};
  const lines = [
    `Checks our webhooks: ${secret ?? ''}`,
    `Signs its reports: ${reportSecret ?? ''}`,
    `Token in place of a signature: ${token ?? ''}`,
    `Takes its reports: ${reportUrl ?? ''}`,
  ];
  return (
    <section className="card">
      <CopyText
        label={`What the software of ${made.name} needs`}
        advice="Enter it there now: it is not shown again."
        text={lines.join('\n')}
      />
      <div className="buttons">
        <Button onClick={() => onDone(made)}>Go to the partner</Button>
      </div>
    </section>
  );
}

/** What is particular about a partner without a node. */
export function WithoutNode({ peer }: { peer: PeerView }) {
  return peer.kind === 'people' ? <People peer={peer} /> : <MappingForm peer={peer} />;
}

function People({ peer: { id } }: { peer: PeerView }) {
  const { api, me } = useSession();
  const people = useQuery({ queryKey: ['people', id], queryFn: () => api.partnerPeople(id) });
  const change = useAct({
    act: ({ person, active }: { person: string; active: boolean }) => api.changePerson(id, person, { active }),
    changes: ['people'],
  });
  const administers = me.user.role === 'administrator';
  return (
    <section className="card">
      <h2 className="section-title">People</h2>
      <p className="quiet">
        They are offered leads by mail and answer by its link, or by answering the mail. What they read stays in their
        mailboxes.
      </p>
      <Answer query={people}>
        {({ items }) => (
          <ul className="lines">
            {items.map(({ id: person, name, email, active }) => (
              <li key={person}>
                <Checkbox
                  label={`${name}, ${email}`}
                  checked={active}
                  disabled={!administers}
                  onChange={(event) => change.mutate({ person, active: event.currentTarget.checked })}
                />
              </li>
            ))}
          </ul>
        )}
      </Answer>
      {change.error && <Failure error={change.error} />}
      {administers && <NewPerson id={id} />}
    </section>
  );
}

function NewPerson({ id }: { id: string }) {
  const { api } = useSession();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const add = useAct({ act: () => api.addPerson(id, { name, email }), changes: ['people'] });
  return (
    <Form label="Add this person" plain act={add}>
      <div className="fields-2">
        <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput
          label="E-mail address"
          type="email"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
      </div>
    </Form>
  );
}

function MappingForm({ peer: { id } }: { peer: PeerView }) {
  const { api, me } = useSession();
  const mapping = useQuery({ queryKey: ['mapping', id], queryFn: () => api.mapping(id) });
  const [text, setText] = useState<string>();
  const save = useAct({ act: (input: string) => api.setMapping(id, readMapping(input)), changes: ['mapping'] });
  return (
    <section className="card form">
      <h2 className="section-title">What its software is sent, and what its reports mean</h2>
      <Answer query={mapping}>
        {(set) => {
          const shown = text ?? JSON.stringify(set.mapping, null, 2);
          return (
            <>
              <Textarea
                label="Mapping (JSON)"
                rows={12}
                className="code-input"
                spellCheck={false}
                readOnly={me.user.role !== 'administrator'}
                value={shown}
                onChange={(event) => setText(event.currentTarget.value)}
              />
              {save.error && <Failure error={save.error} />}
              {me.user.role === 'administrator' && (
                <div className="buttons">
                  <Button variant="default" loading={save.isPending} onClick={() => save.mutate(shown)}>
                    Save the mapping
                  </Button>
                </div>
              )}
              <WebhookPreview id={id} mapping={shown} />
            </>
          );
        }}
      </Answer>
    </section>
  );
}
