import {
  Alert,
  Badge,
  Button,
  Center,
  Code,
  CopyButton,
  Group,
  Loader,
  Paper,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, type Me, type Peer } from '../api.ts';
import { HealthBadge } from '../parts/health-badge.tsx';
import { describeTime } from '../parts/format.ts';

export function PartnersPage() {
  const client = useQueryClient();
  const role = client.getQueryData<Me>(['me'])?.user.role;
  const peers = useQuery({ queryKey: ['peers'], queryFn: api.peers });
  return (
    <>
      <Title order={1} size="h2" mb="sm">
        Partners
      </Title>
      {peers.isPending && (
        <Center p="xl">
          <Loader aria-label="Loading" />
        </Center>
      )}
      {peers.error && <Alert color="red">{peers.error.message}</Alert>}
      <Stack gap="sm">
        {peers.data?.items.length === 0 && <Text c="gray.7">No partners yet. Exchange invitations with one.</Text>}
        {peers.data?.items.map((peer) => (
          <PeerLine key={peer.id} peer={peer} />
        ))}
        {role === 'administrator' && <Introduction />}
      </Stack>
    </>
  );
}

function PeerLine({ peer }: { peer: Peer }) {
  const { waiting, delivered, refused, dead } = peer.outbox;
  return (
    <Paper withBorder p="md" component={Link} to={`/partners/${encodeURIComponent(peer.id)}`} className="entry">
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600} className="text">
          {peer.name}
        </Text>
        <HealthBadge peer={peer} />
      </Group>
      <Text size="sm" c="gray.7" className="text">
        {peer.id} · {delivered} delivered · {waiting} waiting
        {peer.health.lastHeardAt && ` · heard from ${describeTime(peer.health.lastHeardAt)}`}
      </Text>
      {refused + dead > 0 && (
        <Badge color="red" variant="light" tt="none" mt={6}>
          {refused + dead} messages need a look
        </Badge>
      )}
    </Paper>
  );
}

function Introduction() {
  const invite = useMutation({ mutationFn: api.invite });
  return (
    <Paper withBorder p="md" mt="md">
      <Stack>
        <Title order={2} size="h4">
          Add a partner
        </Title>
        <Text size="sm">
          Send your invitation to the partner’s administrator, and paste theirs here. Then compare the ten words by
          phone: only when they agree on both sides do the nodes talk.
        </Text>
        <Group>
          <Button variant="default" loading={invite.isPending} onClick={() => invite.mutate()}>
            Show my invitation
          </Button>
        </Group>
        {invite.data && (
          <Stack gap="xs">
            <Text size="sm">
              My ten words: <b>{invite.data.fingerprint}</b>
            </Text>
            <Code block>{invite.data.text}</Code>
            <CopyButton value={invite.data.text}>
              {({ copied, copy }) => (
                <Button size="xs" variant="light" onClick={copy}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
          </Stack>
        )}
        <Acceptance />
      </Stack>
    </Paper>
  );
}

function Acceptance() {
  const navigate = useNavigate();
  const [invitation, setInvitation] = useState('');
  const [role, setRole] = useState('both');
  const [allowedAddress, setAllowed] = useState('');
  const accept = useMutation({
    mutationFn: () => api.acceptInvitation({ invitation, role, ...(allowedAddress ? { allowedAddress } : {}) }),
    onSuccess: ({ id }) => void navigate(`/partners/${encodeURIComponent(id)}`),
  });
  return (
    <Stack gap="sm">
      <Textarea
        label="The partner’s invitation"
        autosize
        minRows={3}
        maxRows={10}
        value={invitation}
        onChange={(event) => setInvitation(event.currentTarget.value)}
      />
      <Group align="flex-end">
        <Select
          label="The partner"
          data={[
            { value: 'secondary', label: 'takes leads from us' },
            { value: 'primary', label: 'offers leads to us' },
            { value: 'both', label: 'does both' },
          ]}
          value={role}
          onChange={(value) => setRole(value ?? 'both')}
        />
        <TextInput
          label="Private address range (only for VPNs)"
          placeholder="10.8.0.0/16"
          value={allowedAddress}
          onChange={(event) => setAllowed(event.currentTarget.value)}
        />
      </Group>
      {accept.error && <Alert color="red">{accept.error.message}</Alert>}
      <Group>
        <Button disabled={invitation.trim() === ''} loading={accept.isPending} onClick={() => accept.mutate()}>
          Take this invitation
        </Button>
      </Group>
    </Stack>
  );
}
