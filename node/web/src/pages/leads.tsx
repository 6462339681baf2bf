import { Group, Select, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { api } from '../api.ts';
import { LeadLines } from '../parts/lead-lines.tsx';
import { PagedList } from '../parts/more.tsx';

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

export function LeadListPage() {
  const [search, setSearch] = useSearchParams();
  const [text, setText] = useState(search.get('q') ?? '');
  const [q] = useDebouncedValue(text.trim(), 250);
  const state = search.get('state') ?? undefined;
  return (
    <>
      <Title order={1} size="h2" mb="sm">
        Leads
      </Title>
      <Group mb="md" align="flex-end">
        <TextInput
          label="Search"
          placeholder="Name, company or e-mail"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          flex={1}
          miw={180}
        />
        <Select
          label="State"
          placeholder="Any"
          clearable
          data={states}
          value={state ?? null}
          onChange={(next) => setSearch(next ? { state: next } : {})}
          w={170}
        />
      </Group>
      <PagedList
        queryKey={['leads', state, q]}
        load={(cursor) =>
          api.leads({ ...(state ? { state } : {}), ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) })
        }
        empty={q || state ? 'No lead fits.' : 'No leads yet.'}
      >
        {(leads) => <LeadLines leads={leads} />}
      </PagedList>
    </>
  );
}
