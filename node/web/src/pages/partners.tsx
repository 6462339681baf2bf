import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useSession } from '../api.ts';
import { describeTime } from '../parts/format.ts';
import { HealthBadge } from '../parts/health-badge.tsx';
import { Introduction } from '../parts/introduction.tsx';
import { NewPartnerForm } from '../parts/without-node.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Answer, Empty } from '../parts/query-state.tsx';
import { Tag } from '../parts/state-badge.tsx';
import type { Peer } from '../partner-shapes.ts';

export function PartnersPage() {
  const { api, me } = useSession();
  const peers = useQuery({ queryKey: ['peers'], queryFn: api.peers });
  const administers = me.user.role === 'administrator';
  return (
    <>
      <PageHead title="Partners">
        <p className="quiet">
          Other organisations that leads are exchanged with: by their nodes, by mail, or by webhooks.
        </p>
      </PageHead>
      <Answer query={peers}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No partners yet">
              {administers ? 'Exchange invitations with one, below.' : 'An administrator adds them.'}
            </Empty>
          ) : (
            <ul className="lines">
              {items.map((peer) => (
                <Line key={peer.id} peer={peer} />
              ))}
            </ul>
          )
        }
      </Answer>
      {administers && <Introduction />}
      {administers && <NewPartnerForm />}
    </>
  );
}

const without = { people: 'people who answer by mail', webhook: 'software that takes webhooks' };

function Line({ peer }: { peer: Peer }) {
  const { id, kind, name, health, outbox } = peer;
  const troubled = outbox.refused + outbox.dead;
  const facts = [
    kind === 'node' ? id : without[kind],
    `${outbox.delivered} delivered`,
    outbox.waiting > 0 && `${outbox.waiting} waiting`,
    health.lastHeardAt && `heard from ${describeTime(health.lastHeardAt)}`,
  ];
  return (
    <li>
      <Link to={`/partners/${encodeURIComponent(id)}`} className="card line">
        <span className="line-head">
          <span className="line-title text" dir="auto">
            {name}
          </span>
          <HealthBadge peer={peer} />
        </span>
        <span className="quiet small text">{facts.filter(Boolean).join(' · ')}</span>
        {troubled > 0 && (
          <span className="tags">
            <Tag tone="bad">{troubled} messages need a look</Tag>
          </span>
        )}
      </Link>
    </li>
  );
}
