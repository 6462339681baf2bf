import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type PreviewRequest, useSession } from '../api.ts';
import type { PreviewedField } from '../policy-shapes.ts';
import type { LeadView, OfferMode } from '../shapes.ts';
import { Icon } from './icons.tsx';
import { useLeadFields } from './lead-document.tsx';
import { valueAt, valuesOf } from './lead-values.ts';
import { Answer } from './query-state.tsx';
import { useUsers } from './use-users.ts';

type Recipient = Pick<PreviewRequest, 'peerId' | 'userId'>;

const recipientOf = (choice: string): Recipient =>
  choice.startsWith('peer:') ? { peerId: choice.slice(5) } : { userId: choice.slice(5) };

/** What a partner or a user would see of this lead, before and after accepting it: the field policies at work. */
export function PolicyPreview({ lead }: { lead: LeadView }) {
  const [choice, setChoice] = useState('');
  const [mode, setMode] = useState<OfferMode>('grab');
  return (
    <section className="card">
      <h2 className="section-title">What would somebody see?</h2>
      <div className="fields-2">
        <NativeSelect
          label="Partner or user"
          data={useChoices()}
          value={choice}
          onChange={(event) => setChoice(event.currentTarget.value)}
        />
        <NativeSelect
          label="Offered"
          data={[
            { value: 'grab', label: 'up for grabs' },
            { value: 'direct', label: 'directly' },
          ]}
          value={mode}
          onChange={(event) => setMode(event.currentTarget.value === 'direct' ? 'direct' : 'grab')}
        />
      </div>
      {choice !== '' && <Preview lead={lead} request={{ mode, ...recipientOf(choice) }} />}
    </section>
  );
}

function useChoices() {
  const { api } = useSession();
  const peers = useQuery({ queryKey: ['peers'], queryFn: api.peers });
  const users = useUsers();
  return [
    { value: '', label: 'Choose' },
    {
      group: 'Partners',
      items: (peers.data?.items ?? []).map(({ id, name }) => ({ value: `peer:${id}`, label: name })),
    },
    { group: 'Users', items: (users.data ?? []).map(({ id, name }) => ({ value: `user:${id}`, label: name })) },
  ];
}

const whyNothing = {
  'agreement-over':
    'Nothing is offered to this partner now: what you agreed on has ended. Under a new agreement it would see:',
  'agreement-missing':
    'Nothing is offered to this partner now: an agreement is asked for, and none is in force. Under one it would see:',
} as const;

export function Preview({ lead, request }: { lead: LeadView; request: PreviewRequest }) {
  const { api } = useSession();
  const preview = useQuery({
    queryKey: ['lead', lead.id, 'preview', request],
    queryFn: () => api.preview(lead.id, request),
  });
  return (
    <Answer query={preview}>
      {({ fields, xml, agreementId, unoffered }) => (
        <div className="stack preview">
          {unoffered !== undefined && <p role="status">{whyNothing[unoffered]}</p>}
          {agreementId !== undefined && (
            <p className="quiet small">Narrowed by agreement {agreementId}, which is in force with this partner.</p>
          )}
          <div className="scroll" tabIndex={0} role="region" aria-label="What would be seen">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Field</th>
                  <th scope="col">In the offer</th>
                  <th scope="col">After acceptance</th>
                  <th scope="col">In later updates</th>
                </tr>
              </thead>
              <tbody>
                {fields
                  .filter(({ path }) => valueAt(lead.document, path) !== undefined)
                  .map((field) => (
                    <Line key={field.path} field={field} />
                  ))}
              </tbody>
            </table>
          </div>
          <Sent xml={xml} />
        </div>
      )}
    </Answer>
  );
}

/** The lead as the messages would hold it, byte for byte. */
function Sent({ xml }: { xml: { offered: string; released: string; updated: string } }) {
  const texts = [
    ['In the offer', xml.offered],
    ['After acceptance', xml.released],
    ['In an update, if every field had changed', xml.updated],
  ] as const;
  return (
    <details>
      <summary>The lead as it would be sent</summary>
      {texts.map(([label, text]) => (
        <div key={label}>
          <p className="quiet small">{label}</p>
          <pre className="copy-text" tabIndex={0} aria-label={label}>
            {text}
          </pre>
        </div>
      ))}
    </details>
  );
}

function Line({ field }: { field: PreviewedField }) {
  return (
    <tr>
      <th scope="row">{field.label}</th>
      <Cell path={field.path} sight={field.offered} value={field.offeredValue} />
      <Cell path={field.path} sight={field.released} value={field.releasedValue} />
      <Cell path={field.path} sight={field.updated} value={field.updatedValue} />
    </tr>
  );
}

function Cell({ path, sight, value }: { path: string; sight: PreviewedField['offered']; value: unknown }) {
  const kind = useLeadFields().data?.items.find((field) => field.path === path)?.kind ?? 'text';
  if (sight === 'hide')
    return (
      <td className="quiet">
        <Icon name="lock" size={14} /> withheld
      </td>
    );
  return (
    <td className="text" dir="auto">
      {valuesOf(value, { path, kind })
        .map(({ text }) => text)
        .join(', ')}
      {sight === 'mask' && <span className="quiet"> (in part)</span>}
    </td>
  );
}
