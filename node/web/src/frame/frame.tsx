import { AppShell, Burger } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, NavigationType, useLocation, useNavigationType } from 'react-router';
import { useSession } from '../api.ts';
import { useWaiting } from '../inbox-queries.ts';
import { inboxEntries, type LiveEvent, useLiveEvents } from '../live.ts';
import { RestoredBanner } from '../parts/restored-banner.tsx';
import { Menu } from './menu.tsx';
import { Notices, type Notice } from './notices.tsx';
import { Pages } from './pages.tsx';

/** What stands around every page: the node's name, the menu, the live line and its notices. */
export function Frame() {
  const { me } = useSession();
  const [opened, menu] = useDisclosure();
  const waiting = useWaiting();
  const [notices, setNotices] = useState<Notice[]>([]);
  const noticeOf = useNoticeOf();
  const up = useLiveEvents((event) => {
    const notice = noticeOf(event);
    if (notice) setNotices((before) => [...before.filter(({ id }) => id !== notice.id), notice].slice(-3));
  });
  useTopOfPage();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <AppShell.Header className="bar">
        <Burger
          opened={opened}
          onClick={menu.toggle}
          hiddenFrom="sm"
          size="sm"
          aria-label="Menu"
          aria-expanded={opened}
        />
        <img src="/icon.svg" alt="" width="26" height="26" />
        <span className="node-name">{me.node.name}</span>
        {waiting && (
          <Link to="/" className="waiting phone-only" onClick={menu.close}>
            {waiting} to answer
          </Link>
        )}
        <span className={up ? 'line-state' : 'line-state line-cut'} role="status">
          {up ? 'Live' : 'Reconnecting …'}
        </span>
      </AppShell.Header>
      <AppShell.Navbar
        aria-label="Main"
        className={opened ? 'side' : 'side side-closed'}
        onKeyDown={({ key }) => key === 'Escape' && menu.close()}
      >
        <Menu close={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className="main">
        <div className="page">
          <Notices notices={notices} close={(id) => setNotices((all) => all.filter((each) => each.id !== id))} />
          <RestoredBanner />
          <Pages />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

const endings: Readonly<Record<string, string>> = {
  taken: 'was taken: somebody else was first.',
  expired: 'closed before it was answered.',
  recalled: 'was taken back.',
};

/** Words for an offer that leaves the inbox without the reader's doing, unless its own page says so. */
function useNoticeOf() {
  const client = useQueryClient();
  const { pathname } = useLocation();
  return ({ kind, payload: { recipientId = '', reason = '' } }: LiveEvent): Notice | undefined => {
    const ending = endings[reason];
    if (kind !== 'offer-ended' || !ending || pathname === `/offers/${recipientId}`) return undefined;
    const entry = inboxEntries(client).find((each) => each.recipientId === recipientId && each.state === 'offered');
    return entry && { id: recipientId, title: entry.title, text: ending };
  };
}

function useTopOfPage(): void {
  const { pathname } = useLocation();
  const way = useNavigationType();
  useEffect(() => {
    if (way !== NavigationType.Pop) window.scrollTo(0, 0);
  }, [pathname, way]);
}
