import { Alert, Button, Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useLocation } from 'react-router';
import { makeApi, SessionContext } from './api.ts';
import { Refusal } from './call.ts';
import { Frame } from './frame/frame.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import type { Me } from './shapes.ts';

const door = makeApi(null);

/** Signs in first when nobody is; afterwards the console. */
export function App() {
  const { pathname } = useLocation();
  const me = useQuery({ queryKey: ['me'], staleTime: Infinity, queryFn: door.me });
  if (pathname === '/sign-in' || (me.error instanceof Refusal && me.error.status === 401)) return <SignInPage />;
  if (me.data) return <Console me={me.data} />;
  return (
    <Center h="100vh" p="md">
      {me.error ? (
        <Alert color="red" role="alert" title="The node does not answer">
          {me.error.message}
          <div className="alert-action">
            <Button onClick={() => void me.refetch()}>Try again</Button>
          </div>
        </Alert>
      ) : (
        <Loader aria-label="Loading" />
      )}
    </Center>
  );
}

function Console({ me }: { me: Me }) {
  const { key } = useLocation();
  const [openedAt] = useState(key);
  const session = useMemo(() => ({ me, api: makeApi(me.csrf), openedAt }), [me, openedAt]);
  return (
    <SessionContext value={session}>
      <Frame />
    </SessionContext>
  );
}
