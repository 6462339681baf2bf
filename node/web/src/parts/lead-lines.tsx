import { Group, Paper, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { LeadSummary } from '../api.ts';
import { describeTime } from './format.ts';
import { StateBadge } from './state-badge.tsx';

/** Leads as lines, each a link to its page. */
export function LeadLines({ leads }: { leads: readonly LeadSummary[] }) {
  return (
    <Stack gap="xs">
      {leads.map((lead) => (
        <Paper key={lead.id} withBorder px="md" py="sm" component={Link} to={`/leads/${lead.id}`} className="entry">
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Text fw={600} className="text" dir="auto">
              {lead.title}
            </Text>
            <StateBadge state={lead.state} />
          </Group>
          <Text size="sm" c="gray.7" className="text">
            {[
              lead.city,
              lead.country,
              lead.holder && `with ${lead.holder.name ?? lead.holder.id}`,
              lead.origin.kind === 'peer' && `from ${lead.origin.name ?? lead.origin.peerId ?? 'a partner'}`,
              describeTime(lead.updatedAt),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </Paper>
      ))}
    </Stack>
  );
}
