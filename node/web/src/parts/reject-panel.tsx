import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { OfferView } from '../shapes.ts';
import { AskPanel } from './ask-panel.tsx';
import { leadKeys, useAct } from './use-act.ts';

const reasons = [
  { value: '', label: 'Choose a reason' },
  { value: 'not-a-fit', label: 'Not a fit for me' },
  { value: 'no-capacity', label: 'No time right now' },
  { value: 'out-of-territory', label: 'Outside my territory' },
  { value: 'duplicate', label: 'We have this lead already' },
  { value: 'already-customer', label: 'Already a customer' },
  { value: 'not-reachable', label: 'Customer cannot be reached' },
  { value: 'unclear', label: 'Too unclear' },
  { value: 'other', label: 'Another reason' },
];

/** Asks why somebody passes on a lead; the reason decides nothing here, it teaches the rules' keepers. */
export function RejectPanel({ offer, done, back }: { offer: OfferView; done: () => void; back: () => void }) {
  const { api } = useSession();
  const [reason, setReason] = useState('');
  const [text, setText] = useState('');
  const reject = useAct({
    act: () => api.reject(offer.recipientId, { reason, ...(text.trim() ? { text: text.trim() } : {}) }),
    changes: leadKeys,
    done,
  });
  return (
    <AskPanel
      title="Pass on this lead"
      send={{ label: 'Reject', color: 'red.9' }}
      onSend={() => reject.mutate()}
      onBack={back}
      busy={reject.isPending}
      error={reject.error}
    >
      <NativeSelect
        label="Why?"
        required
        data={reasons}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <TextInput
        label="In your own words (optional)"
        value={text}
        maxLength={1_000}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </AskPanel>
  );
}
