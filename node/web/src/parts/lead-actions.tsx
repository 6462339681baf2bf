import { Alert, Button, Group, Paper, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type LeadEvent, type LeadPage } from '../api.ts';

const lossReasons = ['price', 'competitor', 'no-budget', 'no-need', 'not-reachable', 'timing', 'duplicate', 'other'];

interface Facts {
  until: string;
  amount: string;
  currency: string;
  orderReference: string;
  reason: string;
  note: string;
}
const noFacts: Facts = { until: '', amount: '', currency: 'EUR', orderReference: '', reason: '', note: '' };

/** Events whose form asks for something before they are sent. */
const asking = new Set(['sleep', 'win', 'lose', 'note']);

function bodyOf({ event }: LeadEvent, facts: Facts, version: number): Record<string, unknown> {
  return {
    event,
    version,
    ...(event === 'sleep' && facts.until ? { until: new Date(facts.until).toISOString() } : {}),
    ...(event === 'win' && facts.amount ? { amount: { amount: facts.amount.trim(), currency: facts.currency } } : {}),
    ...(event === 'win' && facts.orderReference ? { orderReference: facts.orderReference } : {}),
    ...(event === 'lose' && facts.reason ? { reason: facts.reason } : {}),
    ...(facts.note.trim() ? { note: facts.note.trim() } : {}),
  };
}

/** The buttons the life cycle allows this reader now. */
export function LeadActions({ lead }: { lead: LeadPage }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<LeadEvent>();
  const [facts, setFacts] = useState(noFacts);
  const act = useMutation({
    mutationFn: (event: LeadEvent) =>
      event.event === 'reroute'
        ? api.reroute(lead.id, facts.reason)
        : api.change(lead.id, bodyOf(event, facts, lead.version)),
    onSettled: () =>
      Promise.all(['lead', 'leads', 'inbox'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
    onSuccess: () => {
      setAsked(undefined);
      setFacts(noFacts);
    },
  });
  if (lead.events.length === 0) return null;
  const press = (event: LeadEvent) => (asking.has(event.event) ? setAsked(event) : act.mutate(event));
  return (
    <Stack gap="xs">
      {act.error && <Alert color="orange">{act.error.message}</Alert>}
      {asked ? (
        <Ask
          event={asked}
          facts={facts}
          change={setFacts}
          send={() => act.mutate(asked)}
          back={() => setAsked(undefined)}
          busy={act.isPending}
        />
      ) : (
        <Group gap="xs">
          {lead.events.map((event) => (
            <Button
              key={event.event}
              variant={event.event === 'win' ? 'filled' : 'default'}
              color={event.event === 'win' ? 'teal' : 'blue'}
              loading={act.isPending && act.variables.event === event.event}
              onClick={() => press(event)}
            >
              {event.label}
            </Button>
          ))}
        </Group>
      )}
    </Stack>
  );
}

interface Asking {
  event: LeadEvent;
  facts: Facts;
  change: (facts: Facts) => void;
  send: () => void;
  back: () => void;
  busy: boolean;
}

function Ask({ event, facts, change, send, back, busy }: Asking) {
  const set = (part: Partial<Facts>) => change({ ...facts, ...part });
  const missing =
    (event.event === 'sleep' && !facts.until) ||
    (event.event === 'lose' && !facts.reason) ||
    (event.event === 'note' && !facts.note.trim());
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Text fw={600}>{event.label}</Text>
        {event.event === 'sleep' && (
          <TextInput
            type="datetime-local"
            label="Until"
            value={facts.until}
            onChange={(input) => set({ until: input.currentTarget.value })}
          />
        )}
        {event.event === 'win' && (
          <Group grow>
            <TextInput
              label="Amount"
              placeholder="1250.00"
              inputMode="decimal"
              value={facts.amount}
              onChange={(input) => set({ amount: input.currentTarget.value })}
            />
            <Select
              label="Currency"
              data={['EUR', 'USD', 'GBP', 'CHF']}
              value={facts.currency}
              onChange={(value) => set({ currency: value ?? 'EUR' })}
            />
            <TextInput
              label="Order"
              value={facts.orderReference}
              onChange={(input) => set({ orderReference: input.currentTarget.value })}
            />
          </Group>
        )}
        {event.event === 'lose' && (
          <Select
            label="Why was it lost?"
            data={lossReasons}
            value={facts.reason || null}
            onChange={(value) => set({ reason: value ?? '' })}
          />
        )}
        <Textarea
          label={event.event === 'note' ? 'Note' : 'Note (optional)'}
          autosize
          minRows={2}
          value={facts.note}
          onChange={(input) => set({ note: input.currentTarget.value })}
        />
        <Group>
          <Button disabled={missing} loading={busy} onClick={send}>
            Save
          </Button>
          <Button variant="default" onClick={back}>
            Back
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
