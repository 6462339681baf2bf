import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import { AvailabilitySwitch } from '../parts/availability-switch.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Failure } from '../parts/query-state.tsx';
import { Tokens } from '../parts/tokens.tsx';
import { useAct } from '../parts/use-act.ts';

const shortest = 12;

/** What a user settles alone: availability, password, API tokens. */
export function AccountPage() {
  const { me } = useSession();
  return (
    <>
      <PageHead title={me.user.name}>
        <p className="quiet text">
          {me.user.email} · {me.user.role}
        </p>
      </PageHead>
      <div className="lines">
        {me.user.role !== 'auditor' && (
          <section className="card">
            <h2 className="section-title">Availability</h2>
            <AvailabilitySwitch user={me.user} />
          </section>
        )}
        <Password />
        <Tokens />
      </div>
    </>
  );
}

const nothing = { current: '', password: '', again: '' };

function Password() {
  const { api, me } = useSession();
  const [typed, setTyped] = useState(nothing);
  const save = useAct({
    act: () => api.setPassword({ password: typed.password, ...(typed.current && { current: typed.current }) }),
    changes: [],
    done: () => setTyped(nothing),
  });
  const differs = typed.again !== '' && typed.again !== typed.password;
  const field = (name: keyof typeof nothing) => ({
    value: typed[name],
    maxLength: 200,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setTyped((before) => ({ ...before, [name]: value })),
  });
  return (
    <section className="card">
      <h2 className="section-title">Password</h2>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!differs) save.mutate();
        }}
      >
        <input type="hidden" name="username" autoComplete="username" value={me.user.email} readOnly />
        <div className="fields-3">
          <PasswordInput
            label="Present one"
            description="Empty when you have none yet"
            autoComplete="current-password"
            {...field('current')}
          />
          <PasswordInput
            label="New one"
            description={`At least ${shortest} characters`}
            autoComplete="new-password"
            required
            minLength={shortest}
            {...field('password')}
          />
          <PasswordInput
            label="New one again"
            description="To be sure"
            autoComplete="new-password"
            required
            error={differs && 'The two differ'}
            {...field('again')}
          />
        </div>
        {save.error && <Failure error={save.error} />}
        {save.isSuccess && <p role="status">Your password is set. Other sessions have ended.</p>}
        <div className="buttons">
          <Button type="submit" variant="default" loading={save.isPending}>
            Set the password
          </Button>
        </div>
      </form>
    </section>
  );
}
