import { Checkbox, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../api.ts';
import type { PeerView } from '../partner-shapes.ts';
import type { FeedbackChange, Feedback as Settings } from '../policy-shapes.ts';
import { FeedbackBands } from './feedback-bands.tsx';
import { Answer, Failure } from './query-state.tsx';
import { useAct } from './use-act.ts';

/** What a partner is told of leads it gave us, and what is kept of what it tells about ours. */
export function Feedback({ peer: { id, name } }: { peer: PeerView }) {
  const { api, me } = useSession();
  const policy = useQuery({ queryKey: ['feedback', id], queryFn: () => api.feedbackPolicy(id) });
  const save = useAct({ act: (change: FeedbackChange) => api.setFeedbackPolicy(id, change), changes: ['feedback'] });
  const fixed = me.user.role !== 'administrator' || save.isPending;
  return (
    <section className="card">
      <h2 className="section-title">What we tell each other</h2>
      <Answer query={policy}>
        {(data) => (
          <>
            <div className="fields-2">
              <fieldset className="plain-fieldset">
                <legend>
                  What we tell <bdi>{name}</bdi> about leads it gave us
                </legend>
                <Switches settings={data.tell} fixed={fixed} change={(tell) => save.mutate({ tell })} />
                <p className="quiet small">
                  Of a lead that came under an agreement every change of its status is told, whatever is chosen here,
                  and of the rest no more than was agreed.
                </p>
              </fieldset>
              <fieldset className="plain-fieldset">
                <legend>
                  What we keep of what <bdi>{name}</bdi> tells about our leads
                </legend>
                <Switches settings={data.keep} fixed={fixed} change={(keep) => save.mutate({ keep })} />
              </fieldset>
            </div>
            {me.user.role === 'administrator' && <FeedbackBands peerId={id} bands={data.bands} />}
          </>
        )}
      </Answer>
      {save.error && <Failure error={save.error} />}
    </section>
  );
}

const changes = { contacted: 'was contacted', working: 'is being worked on', asleep: 'sleeps', won: 'was won', lost: 'was lost' }; // prettier-ignore

const switches = {
  assignedTo: 'who works on it',
  reason: 'why it was lost or returned',
  note: 'private notes',
  update: 'corrected contact data',
} as const;

interface SwitchesProps {
  settings: Settings;
  fixed: boolean;
  change: (change: Partial<Settings>) => void;
}

function Switches({ settings, fixed, change }: SwitchesProps) {
  const names = Object.keys(switches) as (keyof typeof switches)[];
  const { dispositions } = settings;
  const toggle = (one: string) =>
    dispositions.includes(one) ? dispositions.filter((each) => each !== one) : [...dispositions, one];
  return (
    <>
      {Object.entries(changes).map(([one, label]) => (
        <Checkbox
          key={one}
          label={`that a lead ${label}`}
          disabled={fixed}
          checked={dispositions.includes(one)}
          onChange={() => change({ dispositions: toggle(one) })}
        />
      ))}
      {names.map((name) => (
        <Checkbox
          key={name}
          label={switches[name]}
          disabled={fixed}
          checked={settings[name]}
          onChange={() => change({ [name]: !settings[name] })}
        />
      ))}
      <NativeSelect
        label="The value of an order"
        disabled={fixed}
        data={[
          { value: 'exact', label: 'exactly' },
          { value: 'band', label: 'as a range, such as 5,000 to 10,000' },
          { value: 'none', label: 'not at all' },
        ]}
        value={settings.amount}
        onChange={(event) => change({ amount: event.currentTarget.value as Settings['amount'] })}
      />
    </>
  );
}
