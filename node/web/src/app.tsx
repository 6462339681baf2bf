import {
  Alert,
  AppShell,
  Badge,
  Burger,
  Button,
  Center,
  Group,
  Loader,
  NavLink,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { NavLink as RouterLink, Route, Routes, useLocation } from 'react-router';
import { api, keepCsrf, Refusal, type Me } from './api.ts';
import { useLiveEvents } from './live.ts';
import { InboxPage } from './pages/inbox.tsx';
import { LeadDetailPage } from './pages/lead.tsx';
import { LeadListPage } from './pages/leads.tsx';
import { OfferDetailPage } from './pages/offer.tsx';
import { PartnerPage } from './pages/partner.tsx';
import { PartnersPage } from './pages/partners.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { UnroutedPage } from './pages/unrouted.tsx';

/** Signs in first when nobody is; afterwards the console. */
export function App() {
  const { pathname } = useLocation();
  const me = useQuery({
    queryKey: ['me'],
    staleTime: Infinity,
    queryFn: async () => {
      const answer = await api.me();
      keepCsrf(answer.csrf);
      return answer;
    },
  });
  if (pathname === '/sign-in' || (me.error instanceof Refusal && me.error.status === 401)) return <SignInPage />;
  if (me.isPending)
    return (
      <Center h="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (me.error)
    return (
      <Center h="100vh" p="md">
        <Alert color="red" title="The node does not answer">
          {me.error.message}
          <Button mt="md" onClick={() => void me.refetch()}>
            Try again
          </Button>
        </Alert>
      </Center>
    );
  return <Console me={me.data} />;
}

const overseers = ['administrator', 'manager', 'auditor'];

const links = (role: Me['user']['role']) => [
  { to: '/', label: 'My inbox' },
  { to: '/leads', label: 'Leads' },
  ...(overseers.includes(role) ? [{ to: '/unrouted', label: 'Nobody took' }] : []),
  { to: '/partners', label: 'Partners' },
];

function Console({ me }: { me: Me }) {
  const [opened, menu] = useDisclosure();
  const up = useLiveEvents();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Text fw={700} truncate>
              {me.node.name}
            </Text>
          </Group>
          <Badge color={up ? 'teal' : 'orange'} variant="light" role="status" style={{ flexShrink: 0 }}>
            {up ? 'Live' : 'Reconnecting'}
          </Badge>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Menu me={me} close={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main>
        <div className="page">
          <Pages />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function Menu({ me, close }: { me: Me; close: () => void }) {
  const client = useQueryClient();
  const { pathname } = useLocation();
  const signOut = async () => {
    await api.signOut().catch(() => undefined);
    keepCsrf(null);
    client.clear();
    window.location.assign('/sign-in');
  };
  return (
    <Stack h="100%" justify="space-between">
      <nav aria-label="Main">
        {links(me.user.role).map(({ to, label }) => (
          <NavLink
            key={to}
            component={RouterLink}
            to={to}
            label={label}
            active={to === '/' ? pathname === '/' || pathname.startsWith('/offers') : pathname.startsWith(to)}
            onClick={close}
          />
        ))}
      </nav>
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          {me.user.name}
        </Text>
        <Text size="xs" c="gray.7">
          {me.user.role}
        </Text>
        <Button variant="default" size="xs" onClick={() => void signOut()}>
          Sign out
        </Button>
      </Stack>
    </Stack>
  );
}

function Pages() {
  return (
    <Routes>
      <Route path="/" element={<InboxPage />} />
      <Route path="/offers/:id" element={<OfferDetailPage />} />
      <Route path="/leads" element={<LeadListPage />} />
      <Route path="/leads/:id" element={<LeadDetailPage />} />
      <Route path="/unrouted" element={<UnroutedPage />} />
      <Route path="/partners" element={<PartnersPage />} />
      <Route path="/partners/:id" element={<PartnerPage />} />
      <Route path="*" element={<Title order={2}>There is no such page</Title>} />
    </Routes>
  );
}
