import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Form } from './form.tsx';
import { useSession } from '../api.ts';
import { CopyText } from './copy-text.tsx';
import { Failure } from './query-state.tsx';
import { useAct } from './use-act.ts';

/** How two nodes get to know each other: invitations both ways, then ten words compared by voice. */
export function Introduction() {
  const { api } = useSession();
  const invite = useAct({ act: api.invite, changes: [] });
  return (
    <section className="card introduction">
      <h2 className="section-title">Add a partner</h2>
      <ol className="steps-told">
        <li>Send your invitation to the partner’s administrator, and get theirs.</li>
        <li>Take theirs below.</li>
        <li>Call each other and compare the ten words. Only when both sides confirmed do the nodes talk.</li>
      </ol>
      {invite.error && <Failure error={invite.error} />}
      {invite.data ? (
        <CopyText
          label="My invitation"
          text={invite.data.text}
          advice={`My ten words, to read out: ${invite.data.fingerprint}`}
        />
      ) : (
        <Button variant="default" loading={invite.isPending} onClick={() => invite.mutate()}>
          Show my invitation
        </Button>
      )}
      <Acceptance />
    </section>
  );
}

const parts = [
  { value: 'both', label: 'offers and takes leads' },
  { value: 'secondary', label: 'takes leads from us' },
  { value: 'primary', label: 'offers leads to us' },
];

function Acceptance() {
  const { api } = useSession();
  const navigate = useNavigate();
  const [invitation, setInvitation] = useState('');
  const [role, setRole] = useState('both');
  const [allowedAddress, setAllowedAddress] = useState('');
  const accept = useAct({
    act: () => api.acceptInvitation({ invitation, role, ...(allowedAddress && { allowedAddress }) }),
    changes: ['peers'],
    done: ({ id }) => navigate(`/partners/${encodeURIComponent(id)}`),
  });
  return (
    <Form label="Take this invitation" act={accept}>
      <Textarea
        label="The partner’s invitation"
        description="The whole text as it came"
        required
        rows={5}
        className="code-input"
        spellCheck={false}
        value={invitation}
        onChange={(event) => setInvitation(event.currentTarget.value)}
      />
      <div className="fields-2">
        <NativeSelect
          label="The partner"
          data={parts}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value)}
        />
        <TextInput
          label="Private address range (VPN only)"
          placeholder="10.8.0.0/16"
          value={allowedAddress}
          onChange={(event) => setAllowedAddress(event.currentTarget.value)}
        />
      </div>
    </Form>
  );
}
