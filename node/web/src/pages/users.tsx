import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type UserInput, useSession } from '../api.ts';
import { AskPanel } from '../parts/ask-panel.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Answer } from '../parts/query-state.tsx';
import { useAct } from '../parts/use-act.ts';
import { useUsers } from '../parts/use-users.ts';
import { UserLine } from '../parts/user-line.tsx';
import { roles, type Role, type User } from '../shapes.ts';

/** Everybody of this organisation, for administrators. */
export function UsersPage() {
  const users = useUsers();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <PageHead
        title="Users"
        aside={
          adding || (
            <Button variant="default" onClick={() => setAdding(true)}>
              Add a user
            </Button>
          )
        }
      >
        <p className="quiet">They sign in by a one-time link first and set a password then.</p>
      </PageHead>
      {adding && <AddUser users={users.data ?? []} back={() => setAdding(false)} />}
      <Answer query={users}>
        {(all) => (
          <ul className="lines lines-close">
            {all.map((user) => (
              <UserLine key={user.id} user={user} manager={all.find(({ id }) => id === user.managerId)} />
            ))}
          </ul>
        )}
      </Answer>
    </>
  );
}

const nobody: UserInput = { name: '', email: '', role: 'representative', managerId: null };

function AddUser({ users, back }: { users: readonly User[]; back: () => void }) {
  const { api } = useSession();
  const [input, setInput] = useState(nobody);
  const set = (part: Partial<UserInput>) => setInput((before) => ({ ...before, ...part }));
  const add = useAct({ act: () => api.addUser(input), changes: ['users', 'inboxes', 'boxes'], done: back });
  const managers = users.filter((user) => user.active && (user.role === 'manager' || user.role === 'administrator'));
  return (
    <AskPanel
      title="Add a user"
      send={{ label: 'Add' }}
      onSend={() => add.mutate()}
      onBack={back}
      busy={add.isPending}
      error={add.error}
    >
      <div className="fields-2">
        <TextInput
          label="Name"
          required
          maxLength={200}
          value={input.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail"
          type="email"
          required
          maxLength={254}
          value={input.email}
          onChange={(event) => set({ email: event.currentTarget.value })}
        />
        <NativeSelect
          label="Role"
          data={[...roles]}
          value={input.role}
          onChange={(event) => set({ role: event.currentTarget.value as Role })}
        />
        <NativeSelect
          label="Manager"
          data={[{ value: '', label: 'None' }, ...managers.map(({ id, name }) => ({ value: id, label: name }))]}
          value={input.managerId ?? ''}
          onChange={(event) => set({ managerId: event.currentTarget.value || null })}
        />
      </div>
    </AskPanel>
  );
}
