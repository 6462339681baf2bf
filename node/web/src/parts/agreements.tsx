import { Badge, Button, Switch, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { Agreement, PeerView } from '../partner-shapes.ts';
import { describeTerms } from './agreement-terms.ts';
import { AskPanel } from './ask-panel.tsx';
import { Facts } from './facts.tsx';
import { describeTime, words } from './format.ts';
import { useLeadFields } from './lead-document.tsx';
import { pagedQuery, PagedList } from './more.tsx';
import { ProposeAgreement } from './propose-agreement.tsx';
import { Empty, Failure } from './query-state.tsx';
import { useAct } from './use-act.ts';

const keys = ['peer', 'peers'];

/** What was agreed or proposed with a partner; administrators propose, accept and end. */
export function Agreements({ peer }: { peer: PeerView }) {
  const { api, me } = useSession();
  const [proposes, setProposes] = useState(false);
  const query = pagedQuery(['peer', peer.id, 'agreements'], (cursor) => api.agreements(peer.id, cursor));
  const mayAct = me.user.role === 'administrator' && peer.state === 'active';
  return (
    <section className="card agreements">
      <h2 className="section-title">Agreements</h2>
      {peer.offersPausedFor !== null && <Paused peer={peer} mayAct={mayAct} />}
      <PagedList
        query={query}
        empty={
          <Empty title="Nothing is agreed on yet">
            Leads flow as your field policy says. An agreement binds both of you to what may be shown, kept and passed
            on.
          </Empty>
        }
      >
        {(agreements) => (
          <ul className="plain">
            {agreements.map((agreement) => (
              <Version key={agreement.id} peer={peer} agreement={agreement} mayAct={mayAct} />
            ))}
          </ul>
        )}
      </PagedList>
      <RequireAgreement peer={peer} fixed={!mayAct} />
      {mayAct && !proposes && (
        <div className="buttons">
          <Button variant="default" onClick={() => setProposes(true)}>
            Propose an agreement
          </Button>
        </div>
      )}
      {proposes && <ProposeAgreement peer={peer} onDone={() => setProposes(false)} />}
    </section>
  );
}

function RequireAgreement({ peer: { id, requireAgreement }, fixed }: { peer: PeerView; fixed: boolean }) {
  const { api } = useSession();
  const set = useAct({ act: (wish: boolean) => api.changePeer(id, { requireAgreement: wish }), changes: keys });
  return (
    <>
      <Switch
        className="require"
        label="Offer nothing to this partner without an agreement in force, and take no offers from it"
        checked={requireAgreement}
        disabled={fixed || set.isPending}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
      {set.error && <Failure error={set.error} />}
    </>
  );
}

function Paused({ peer, mayAct }: { peer: PeerView; mayAct: boolean }) {
  const since = describeTime(peer.offersPausedAt ?? '');
  if (peer.offersPausedFor === 'agreement-over')
    return (
      <p role="status">
        New offers to this partner pause since {since}: what you agreed on has ended. They go on under a new agreement.
      </p>
    );
  return <AtLimit peer={peer} mayAct={mayAct} />;
}

function AtLimit({ peer: { id, offersPausedFor, offersPausedAt }, mayAct }: { peer: PeerView; mayAct: boolean }) {
  const { api } = useSession();
  const resume = useAct({ act: () => api.resumeOffers(id), changes: keys });
  return (
    <div role="status" className="lines">
      <p>
        New offers to this partner pause since {describeTime(offersPausedAt ?? '')}: the limit “
        {words(offersPausedFor ?? '')}” was reached. They go on when the count allows it.
      </p>
      {resume.error && <Failure error={resume.error} />}
      {mayAct && (
        <div className="buttons">
          <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
            Offer for a day all the same
          </Button>
        </div>
      )}
    </div>
  );
}

interface Shown {
  peer: PeerView;
  agreement: Agreement;
  mayAct: boolean;
}

const colours = { proposed: 'yellow', active: 'green', superseded: 'gray', ended: 'gray', refused: 'gray' };

function Version({ peer, agreement, mayAct }: Shown) {
  const fields = useLeadFields().data?.items ?? [];
  const { state, proposedBy, proposedAt, refusedFor } = agreement;
  const isOver = state !== 'proposed' && state !== 'active';
  const by = proposedBy === 'us' ? 'us' : peer.name;
  return (
    <li className="agreement">
      <details open={!isOver}>
        <summary>
          <Badge variant="light" color={colours[state]}>
            {state}
          </Badge>{' '}
          Proposed by {by}, {describeTime(proposedAt)}
          {refusedFor !== null && ` (${words(refusedFor)})`}
        </summary>
        <Facts facts={describeTerms(agreement, { partner: peer.name, fields })} />
        {mayAct && !isOver && <Answering peer={peer} agreement={agreement} />}
      </details>
    </li>
  );
}

function Answering({ peer: { id }, agreement: { id: version, state, proposedBy } }: Omit<Shown, 'mayAct'>) {
  const { api } = useSession();
  const [ends, setEnds] = useState(false);
  const [text, setText] = useState('');
  const accept = useAct({ act: () => api.acceptAgreement(id, version), changes: keys });
  const end = useAct({ act: () => api.endAgreement(id, version, text.trim() || undefined), changes: keys });
  const theirs = state === 'proposed' && proposedBy === 'them';
  const label = state === 'active' ? 'End' : theirs ? 'Decline' : 'Take back';
  if (ends)
    return (
      <AskPanel
        title={
          state === 'active' ? 'No new leads will be offered under it; released ones go on.' : `${label} this proposal`
        }
        send={{ label, color: 'red' }}
        onSend={() => end.mutate()}
        onBack={() => setEnds(false)}
        busy={end.isPending}
        error={end.error}
      >
        <Textarea
          label="Why (the partner reads it)"
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </AskPanel>
    );
  return (
    <>
      {accept.error && <Failure error={accept.error} />}
      <div className="buttons">
        {theirs && (
          <Button loading={accept.isPending} onClick={() => accept.mutate()}>
            Accept
          </Button>
        )}
        <Button variant="default" onClick={() => setEnds(true)}>
          {label}
        </Button>
      </div>
    </>
  );
}
