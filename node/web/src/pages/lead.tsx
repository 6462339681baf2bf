import { Alert, Anchor, Center, Group, Loader, Paper, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { api, type LeadPage } from '../api.ts';
import { describeTime, words } from '../parts/format.ts';
import { LeadActions } from '../parts/lead-actions.tsx';
import { LeadDocument } from '../parts/lead-document.tsx';
import { HistoryList, OfferList, TraceList } from '../parts/lead-story.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

export function LeadDetailPage() {
  const { id = '' } = useParams();
  const lead = useQuery({ queryKey: ['lead', id], queryFn: () => api.lead(id) });
  if (lead.isPending)
    return (
      <Center p="xl">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (lead.error) return <Alert color="red">{lead.error.message}</Alert>;
  return <Lead lead={lead.data} />;
}

function factsOf(lead: LeadPage): string {
  const { won, holder, origin, asleepUntil, lostReason } = lead;
  return [
    holder && `with ${holder.name ?? holder.id}`,
    origin.kind === 'peer' && `from ${origin.name ?? origin.peerId ?? 'a partner'}`,
    lead.box && `in “${lead.box.name}”`,
    asleepUntil && `asleep until ${describeTime(asleepUntil)}`,
    won?.amount && `${won.amount.amount} ${won.amount.currency}`,
    won?.orderReference && `order ${won.orderReference}`,
    lostReason && words(lostReason),
    `came in ${describeTime(lead.receivedAt)}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function Lead({ lead }: { lead: LeadPage }) {
  return (
    <Stack>
      <div>
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Title order={1} size="h2" className="text" dir="auto">
            {lead.title}
          </Title>
          <StateBadge state={lead.state} />
        </Group>
        <Text size="sm" c="gray.7" className="text">
          {factsOf(lead)}
        </Text>
      </div>
      {lead.state === 'claimed' && (
        <Alert color="violet" role="status">
          Accepted. The last fields open as soon as the award is confirmed.
        </Alert>
      )}
      <LeadActions lead={lead} />
      <Tabs defaultValue="lead" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="lead">Lead</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="why">Why here</Tabs.Tab>
          <Tabs.Tab value="shown">Who saw what</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="lead">
          <Paper withBorder p="md">
            <LeadDocument document={lead.document} hiddenFields={lead.hiddenFields} maskedFields={lead.maskedFields} />
            {lead.hasOriginal && (
              <Anchor href={`/api/leads/${lead.id}/original`} size="sm" mt="md" display="inline-block">
                Download the original
              </Anchor>
            )}
          </Paper>
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryList id={lead.id} />
        </Tabs.Panel>
        <Tabs.Panel value="why">
          <TraceList id={lead.id} />
        </Tabs.Panel>
        <Tabs.Panel value="shown">
          <OfferList id={lead.id} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
