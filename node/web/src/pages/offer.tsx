import {
  Alert,
  Badge,
  Button,
  Center,
  Group,
  Loader,
  Paper,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { api, type OfferPage } from '../api.ts';
import { Countdown } from '../parts/countdown.tsx';
import { LeadDocument } from '../parts/lead-document.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

const rejectReasons = [
  { value: 'not-a-fit', label: 'Not a fit for me' },
  { value: 'no-capacity', label: 'No time right now' },
  { value: 'out-of-territory', label: 'Outside my territory' },
  { value: 'duplicate', label: 'We have this lead already' },
  { value: 'already-customer', label: 'Already a customer' },
  { value: 'not-reachable', label: 'Customer cannot be reached' },
  { value: 'unclear', label: 'Too unclear' },
  { value: 'other', label: 'Another reason' },
];

const endings: Readonly<Record<string, string>> = {
  lost: 'Taken: somebody else was first.',
  expired: 'This offer closed before it was answered.',
  rejected: 'You passed on this lead.',
  accepted: 'You were first. The partner it comes from is about to release the details.',
  won: 'This lead is yours.',
};

export function OfferDetailPage() {
  const { id = '' } = useParams();
  const offer = useQuery({ queryKey: ['offer', id], queryFn: () => api.offer(id) });
  if (offer.isPending)
    return (
      <Center p="xl">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (offer.error) return <Alert color="red">{offer.error.message}</Alert>;
  return <Offer offer={offer.data} />;
}

function Offer({ offer }: { offer: OfferPage }) {
  const open = offer.state === 'offered';
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Title order={1} size="h2" className="text" dir="auto">
          {offer.title}
        </Title>
        {open ? <Countdown closesAt={offer.closesAt} /> : <StateBadge state={offer.state} offer />}
      </Group>
      <Group gap="xs">
        {offer.mode === 'grab' && (
          <Badge color="orange" variant="light" tt="none">
            up for grabs: first to accept wins
          </Badge>
        )}
        {offer.peer && (
          <Badge color="violet" variant="light" tt="none">
            from {offer.peer.name ?? offer.peer.peerId}
          </Badge>
        )}
      </Group>
      {open ? <Answer offer={offer} /> : <Ended offer={offer} />}
      {offer.document !== undefined && (
        <Paper withBorder p="md">
          <LeadDocument document={offer.document} hiddenFields={offer.hiddenFields} maskedFields={offer.maskedFields} />
        </Paper>
      )}
    </Stack>
  );
}

function Ended({ offer }: { offer: OfferPage }) {
  const mine = offer.state === 'won' || offer.state === 'accepted';
  return (
    <Alert color={mine ? 'teal' : 'gray'} role="status" title={endings[offer.state] ?? 'This offer is over.'}>
      {mine && (
        <Button component={Link} to={`/leads/${offer.leadId}`} mt="xs">
          Open the lead
        </Button>
      )}
    </Alert>
  );
}

function Answer({ offer }: { offer: OfferPage }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [rejecting, setRejecting] = useState(false);
  const refresh = () =>
    Promise.all(['offer', 'inbox', 'leads'].map((key) => client.invalidateQueries({ queryKey: [key] })));
  const accept = useMutation({
    mutationFn: () => api.accept(offer.recipientId),
    onSuccess: ({ leadId }) => void refresh().then(() => navigate(`/leads/${leadId}`)),
    onError: () => void refresh(),
  });
  if (rejecting)
    return (
      <Reject offer={offer} done={() => void refresh().then(() => navigate('/'))} back={() => setRejecting(false)} />
    );
  return (
    <Stack gap="xs">
      {accept.error && <Alert color="orange">{accept.error.message}</Alert>}
      <Group>
        <Button size="md" loading={accept.isPending} onClick={() => accept.mutate()}>
          Accept this lead
        </Button>
        <Button size="md" variant="default" onClick={() => setRejecting(true)}>
          Reject …
        </Button>
      </Group>
      {offer.hiddenFields.length > 0 && (
        <Text size="sm" c="gray.7">
          {offer.hiddenFields.length} fields open when you accept.
        </Text>
      )}
    </Stack>
  );
}

function Reject({ offer, done, back }: { offer: OfferPage; done: () => void; back: () => void }) {
  const [reason, setReason] = useState<string | null>(null);
  const [text, setText] = useState('');
  const reject = useMutation({
    mutationFn: () =>
      api.reject(offer.recipientId, { reason: reason ?? 'other', ...(text.trim() ? { text: text.trim() } : {}) }),
    onSuccess: done,
  });
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Select
          label="Why do you pass on this lead?"
          data={rejectReasons}
          value={reason}
          onChange={setReason}
          placeholder="Choose a reason"
        />
        <TextInput
          label="In your own words (optional)"
          value={text}
          maxLength={1_000}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {reject.error && <Alert color="orange">{reject.error.message}</Alert>}
        <Group>
          <Button color="red" disabled={reason === null} loading={reject.isPending} onClick={() => reject.mutate()}>
            Reject
          </Button>
          <Button variant="default" onClick={back}>
            Back
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
