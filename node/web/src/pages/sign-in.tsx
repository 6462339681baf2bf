import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { makeApi } from '../api.ts';
import { Failure } from '../parts/query-state.tsx';
import type { Me } from '../shapes.ts';

const door = makeApi(null);

/** The token of a one-time link; it is in the fragment, so it reached no server and no log on its way here. */
const tokenInAddress = () => new URLSearchParams(window.location.hash.slice(1)).get('token');

/** Stands in place of every page while nobody is signed in; afterwards that page is shown. */
export function SignInPage() {
  const [token] = useState(tokenInAddress);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  useEffect(() => {
    document.title = 'Sign in · Leadmesh';
  }, []);
  const welcome = (me: Me) => {
    // What an earlier user of this page saw goes.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    client.setQueryData(['me'], me);
    void navigate(pathname === '/sign-in' ? '/' : `${pathname}${search}`, { replace: true });
  };
  return (
    <main className="door">
      <div className="card door-card">
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>Leadmesh</h1>
        {token ? <ByLink token={token} welcome={welcome} /> : <ByPassword welcome={welcome} />}
      </div>
    </main>
  );
}

interface Door {
  welcome: (me: Me) => void;
}

/** A person presses the button: programs that open every link of a mail do not use it up. */
function ByLink({ token, welcome }: Door & { token: string }) {
  const signIn = useMutation({ mutationFn: () => door.signInByLink(token), onSuccess: welcome });
  return (
    <Form title="Your link signs you in once." send={() => signIn.mutate()}>
      {signIn.error && <Failure error={signIn.error} />}
      <Button type="submit" fullWidth size="md" loading={signIn.isPending}>
        Sign in
      </Button>
      {signIn.error && (
        <Button variant="default" fullWidth component="a" href="/sign-in">
          Use a password instead
        </Button>
      )}
    </Form>
  );
}

function ByPassword({ welcome }: Door) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({ mutationFn: () => door.signIn(email, password), onSuccess: welcome });
  return (
    <Form title="Sign in to this node" send={() => signIn.mutate()}>
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {signIn.error && <Failure error={signIn.error} />}
      <Button type="submit" fullWidth size="md" loading={signIn.isPending}>
        Sign in
      </Button>
      <p className="quiet small">No password yet? Ask an administrator for a one-time link.</p>
    </Form>
  );
}

function Form({ title, send, children }: { title: string; send: () => void; children: ReactNode }) {
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p className="quiet">{title}</p>
      {children}
    </form>
  );
}
