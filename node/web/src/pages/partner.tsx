import {
  Alert,
  Button,
  Center,
  Group,
  Loader,
  Paper,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import { api, type Me, type PeerMessage, type PeerPage } from '../api.ts';
import { describeTime, words } from '../parts/format.ts';
import { HealthBadge } from '../parts/health-badge.tsx';
import { PagedList } from '../parts/more.tsx';

export function PartnerPage() {
  const { id = '' } = useParams();
  const peer = useQuery({ queryKey: ['peer', id], queryFn: () => api.peer(id) });
  const role = useQueryClient().getQueryData<Me>(['me'])?.user.role;
  if (peer.isPending)
    return (
      <Center p="xl">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (peer.error) return <Alert color="red">{peer.error.message}</Alert>;
  return (
    <Stack>
      <Group justify="space-between" wrap="nowrap">
        <Title order={1} size="h2" className="text">
          {peer.data.name}
        </Title>
        <HealthBadge peer={peer.data} />
      </Group>
      <PeerFacts peer={peer.data} />
      {role === 'administrator' && <Controls peer={peer.data} />}
      {role !== 'representative' && <Messages id={id} mayReplay={role === 'administrator'} />}
    </Stack>
  );
}

const roles = { primary: 'offers leads to us', secondary: 'takes leads from us', both: 'offers and takes leads' };

function PeerFacts({ peer }: { peer: PeerPage }) {
  const { health, outbox } = peer;
  const rows: [string, string | undefined][] = [
    ['Node', peer.id],
    ['Endpoint', peer.endpoint],
    ['Role', roles[peer.role]],
    ['Ten words', peer.fingerprint],
    ['Last delivered', health.lastSuccessAt ? describeTime(health.lastSuccessAt) : 'never'],
    ['Last heard from', health.lastHeardAt ? describeTime(health.lastHeardAt) : 'never'],
    [
      'Last failure',
      health.lastFailureAt ? `${describeTime(health.lastFailureAt)}: ${words(health.lastError ?? '')}` : undefined,
    ],
    ['Next attempt', health.nextProbeAt ? describeTime(health.nextProbeAt) : undefined],
    [
      'Messages',
      `${outbox.delivered} delivered, ${outbox.waiting} waiting, ${outbox.refused} refused, ${outbox.dead} dead`,
    ],
    [
      'Security events',
      peer.securityEvents.map(({ at, code }) => `${words(code)} (${describeTime(at)})`).join(', ') || undefined,
    ],
  ];
  return (
    <Paper withBorder p="md">
      <dl className="facts">{rows.map(([label, text]) => text && <Fact key={label} label={label} text={text} />)}</dl>
    </Paper>
  );
}

function Fact({ label, text }: { label: string; text: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className="text">{text}</dd>
    </>
  );
}

function Controls({ peer }: { peer: PeerPage }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const refresh = () => Promise.all(['peer', 'peers'].map((key) => client.invalidateQueries({ queryKey: [key] })));
  const confirm = useMutation({ mutationFn: () => api.confirmPeer(peer.id, typed), onSuccess: refresh });
  const pause = useMutation({ mutationFn: () => api.pausePeer(peer.id, peer.state === 'active'), onSuccess: refresh });
  const error = confirm.error ?? pause.error;
  return (
    <Stack gap="sm">
      {error && <Alert color="red">{error.message}</Alert>}
      {peer.state === 'pending' ? (
        <Group align="flex-end">
          <TextInput
            flex={1}
            label="The ten words the partner’s administrator reads out to you"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button disabled={typed.trim() === ''} loading={confirm.isPending} onClick={() => confirm.mutate()}>
            Confirm
          </Button>
        </Group>
      ) : (
        <Group>
          <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
            {peer.state === 'active' ? 'Suspend' : 'Resume'}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Messages({ id, mayReplay }: { id: string; mayReplay: boolean }) {
  const [direction, setDirection] = useState('sent');
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          Messages
        </Title>
        <SegmentedControl
          size="xs"
          value={direction}
          onChange={setDirection}
          data={['sent', 'received']}
          aria-label="Direction"
        />
      </Group>
      <PagedList
        queryKey={['peer', id, 'messages', direction]}
        load={(cursor) => api.messages(id, direction, cursor)}
        empty="No messages yet."
      >
        {(items) => (
          <Table.ScrollContainer minWidth={420}>
            <Table>
              <Table.Tbody>
                {items.map((message) => (
                  <MessageLine key={message.id} id={id} message={message} mayReplay={mayReplay} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </PagedList>
    </Paper>
  );
}

function MessageLine({ id, message, mayReplay }: { id: string; message: PeerMessage; mayReplay: boolean }) {
  const client = useQueryClient();
  const replay = useMutation({
    mutationFn: () => api.replay(id, message.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['peer', id] }),
  });
  const stuck = mayReplay && (message.state === 'dead' || message.state === 'refused');
  return (
    <Table.Tr>
      <Table.Td>{message.type}</Table.Td>
      <Table.Td>
        {words(message.state)}
        {message.code && `: ${words(message.code)}`}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{describeTime(message.at)}</Text>
      </Table.Td>
      <Table.Td>
        {stuck && (
          <Button size="compact-xs" variant="light" loading={replay.isPending} onClick={() => replay.mutate()}>
            Send again
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
