import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { Consent, ConsentState } from '../../privacy-shapes.ts';
import type { LeadView } from '../../shapes.ts';
import { AskPanel } from '../ask-panel.tsx';
import { describeTime } from '../format.ts';
import { leadKeys, useAct } from '../use-act.ts';

const decisions: Readonly<Record<ConsentState, string>> = {
  granted: 'granted: agrees',
  refused: 'refused: does not agree',
  withdrawn: 'withdrawn: agrees no more',
};
const options = Object.entries(decisions).map(([value, label]) => ({ value, label }));

interface Deciding {
  lead: LeadView;
  /** Empty for another one. */
  purpose: string;
  consents: readonly Consent[];
  back: () => void;
}

interface Entry {
  purpose: string;
  state: ConsentState | '';
  /** As the input has it: of the reader’s own time zone. */
  at: string;
  wording: string;
  evidenceUrl: string;
}

/** As the API takes it: what is empty is left out. */
const consentOf = ({ purpose, state, at, wording, evidenceUrl }: Entry): Consent => ({
  purpose: purpose.trim(),
  state: state as ConsentState,
  ...(at !== '' && { at: new Date(at).toISOString() }),
  ...(wording.trim() !== '' && { wording: wording.trim() }),
  ...(evidenceUrl.trim() !== '' && { evidenceUrl: evidenceUrl.trim() }),
});

/** Notes what the person decided about one purpose: asks for it, then once more what it means. */
export function DecideConsent({ lead, purpose, consents, back }: Deciding) {
  const { api } = useSession();
  const [entry, setEntry] = useState<Entry>({ purpose, state: '', at: '', wording: '', evidenceUrl: '' });
  const [asks, setAsks] = useState(false);
  const consent = consentOf(entry);
  const save = useAct({ act: () => api.decideConsent(lead.id, consent), changes: leadKeys, done: back });
  const reconsider = () => {
    save.reset();
    setAsks(false);
  };
  const before = consents.find((one) => one.purpose === consent.purpose);
  if (!asks)
    return (
      <AskPanel
        key="inputs"
        title={purpose === '' ? 'What the person decided' : `What the person decided about ${purpose}`}
        send={{ label: 'Go on …' }}
        onSend={() => setAsks(true)}
        onBack={back}
        busy={false}
        error={null}
      >
        <Inputs entry={entry} isNew={purpose === ''} put={(change) => setEntry({ ...entry, ...change })} />
      </AskPanel>
    );
  return (
    <AskPanel
      key="sure"
      title={`Note ${consent.purpose} as ${consent.state}?`}
      send={{ label: `Note it as ${consent.state}` }}
      onSend={() => save.mutate()}
      onBack={reconsider}
      busy={save.isPending}
      error={save.error}
    >
      {before && (
        <p className="text">
          So far it is {before.state}
          {before.at !== undefined && `, ${describeTime(before.at)}`}. The new decision takes its place.
        </p>
      )}
      <p className="text">
        Every partner that was released this lead is told, and the one it came from, as far as the policies show
        consents.
      </p>
    </AskPanel>
  );
}

interface InputsProps {
  entry: Entry;
  isNew: boolean;
  put: (change: Partial<Entry>) => void;
}

function Inputs({ entry: { purpose, state, at, wording, evidenceUrl }, isNew, put }: InputsProps) {
  return (
    <div className="fields-2">
      {isNew && (
        <TextInput
          label="Purpose"
          description="What the data may be used for, such as marketing"
          required
          maxLength={100}
          pattern=".*\S.*"
          value={purpose}
          onChange={(event) => put({ purpose: event.currentTarget.value })}
        />
      )}
      <NativeSelect
        label="Decision"
        required
        data={[{ value: '', label: 'Choose one' }, ...options]}
        value={state}
        onChange={(event) => put({ state: event.currentTarget.value as ConsentState })}
      />
      <TextInput
        type="datetime-local"
        label="When (now, if empty)"
        value={at}
        onChange={(event) => put({ at: event.currentTarget.value })}
      />
      <Textarea
        label="The words the person saw"
        rows={2}
        maxLength={2_000}
        value={wording}
        onChange={(event) => put({ wording: event.currentTarget.value })}
      />
      <TextInput
        type="url"
        label="Web address of the proof"
        maxLength={2_000}
        value={evidenceUrl}
        onChange={(event) => put({ evidenceUrl: event.currentTarget.value })}
      />
    </div>
  );
}
