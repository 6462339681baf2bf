import { Title } from '@mantine/core';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';
import { useSession } from '../api.ts';
import { useWaiting } from '../inbox-queries.ts';
import { Icon } from './icons.tsx';

interface Head {
  title: string;
  /** Where one came from, as a rule. */
  back?: { to: string; label: string };
  /** Beside the title: a state, a countdown, a button. */
  aside?: ReactNode;
  /** Below the title. */
  children?: ReactNode;
}

/** The head of a page: names the browser's tab and takes the focus, so that a screen reader says where one is. */
export function PageHead({ title, back, aside, children }: Head) {
  const { me, openedAt } = useSession();
  const waiting = useWaiting();
  const heading = useRef<HTMLHeadingElement>(null);
  const { key, pathname } = useLocation();
  useLayoutEffect(() => {
    document.title = `${waiting && `(${waiting}) `}${title} · ${me.node.name}`;
  }, [title, waiting, me.node.name]);
  const arrived = key !== openedAt;
  useEffect(() => {
    if (arrived) heading.current?.focus({ preventScroll: true });
  }, [arrived, pathname]);
  return (
    <header className="page-head">
      {back && (
        <Link to={back.to} className="back">
          <Icon name="back" size={16} /> {back.label}
        </Link>
      )}
      <div className="page-head-line">
        <Title order={1} size="h2" className="text" dir="auto" tabIndex={-1} ref={heading}>
          {title}
        </Title>
        {aside}
      </div>
      {children}
    </header>
  );
}
