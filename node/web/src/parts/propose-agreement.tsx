import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { PeerView } from '../partner-shapes.ts';
import { AskPanel } from './ask-panel.tsx';
import { useLeadFields } from './lead-document.tsx';
import { firstDraft, planTerms, type TermsDraft } from './plan-terms.ts';
import { useAct } from './use-act.ts';

/** Keys of the draft that hold a text. */
type TextKey = Exclude<keyof TermsDraft, 'offers' | 'showsImpersonal' | 'onward' | 'amount'>;

interface TextLine {
  name: TextKey;
  label: string;
  description?: string;
  isCount?: boolean;
  required?: boolean;
}
const counts: readonly TextLine[] = [
  { name: 'deleteShownHours', label: 'Who loses deletes within (hours)', isCount: true, required: true },
  { name: 'retentionDays', label: 'Kept after the end (days)', isCount: true, required: true },
  { name: 'returnWindowDays', label: 'May be returned within (days)', isCount: true },
  { name: 'releasesPerDay', label: 'Leads a day at most', isCount: true },
  { name: 'openLeads', label: 'Open leads at most', isCount: true },
  { name: 'returnPercent', label: 'Returned of a hundred at most', isCount: true },
];

/** The form to propose terms; empty limits do not limit. */
export function ProposeAgreement({ peer, onDone }: { peer: PeerView; onDone: () => void }) {
  const { api } = useSession();
  const fields = useLeadFields().data?.items ?? [];
  const [draft, setDraft] = useState(firstDraft);
  const set = (change: Partial<TermsDraft>) => setDraft((before) => ({ ...before, ...change }));
  const propose = useAct({
    act: () => api.proposeAgreement(peer.id, planTerms(draft, fields, Date.now())),
    changes: ['peer', 'peers'],
    done: onDone,
  });
  const line = ({ name, label, description, isCount, required }: TextLine) => (
    <TextInput
      key={name}
      label={label}
      description={description}
      required={required ?? false}
      inputMode={isCount ? 'numeric' : 'text'}
      {...(isCount && { pattern: '[0-9]{0,9}' })}
      value={draft[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <AskPanel
      title={`Propose an agreement to ${peer.name}`}
      send={{ label: 'Propose' }}
      onSend={() => propose.mutate()}
      onBack={onDone}
      busy={propose.isPending}
      error={propose.error}
    >
      <Choices name={peer.name} draft={draft} set={set} />
      {line({ name: 'purposes', label: 'For which purposes', description: 'Apart by commas.', required: true })}
      <Checkbox
        label="Offers show what cannot reach a person, such as company and product"
        checked={draft.showsImpersonal}
        onChange={(event) => set({ showsImpersonal: event.currentTarget.checked })}
      />
      <div className="fields-2">{counts.map(line)}</div>
      {draft.onward === 'listed' &&
        line({ name: 'partners', label: 'To these nodes', description: 'Apart by commas.', required: true })}
    </AskPanel>
  );
}

interface Drafting {
  name: string;
  draft: TermsDraft;
  set: (change: Partial<TermsDraft>) => void;
}

const oneOf = <T extends string>(value: string, values: readonly { value: T }[], otherwise: T): T =>
  values.find((known) => known.value === value)?.value ?? otherwise;

function Choices({ name, draft, set }: Drafting) {
  const offers = [
    { value: 'proposer', label: `We offer leads to ${name}` },
    { value: 'accepter', label: `${name} offers leads to us` },
    { value: 'both', label: 'Both offer leads' },
  ] as const;
  const onward = [
    { value: 'none', label: 'to nobody' },
    { value: 'listed', label: 'to listed nodes' },
    { value: 'any', label: 'to anybody' },
  ] as const;
  const amount = [
    { value: 'exact', label: 'exactly' },
    { value: 'band', label: 'as a range' },
    { value: 'none', label: 'not at all' },
  ] as const;
  return (
    <div className="fields-2">
      <NativeSelect
        label="Who offers"
        data={offers}
        value={draft.offers}
        onChange={({ currentTarget }) => set({ offers: oneOf(currentTarget.value, offers, 'proposer') })}
      />
      <NativeSelect
        label="May be passed on"
        data={onward}
        value={draft.onward}
        onChange={({ currentTarget }) => set({ onward: oneOf(currentTarget.value, onward, 'none') })}
      />
      <NativeSelect
        label="Order values are reported"
        data={amount}
        value={draft.amount}
        onChange={({ currentTarget }) => set({ amount: oneOf(currentTarget.value, amount, 'exact') })}
      />
    </div>
  );
}
