import { Link } from 'react-router';
import type { LeadSummary } from '../shapes.ts';
import { describePlace, describeTime } from './format.ts';
import { NoContactTag } from './privacy/no-contact.tsx';
import { StateBadge, Tag } from './state-badge.tsx';

/** Leads as lines, each a link to its page. */
export function LeadLines({ leads }: { leads: readonly LeadSummary[] }) {
  return (
    <ul className="lines lines-close">
      {leads.map((lead) => (
        <Line key={lead.id} lead={lead} />
      ))}
    </ul>
  );
}

function Line({ lead }: { lead: LeadSummary }) {
  const { id, title, state, holder, origin, test, updatedAt } = lead;
  const place = describePlace(lead);
  const facts = [
    holder && `with ${holder.name ?? holder.id}`,
    origin.kind === 'peer' && `from ${origin.name ?? origin.peerId ?? 'a partner'}`,
    describeTime(updatedAt),
  ].filter(Boolean);
  return (
    <li>
      <Link to={`/leads/${id}`} className="card line">
        <span className="line-head">
          <span className="line-title text" dir="auto">
            {title}
          </span>
          <span className="tags">
            {test && <Tag>test</Tag>}
            <NoContactTag codes={lead.doNotContact} />
            <StateBadge state={state} />
          </span>
        </span>
        {place && <span className="text">{place}</span>}
        <span className="quiet small text">{facts.join(' · ')}</span>
      </Link>
    </li>
  );
}
