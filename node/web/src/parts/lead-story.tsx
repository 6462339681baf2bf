import { Alert, Group, Loader, Paper, Stack, Text, Timeline } from '@mantine/core';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, type FieldName, type LeadOffer, type Recipient, type Trace } from '../api.ts';
import { describeTime, words } from './format.ts';
import { StateBadge } from './state-badge.tsx';

function Loaded<T>({
  query,
  empty,
  children,
}: {
  query: UseQueryResult<{ items: T[] }>;
  empty: string;
  children: (items: T[]) => ReactNode;
}) {
  if (query.isPending) return <Loader aria-label="Loading" />;
  if (query.error) return <Alert color="red">{query.error.message}</Alert>;
  return query.data.items.length === 0 ? <Text c="gray.7">{empty}</Text> : children(query.data.items);
}

/** Everything that happened to a lead, newest first. */
export function HistoryList({ id }: { id: string }) {
  const history = useQuery({ queryKey: ['lead', id, 'history'], queryFn: () => api.history(id) });
  return (
    <Loaded query={history} empty="Nothing happened yet.">
      {(items) => (
        <Timeline bulletSize={14} lineWidth={2}>
          {[...items].reverse().map((entry) => (
            <Timeline.Item key={entry.id}>
              <Text className="text">{entry.sentence}</Text>
              {entry.note && (
                <Text size="sm" className="text" style={{ whiteSpace: 'pre-wrap' }} dir="auto">
                  {entry.note}
                </Text>
              )}
              <Text size="xs" c="gray.7">
                {describeTime(entry.at)}
              </Text>
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </Loaded>
  );
}

/** Why the lead went where it went, decision by decision. */
export function TraceList({ id }: { id: string }) {
  const traces = useQuery({ queryKey: ['lead', id, 'traces'], queryFn: () => api.traces(id) });
  return (
    <Loaded query={traces} empty="No routing decision yet.">
      {(items) => (
        <Stack>
          {items.map((trace) => (
            <Decision key={trace.id} trace={trace} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

const marks: Readonly<Record<string, string>> = { box: '▸', chosen: '✔', excluded: '✖', note: '·' };

function Decision({ trace }: { trace: Trace }) {
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="xs">
        <Text fw={600}>{trace.outcome === 'offered' ? 'Offered' : words(trace.outcome)}</Text>
        <Text size="xs" c="gray.7">
          {describeTime(trace.at)}
        </Text>
      </Group>
      <Stack gap={4}>
        {trace.steps.map((step, index) => (
          <Text key={index} size="sm" className="text" c={step.matched === false ? 'gray.7' : undefined}>
            {step.kind === 'rule' ? (step.matched ? '✔' : '–') : (marks[step.kind] ?? '·')} {step.sentence}
          </Text>
        ))}
      </Stack>
    </Paper>
  );
}

/** To whom the lead was offered, and which fields each of them saw. */
export function OfferList({ id }: { id: string }) {
  const offers = useQuery({ queryKey: ['lead', id, 'offers'], queryFn: () => api.offers(id) });
  return (
    <Loaded query={offers} empty="It was never offered to anybody.">
      {(items) => (
        <Stack>
          {items.map((offer) => (
            <OfferCard key={offer.id} offer={offer} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

function OfferCard({ offer }: { offer: LeadOffer }) {
  return (
    <Paper withBorder p="md">
      <Text fw={600} mb="xs">
        {offer.mode === 'grab' ? 'Up for grabs' : 'Offered'}, round {offer.round}: {words(offer.state)}
      </Text>
      <Stack gap="md">
        {offer.recipients.map((recipient) => (
          <RecipientCard key={recipient.id} recipient={recipient} />
        ))}
      </Stack>
    </Paper>
  );
}

const names = (fields: readonly FieldName[]) => fields.map(({ label }) => label).join(', ');

function RecipientCard({ recipient }: { recipient: Recipient }) {
  const lines = [
    ['Shown', recipient.shown],
    ['Shown in part', recipient.masked],
    ['Withheld until acceptance', recipient.withheld],
    ['Never', recipient.never],
  ] as const;
  return (
    <div>
      <Group gap="xs">
        <Text fw={500}>{recipient.name}</Text>
        <StateBadge state={recipient.state} offer />
        {recipient.rejectReason && <Text size="sm">{words(recipient.rejectReason)}</Text>}
      </Group>
      <dl className="facts">
        {lines
          .filter(([, fields]) => fields.length > 0)
          .map(([label, fields]) => (
            <Line key={label} label={label} text={names(fields)} />
          ))}
      </dl>
    </div>
  );
}

function Line({ label, text }: { label: string; text: string }) {
  return (
    <>
      <dt>
        <Text size="sm">{label}</Text>
      </dt>
      <dd>
        <Text size="sm" className="text">
          {text}
        </Text>
      </dd>
    </>
  );
}
