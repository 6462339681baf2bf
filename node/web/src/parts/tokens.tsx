import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { ApiToken } from '../shapes.ts';
import { CopyText } from './copy-text.tsx';
import { Form } from './form.tsx';
import { describeTime } from './format.ts';
import { Answer, Failure } from './query-state.tsx';
import { useAct } from './use-act.ts';

const powers = [
  { value: 'all', label: 'everything I may do' },
  { value: 'read', label: 'reading only' },
  { value: 'intake', label: 'entering leads only' },
];

/** One's own API tokens. */
export function Tokens() {
  const { api } = useSession();
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: api.tokens });
  return (
    <section className="card stack">
      <h2 className="section-title">API tokens</h2>
      <p className="quiet">For programs that work in your name.</p>
      <Answer query={tokens}>
        {({ items }) => (
          <ul className="plain">
            {items.map((token) => (
              <Token key={token.id} token={token} />
            ))}
          </ul>
        )}
      </Answer>
      <AddToken />
    </section>
  );
}

function Token({ token: { id, name, expiresAt, usedAt } }: { token: ApiToken }) {
  const { api } = useSession();
  const revoke = useAct({ act: () => api.revokeToken(id), changes: ['tokens'] });
  return (
    <li className="token">
      <div className="line-head">
        <div>
          <p className="text" dir="auto">
            {name}
          </p>
          <p className="quiet small">
            until {describeTime(expiresAt)} · {usedAt ? `last used ${describeTime(usedAt)}` : 'never used'}
          </p>
        </div>
        <Button
          size="xs"
          variant="default"
          aria-label={`Revoke ${name}`}
          loading={revoke.isPending}
          onClick={() => revoke.mutate()}
        >
          Revoke
        </Button>
      </div>
      {revoke.error && <Failure error={revoke.error} />}
    </li>
  );
}

function AddToken() {
  const { api } = useSession();
  const [name, setName] = useState('');
  const [power, setPower] = useState('all');
  const [days, setDays] = useState('90');
  const add = useAct({
    act: () => api.addToken({ name, days: Number(days), ...(power !== 'all' && { scopes: [power] }) }),
    changes: ['tokens'],
    done: () => setName(''),
  });
  return (
    <>
      <Form label="Make a token" plain act={add}>
        <div className="fields-3">
          <TextInput
            label="What is it for?"
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NativeSelect
            label="It may do"
            data={powers}
            value={power}
            onChange={(event) => setPower(event.currentTarget.value)}
          />
          <NativeSelect
            label="For"
            data={['7', '30', '90', '365'].map((value) => ({ value, label: `${value} days` }))}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
        </div>
      </Form>
      {add.data && <CopyText label="The new token" text={add.data.token} advice="It is shown only now." />}
    </>
  );
}
