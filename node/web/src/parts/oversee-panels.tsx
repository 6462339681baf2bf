import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { LeadView } from '../shapes.ts';
import { AskPanel } from './ask-panel.tsx';
import { leadKeys, useAct } from './use-act.ts';
import { useUsers } from './use-users.ts';

interface Panel {
  lead: LeadView;
  back: () => void;
}
const given = (reason: string) => (reason.trim() ? { reason: reason.trim() } : {});

function Reason({ value, change }: { value: string; change: (value: string) => void }) {
  return (
    <TextInput
      label="Why (optional; goes into the history)"
      maxLength={500}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

/** Gives the lead to somebody, whatever the rules say. */
export function AssignPanel({ lead, back }: Panel) {
  const { api } = useSession();
  const users = useUsers();
  const [userId, setUserId] = useState('');
  const [reason, setReason] = useState('');
  const assign = useAct({
    act: () => api.assign(lead.id, { userId, ...given(reason) }),
    changes: leadKeys,
    done: back,
  });
  const able = (users.data ?? []).filter((user) => user.active && user.role !== 'auditor');
  const options = able.map(({ id, name, availability }) => ({
    value: id,
    label: availability === 'absent' ? `${name} (absent)` : name,
  }));
  const error = assign.error ?? users.error;
  return (
    <AskPanel
      title="Assign this lead"
      send={{ label: 'Assign' }}
      onSend={() => assign.mutate()}
      onBack={back}
      busy={assign.isPending}
      error={error}
    >
      <NativeSelect
        label="To whom?"
        required
        data={[{ value: '', label: 'Choose somebody' }, ...options]}
        value={userId}
        onChange={(event) => setUserId(event.currentTarget.value)}
      />
      <Reason value={reason} change={setReason} />
    </AskPanel>
  );
}

/** Sends the lead through the rules again. */
export function ReroutePanel({ lead, back }: Panel) {
  const { api } = useSession();
  const [reason, setReason] = useState('');
  const reroute = useAct({
    act: () => api.reroute(lead.id, reason.trim() || undefined),
    changes: leadKeys,
    done: back,
  });
  return (
    <AskPanel
      title="Send it through the rules again, from the start"
      send={{ label: 'Route again' }}
      onSend={() => reroute.mutate()}
      onBack={back}
      busy={reroute.isPending}
      error={reroute.error}
    >
      <Reason value={reason} change={setReason} />
    </AskPanel>
  );
}

/** Takes the open offer back. */
export function RecallPanel({ lead, back }: Panel) {
  const { api } = useSession();
  const recall = useAct({ act: () => api.recall(lead.id), changes: leadKeys, done: back });
  return (
    <AskPanel
      title="Take the open offer back?"
      send={{ label: 'Take it back', color: 'red.9' }}
      onSend={() => recall.mutate()}
      onBack={back}
      busy={recall.isPending}
      error={recall.error}
    >
      <p className="quiet">Everybody it was offered to is told. The lead then waits under “Nobody took”.</p>
    </AskPanel>
  );
}
