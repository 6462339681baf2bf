import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api, keepCsrf, type Me } from '../api.ts';

/** The token of a one-time link; it is in the fragment, so it reached no server and no log on its way here. */
const tokenInAddress = () => new URLSearchParams(window.location.hash.slice(1)).get('token');

export function SignInPage() {
  const [token] = useState(tokenInAddress);
  const client = useQueryClient();
  const navigate = useNavigate();
  const welcome = (me: Me) => {
    keepCsrf(me.csrf);
    client.setQueryData(['me'], me);
    void navigate('/', { replace: true });
  };
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w={400} maw="100%">
        <Title order={1} size="h2">
          Leadmesh
        </Title>
        <Text c="gray.7" mb="md">
          Sign in to this node
        </Text>
        {token ? <ByLink token={token} welcome={welcome} /> : <ByPassword welcome={welcome} />}
      </Paper>
    </Center>
  );
}

interface Welcome {
  welcome: (me: Me) => void;
}

/** A person presses the button: programs that open every link of a mail do not use it up. */
function ByLink({ token, welcome }: Welcome & { token: string }) {
  const signIn = useMutation({ mutationFn: () => api.signInByLink(token), onSuccess: welcome });
  return (
    <Stack>
      <Text>This link signs you in once.</Text>
      {signIn.error && <Alert color="red">{signIn.error.message}</Alert>}
      <Button loading={signIn.isPending} onClick={() => signIn.mutate()}>
        Sign in
      </Button>
      {signIn.error && (
        <Button variant="default" component="a" href="/sign-in">
          Use a password instead
        </Button>
      )}
    </Stack>
  );
}

function ByPassword({ welcome }: Welcome) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({ mutationFn: () => api.signIn(email, password), onSuccess: welcome });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate();
      }}
    >
      <Stack>
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
        {signIn.error && <Alert color="red">{signIn.error.message}</Alert>}
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
