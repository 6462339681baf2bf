import { Badge, Group, Paper, Stack, Tabs, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { api, type InboxEntry } from '../api.ts';
import { Countdown } from '../parts/countdown.tsx';
import { describeTime } from '../parts/format.ts';
import { PagedList } from '../parts/more.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

const tabs = [
  ['open', 'To answer', 'No offers wait for you. New ones appear here by themselves.'],
  ['mine', 'Mine', 'You hold no open leads.'],
  ['closed', 'Done', 'No lead of yours has ended yet.'],
  ['missed', 'Missed', 'No offer went by.'],
] as const;

export function InboxPage() {
  const [search, setSearch] = useSearchParams();
  const state = search.get('state') ?? 'open';
  return (
    <>
      <Title order={1} size="h2" mb="sm">
        My inbox
      </Title>
      <Tabs
        value={state}
        onChange={(next) => setSearch(next && next !== 'open' ? { state: next } : {})}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(([value, , empty]) => (
          <Tabs.Panel key={value} value={value}>
            <PagedList queryKey={['inbox', value]} load={(cursor) => api.inbox(value, cursor)} empty={empty}>
              {(items) => (
                <Stack gap="sm">
                  {items.map((entry) => (
                    <Entry key={entry.recipientId ?? entry.leadId} entry={entry} />
                  ))}
                </Stack>
              )}
            </PagedList>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function Entry({ entry }: { entry: InboxEntry }) {
  const { recipientId, leadId, state, closesAt, mode, others = 0 } = entry;
  const offered = state === 'offered';
  const place = [entry.company === entry.title ? undefined : entry.company, entry.city, entry.country].filter(Boolean);
  return (
    <Paper
      withBorder
      p="md"
      component={Link}
      to={recipientId ? `/offers/${recipientId}` : `/leads/${leadId}`}
      className="entry"
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={600} className="text" dir="auto">
          {entry.title}
        </Text>
        {offered && closesAt ? (
          <Countdown closesAt={closesAt} />
        ) : (
          <StateBadge state={state} offer={recipientId !== undefined} />
        )}
      </Group>
      <Text size="sm" c="gray.7" className="text">
        {place.join(', ')}
      </Text>
      <Group gap="xs" mt={6}>
        {offered && mode === 'grab' && (
          <Badge color="orange" variant="light" tt="none">
            {others > 0 ? `up for grabs with ${others} other${others === 1 ? '' : 's'}` : 'up for grabs'}
          </Badge>
        )}
        {entry.peer && (
          <Badge color="violet" variant="light" tt="none">
            from {entry.peer.name ?? entry.peer.peerId}
          </Badge>
        )}
        {entry.hiddenFields.length > 0 && (
          <Badge color="gray" variant="outline" tt="none">
            {entry.hiddenFields.length} fields withheld
          </Badge>
        )}
        {entry.test && <Badge color="gray">test</Badge>}
        <Text size="xs" c="gray.7">
          {describeTime(entry.at)}
        </Text>
      </Group>
    </Paper>
  );
}
