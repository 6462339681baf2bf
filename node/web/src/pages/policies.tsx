import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../api.ts';
import { useLeadFields } from '../parts/lead-document.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PolicyForm } from '../parts/policy-form.tsx';
import { Preview } from '../parts/policy-preview.tsx';
import { PolicyTable } from '../parts/policy-table.tsx';
import { describePolicy, groupWords } from '../parts/policy-words.ts';
import { Answer, Failure } from '../parts/query-state.tsx';
import { useAct } from '../parts/use-act.ts';
import type { FieldPolicy } from '../policy-shapes.ts';

/** What partners see of leads, and when: the outcome, the policies that lead to it, and a real lead to try them on. */
export function PoliciesPage() {
  const { api, me } = useSession();
  const [peerId, setPeerId] = useState('');
  const peers = useQuery({ queryKey: ['peers'], queryFn: api.peers });
  const partners = (peers.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const effective = useQuery({
    queryKey: ['policies', 'effective', peerId],
    queryFn: () => api.effectivePolicies(peerId || undefined),
  });
  return (
    <>
      <PageHead title="Policies">
        <p className="quiet">
          What partners see of a lead: while it is on offer, once they won it, and when it changes later.
        </p>
      </PageHead>
      <div className="lines">
        <NativeSelect
          label="Partner"
          data={[{ value: '', label: 'Every partner without a policy of its own' }, ...partners]}
          value={peerId}
          onChange={(event) => setPeerId(event.currentTarget.value)}
        />
        <section className="card">
          <h2 className="section-title">Policies that somebody set</h2>
          <PolicyLines peerId={peerId} mayChange={me.user.role === 'administrator'} />
          {me.user.role === 'administrator' && <PolicyForm peerId={peerId} />}
        </section>
        <TryOn peerId={peerId} />
        <section className="card">
          <h2 className="section-title">What follows from them</h2>
          <p className="quiet small">
            “Withheld” opens with the award. Policies for some leads only are not in this table; trying them on a lead
            counts them in.
          </p>
          <Answer query={effective}>{({ items }) => <PolicyTable fields={items} />}</Answer>
        </section>
      </div>
    </>
  );
}

function PolicyLines({ peerId, mayChange }: { peerId: string; mayChange: boolean }) {
  const { api } = useSession();
  const policies = useQuery({ queryKey: ['policies', 'set'], queryFn: api.fieldPolicies });
  return (
    <Answer query={policies}>
      {({ items }) => {
        const shown = items.filter(
          ({ recipientKind, recipientId }) => recipientKind === 'peer' && (recipientId ?? peerId) === peerId,
        );
        if (shown.length === 0) return <p className="quiet">None: the defaults hold.</p>;
        return (
          <ul className="plain-list">
            {shown.map((policy) => (
              <PolicyLine key={JSON.stringify(policy)} policy={policy} mayChange={mayChange} />
            ))}
          </ul>
        );
      }}
    </Answer>
  );
}

function PolicyLine({ policy, mayChange }: { policy: FieldPolicy; mayChange: boolean }) {
  const { api } = useSession();
  const fields = useLeadFields().data?.items ?? [];
  const nameOf = (target: string) =>
    (target.startsWith('group:') && groupWords[target.slice(6)]) ||
    (fields.find(({ path }) => path === target)?.label ?? target.replace(/^fields\./, ''));
  const { conditionText: _words, ...change } = policy;
  const remove = useAct({
    act: () => api.setFieldPolicies([{ ...change, action: 'default' }]),
    changes: ['policies', 'lead'],
  });
  return (
    <li className="policy-line">
      <span className="text">
        {describePolicy(policy, nameOf)}{' '}
        <span className="quiet small">{policy.recipientId === undefined ? 'Every partner' : 'This partner'}</span>
      </span>
      {mayChange && (
        <Button size="xs" variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      )}
      {remove.error && <Failure error={remove.error} />}
    </li>
  );
}

/** A real lead beside the policies. */
function TryOn({ peerId }: { peerId: string }) {
  const { api } = useSession();
  const [leadId, setLeadId] = useState('');
  const leads = useQuery({ queryKey: ['leads', 'to try'], queryFn: () => api.leads({}) });
  const lead = useQuery({ queryKey: ['lead', leadId], queryFn: () => api.lead(leadId), enabled: leadId !== '' });
  const choices = (leads.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }));
  return (
    <section className="card">
      <h2 className="section-title">Try it on a lead</h2>
      <NativeSelect
        label="Lead"
        data={[{ value: '', label: 'Choose' }, ...choices]}
        value={leadId}
        onChange={(event) => setLeadId(event.currentTarget.value)}
      />
      {leadId !== '' && (
        <Answer query={lead}>
          {(data) => <Preview lead={data} request={{ mode: 'grab', ...(peerId !== '' && { peerId }) }} />}
        </Answer>
      )}
    </section>
  );
}
