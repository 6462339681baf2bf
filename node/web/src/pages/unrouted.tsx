import { Text, Title } from '@mantine/core';
import { api } from '../api.ts';
import { LeadLines } from '../parts/lead-lines.tsx';
import { PagedList } from '../parts/more.tsx';

export function UnroutedPage() {
  return (
    <>
      <Title order={1} size="h2">
        Nobody took
      </Title>
      <Text c="gray.7" mb="md">
        Leads that no rule placed, or that everybody passed on. Open one and route it again.
      </Text>
      <PagedList
        queryKey={['leads', 'unrouted-tray']}
        load={(cursor) => api.unrouted(cursor)}
        empty="Every lead found somebody."
      >
        {(leads) => <LeadLines leads={leads} />}
      </PagedList>
    </>
  );
}
