import { Tabs } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { useSession } from '../api.ts';
import { inboxQuery, useWaiting } from '../inbox-queries.ts';
import type { InboxEntry } from '../shapes.ts';
import { Countdown } from './countdown.tsx';
import { count, describePlace, describeTime, describeWish, describeWithheld } from './format.ts';
import { Icon } from './icons.tsx';
import { PagedList } from './more.tsx';
import { NoContactTag } from './privacy/no-contact.tsx';
import { Empty } from './query-state.tsx';
import { StateBadge, Tag } from './state-badge.tsx';

const tabs = [
  ['open', 'To answer', 'Nothing to answer', 'New offers appear here by themselves, and by e-mail.'],
  ['mine', 'Working on', 'No open leads', 'A lead that was accepted stays here until it is won or lost.'],
  ['closed', 'Done', 'Nothing won or lost yet', 'Leads that ended are kept here.'],
  ['missed', 'Missed', 'No offer went by', 'Offers that others took, that closed, or that were passed on.'],
] as const;

/** The inbox of one user, in its four parts. */
export function InboxList({ userId }: { userId: string }) {
  const { api, me } = useSession();
  const [search, setSearch] = useSearchParams();
  const waiting = useWaiting();
  const chosen = search.get('state') ?? 'open';
  const state = tabs.some(([value]) => value === chosen) ? chosen : 'open';
  return (
    <Tabs
      value={state}
      onChange={(next) => setSearch(next && next !== 'open' ? { state: next } : {})}
      keepMounted={false}
    >
      <Tabs.List mb="md" className="tabs">
        {tabs.map(([value, label]) => (
          <Tabs.Tab key={value} value={value}>
            {label}
            {value === 'open' && userId === me.user.id && waiting && ` (${waiting})`}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(([value, , title, advice]) => (
        <Tabs.Panel key={value} value={value}>
          <PagedList query={inboxQuery(api, value, userId)} empty={<Empty title={title}>{advice}</Empty>}>
            {(entries) => (
              <ul className="lines">
                {entries.map((entry) => (
                  <Line key={entry.recipientId ?? entry.leadId} entry={entry} />
                ))}
              </ul>
            )}
          </PagedList>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Line({ entry }: { entry: InboxEntry }) {
  const { recipientId, leadId, state, title, closesAt, mode, others = 0, peer, hiddenFields, test, at } = entry;
  const offered = state === 'offered';
  const place = describePlace(entry);
  const wish = describeWish(entry);
  return (
    <li>
      <Link to={recipientId ? `/offers/${recipientId}` : `/leads/${leadId}`} className="card line">
        <span className="line-head">
          <span className="line-title text" dir="auto">
            {title}
          </span>
          {offered && closesAt ? (
            <Countdown closesAt={closesAt} />
          ) : (
            <StateBadge state={state} offer={recipientId !== undefined} />
          )}
        </span>
        {wish && <span className="text">{wish}</span>}
        {place && <span className="text">{place}</span>}
        <span className="tags">
          {offered && mode === 'grab' && (
            <Tag tone="open">{others > 0 ? `up for grabs, ${count(others, 'other')} asked` : 'up for grabs'}</Tag>
          )}
          {peer && <Tag tone="waiting">from {peer.name ?? peer.peerId}</Tag>}
          {test && <Tag>test</Tag>}
          <NoContactTag codes={entry.doNotContact} />
          <time className="quiet small" dateTime={at}>
            {describeTime(at)}
          </time>
        </span>
        {hiddenFields.length > 0 && (
          <span className="quiet small text locked-line">
            <Icon name="lock" size={14} /> Withheld: {describeWithheld(hiddenFields)}
          </span>
        )}
      </Link>
    </li>
  );
}
