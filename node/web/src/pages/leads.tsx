import { NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useSession } from '../api.ts';
import { capital, words } from '../parts/format.ts';
import { LeadLines } from '../parts/lead-lines.tsx';
import { pagedQuery, PagedList } from '../parts/more.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty } from '../parts/query-state.tsx';

const states = [
  'new',
  'offered',
  'claimed',
  'assigned',
  'contacted',
  'working',
  'asleep',
  'won',
  'lost',
  'unrouted',
  'withdrawn',
];
const stateOptions = [{ value: '', label: 'Any' }, ...states.map((value) => ({ value, label: capital(words(value)) }))];

export function LeadsPage() {
  const { api } = useSession();
  const [search, setSearch] = useSearchParams();
  const [text, setText] = useState(search.get('q') ?? '');
  const [q] = useDebouncedValue(text.trim(), 250);
  const state = search.get('state') ?? '';
  const query = pagedQuery(['leads', state, q], (cursor) =>
    api.leads({ state, q, ...(cursor === undefined ? {} : { cursor }) }),
  );
  return (
    <>
      <PageHead title="Leads" />
      <search className="filter">
        <TextInput
          label="Search"
          type="search"
          placeholder="Name, company or e-mail"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <NativeSelect
          label="State"
          data={stateOptions}
          value={state}
          onChange={(event) => setSearch(event.currentTarget.value ? { state: event.currentTarget.value } : {})}
        />
      </search>
      <PagedList query={query} keep empty={q || state ? <NoneFits /> : <NoneYet />}>
        {(leads) => <LeadLines leads={leads} />}
      </PagedList>
    </>
  );
}

const NoneFits = () => <Empty title="No lead fits">Try fewer words, or any state.</Empty>;

function NoneYet() {
  const { me } = useSession();
  if (me.user.role === 'representative')
    return <Empty title="You hold no leads yet">Leads you accept from your inbox are listed here.</Empty>;
  return (
    <Empty title="No leads yet">
      They come in by the API, forms, lists and mail; or <Link to="/enter">enter one</Link> yourself.
    </Empty>
  );
}
