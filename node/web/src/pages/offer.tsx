import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useSession } from '../api.ts';
import { Countdown } from '../parts/countdown.tsx';
import { describeRest } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { LeadDocument } from '../parts/lead-document.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Answer, Failure } from '../parts/query-state.tsx';
import { RejectPanel } from '../parts/reject-panel.tsx';
import { StateBadge, Tag } from '../parts/state-badge.tsx';
import { leadKeys, useAct } from '../parts/use-act.ts';
import { useNow } from '../live.ts';
import type { OfferView } from '../shapes.ts';

export function OfferPage() {
  const { id = '' } = useParams();
  const { api } = useSession();
  const offer = useQuery({ queryKey: ['offer', id], queryFn: () => api.offer(id) });
  const head = <PageHead title="Offer" back={{ to: '/', label: 'My inbox' }} />;
  return (
    <Answer query={offer} head={head}>
      {(data) => <Offer key={id} offer={data} />}
    </Answer>
  );
}

function Offer({ offer }: { offer: OfferView }) {
  const { me } = useSession();
  const { user, state, mode, peer, title, closesAt, document, hiddenFields, maskedFields } = offer;
  const own = user.id === me.user.id;
  const open = state === 'offered';
  const back = own ? { to: '/', label: 'My inbox' } : { to: `/team/${user.id}`, label: `Inbox of ${user.name ?? ''}` };
  return (
    <>
      <PageHead
        title={title}
        back={back}
        aside={open ? <Countdown closesAt={closesAt} /> : <StateBadge state={state} offer />}
      >
        <div className="tags">
          {mode === 'grab' && <Tag tone="open">up for grabs: first to accept wins</Tag>}
          {peer && <Tag tone="waiting">from {peer.name ?? peer.peerId}</Tag>}
        </div>
      </PageHead>
      {!own && <Watched offer={offer} />}
      {own && open && <Decision offer={offer} />}
      {own && !open && <Ended offer={offer} />}
      {document !== undefined && (
        <div className="card">
          <LeadDocument
            document={document}
            hiddenFields={hiddenFields}
            maskedFields={maskedFields}
            until={open ? 'Opens when you accept, as far as it is known' : 'Withheld'}
          />
        </div>
      )}
    </>
  );
}

function Watched({ offer: { user, leadId } }: { offer: OfferView }) {
  const { api } = useSession();
  // Who sees an inbox does not see every lead that is offered to it.
  const lead = useQuery({ queryKey: ['lead', leadId], queryFn: () => api.lead(leadId) });
  return (
    <p className="banner">
      <span>
        Only <bdi>{user.name}</bdi> can answer this offer.
      </span>
      {lead.data && (
        <Button component={Link} to={`/leads/${leadId}`} variant="default" size="xs">
          Open the lead
        </Button>
      )}
    </p>
  );
}

const endings: Readonly<Record<string, readonly [title: string, text: string]>> = {
  lost: ['Taken', 'It was taken back, or went to somebody else.'],
  expired: ['Closed', 'This offer closed before it was answered.'],
  rejected: ['Passed on', 'You passed on this lead.'],
  accepted: ['You were first', 'The partner it comes from is about to release the details.'],
  won: ['This lead is yours', 'All its details are on its own page.'],
};

const takenGrab = ['Taken', 'Somebody else was first.'] as const;

function Ended({ offer: { state, leadId, mode } }: { offer: OfferView }) {
  const mine = state === 'won' || state === 'accepted';
  const grabbed = state === 'lost' && mode === 'grab';
  const [title, text] = (grabbed ? takenGrab : endings[state]) ?? ['Over', 'This offer is over.'];
  return (
    <div className={mine ? 'banner banner-good' : 'banner'} role="status">
      <div>
        <p className="banner-title">{title}</p>
        <p>{text}</p>
      </div>
      {mine ? (
        <Button component={Link} to={`/leads/${leadId}`}>
          Open the lead
        </Button>
      ) : (
        <Button component={Link} to="/" variant="default">
          To my inbox
        </Button>
      )}
    </div>
  );
}

function Decision({ offer }: { offer: OfferView }) {
  const { api } = useSession();
  const navigate = useNavigate();
  const [rejecting, setRejecting] = useState(false);
  const hidden = [...offer.hiddenFields, ...offer.maskedFields].map(({ path }) => path);
  const accept = useAct({
    act: () => api.accept(offer.recipientId),
    changes: leadKeys,
    done: ({ leadId }) => navigate(`/leads/${leadId}`, { state: { accepted: true, hidden } }),
  });
  if (rejecting) return <RejectPanel offer={offer} done={() => void navigate('/')} back={() => setRejecting(false)} />;
  return (
    <>
      {accept.error && <Failure error={accept.error} />}
      <div className="decision">
        <AcceptButton opensAt={offer.opensAt} busy={accept.isPending} press={() => accept.mutate()} />
        <Button size="md" variant="default" onClick={() => setRejecting(true)}>
          Reject …
        </Button>
        {offer.hiddenFields.length > 0 && (
          <p className="quiet small decision-note">
            <Icon name="unlock" size={15} /> Accepting opens the withheld fields.
          </p>
        )}
      </div>
    </>
  );
}

/** People get a head start to read before anybody may accept. */
function AcceptButton({ opensAt, busy, press }: { opensAt: string; busy: boolean; press: () => void }) {
  const rest = Date.parse(opensAt) - useNow();
  return (
    <Button size="md" color="teal.9" loading={busy} disabled={rest > 0} onClick={press}>
      {rest > 0 ? `Opens in ${describeRest(rest)}` : 'Accept this lead'}
    </Button>
  );
}
