import { NavLink } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { useSession } from '../api.ts';
import { useQuestionsWaiting, useWaiting } from '../inbox-queries.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import type { Role } from '../shapes.ts';

interface Entry {
  to: string;
  label: string;
  icon: IconName;
  /** Whom it is for; everybody when absent. */
  roles?: readonly Role[];
  /** Addresses of other pages that belong to it. */
  also?: string;
}
const overseers: readonly Role[] = ['administrator', 'manager', 'auditor'];

const entries: readonly Entry[] = [
  { to: '/', label: 'My inbox', icon: 'inbox', also: '/offers', roles: ['administrator', 'manager', 'representative'] },
  { to: '/leads', label: 'Leads', icon: 'leads' },
  { to: '/questions', label: 'Open questions', icon: 'question' },
  { to: '/enter', label: 'Enter a lead', icon: 'add', roles: ['administrator', 'manager', 'representative'] },
  { to: '/team', label: 'Team', icon: 'team', roles: overseers },
  { to: '/unrouted', label: 'Nobody took', icon: 'tray', roles: overseers },
  { to: '/boxes', label: 'Boxes and rules', icon: 'rules', roles: overseers },
  { to: '/partners', label: 'Partners', icon: 'partners', roles: overseers, also: '/restoration' },
  { to: '/policies', label: 'Policies', icon: 'lock', roles: ['administrator', 'manager'] },
  { to: '/users', label: 'Users', icon: 'user', roles: ['administrator'] },
];

function isHere(pathname: string, { to, also }: Entry): boolean {
  if (to === '/') return pathname === '/' || (also !== undefined && pathname.startsWith(also));
  return pathname === to || pathname === also || pathname.startsWith(`${to}/`);
}

const markIf = (active: boolean) => (active ? ({ active, 'aria-current': 'page' } as const) : {});

export function Menu({ close }: { close: () => void }) {
  const { api, me } = useSession();
  const { pathname } = useLocation();
  const counts = { '/': useWaiting(), '/questions': useQuestionsWaiting() };
  const signOut = async () => {
    await api.signOut().catch(() => undefined);
    window.location.assign('/sign-in');
  };
  const shown = entries.filter(({ roles }) => roles?.includes(me.user.role) ?? true);
  return (
    <>
      <div>
        {shown.map((entry) => (
          <NavLink
            key={entry.to}
            component={Link}
            to={entry.to}
            label={entry.label}
            leftSection={<Icon name={entry.icon} />}
            {...markIf(isHere(pathname, entry))}
            rightSection={<Waiting count={countOf(counts, entry.to)} />}
            onClick={close}
          />
        ))}
      </div>
      <div className="whoami">
        <NavLink
          component={Link}
          to="/account"
          label={<bdi>{me.user.name}</bdi>}
          description={me.user.availability === 'absent' ? `${me.user.role} · absent` : me.user.role}
          {...markIf(pathname === '/account')}
          onClick={close}
        />
        <NavLink component="button" type="button" label="Sign out" onClick={() => void signOut()} />
      </div>
    </>
  );
}

const countOf = (counts: Readonly<Record<string, string>>, to: string): string => counts[to] ?? '';

function Waiting({ count }: { count: string }) {
  if (count === '') return null;
  return (
    <span className="waiting" aria-label={`${count} to answer`} role="img">
      {count}
    </span>
  );
}
