import { check, roles, scopes } from '../../kernel/routes.ts';
import { transact } from '../../kernel/context.ts';
import { when } from '../../kernel/times.ts';
import { z } from 'zod';
import { createApiToken } from '../../people/api-tokens.ts';
import { setPassword } from '../../people/set-password.ts';
import { nameInput, passwordInput } from '../../people/user-input.ts';
import { openUserBox } from '../../routing/open-box.ts';
import type { Command } from '../command.ts';
import { secretLine } from '../input.ts';
import { entry, table, words, type Page } from '../output.ts';
import { given, needed, pageOptions, value, wholeNumber } from './options.ts';

const columns = { id: 'id', email: 'email', name: 'name', role: 'role', active: 'active', 'signed in': 'signedInAt' };
const role = value(roles.join('|'), 'What the user may do.');

const tokenInput = z.object({
  name: nameInput,
  days: z.number().int().min(1).max(366).optional(),
  role: z.enum(roles).optional(),
  scopes: z.array(z.enum(scopes)).optional(),
});

export const userCommands: readonly Command[] = [
  {
    name: 'user list',
    summary: 'List the users, the oldest first',
    options: pageOptions,
    example: 'leadmesh user list --limit 20',
    onNode: async (door, asked) => {
      const query = given(asked, 'limit', 'cursor');
      return table(await door.ask<Page>('GET /api/users', { query }), columns);
    },
  },
  {
    name: 'user add',
    summary: 'Add a user, who signs in first by a link',
    arguments: ['email', 'name'],
    options: { role, manager: value('user', 'Who manages the user, by id or e-mail address.') },
    example: 'leadmesh user add eve@vendor.example "Eve Adams" --role representative',
    onNode: async (door, asked) => {
      const manager = asked.text('manager');
      const managerId = manager === undefined ? undefined : (await door.user(manager)).id;
      const person = { email: asked.arg('email'), name: asked.arg('name'), role: needed(asked, 'role'), managerId };
      const added = await door.ask<{ id: string }>('POST /api/users', { body: person });
      // A node that runs would open it a moment later: a script that goes on with rules for the user finds it.
      await transact(door.ctx, (tx) => openUserBox(tx, added.id));
      return entry(added);
    },
  },
  {
    name: 'user link',
    summary: 'Make a link that signs a user in once, within 24 hours',
    arguments: ['user'],
    example: 'leadmesh user link eve@vendor.example',
    onNode: async (door, asked) => {
      const { id } = await door.user(asked.arg('user'));
      const link = await door.ask<{ url: string }>('POST /api/users/:id/sign-in-link', { params: { id } });
      return words(link.url, link);
    },
  },
  {
    name: 'user deactivate',
    summary: 'End a user’s access: sessions, links and API tokens',
    arguments: ['user'],
    example: 'leadmesh user deactivate eve@vendor.example',
    onNode: async (door, asked) => {
      const { id } = await door.user(asked.arg('user'));
      return entry(await door.ask<object>('PATCH /api/users/:id', { params: { id }, body: { active: false } }));
    },
  },
  {
    name: 'user password',
    summary: 'Set a user’s password, read from standard input; the user’s sessions end',
    arguments: ['user'],
    example: 'leadmesh user password eve@vendor.example < password.txt',
    onNode: async (door, asked) => {
      const { id } = await door.user(asked.arg('user'));
      const body = { password: await secretLine('New password', asked.terminal) };
      const { password } = check(z.object({ password: passwordInput }), body, 'body');
      await setPassword(door.ctx, { userId: id, password });
      return words('', { id }, 'The password is set.');
    },
  },
  {
    name: 'token add',
    summary: 'Make an API token for a user, for scripts; it is shown this once',
    arguments: ['user', 'label'],
    options: {
      days: value('number', 'How long it is good, up to 366; default 90.'),
      role: value(roles.join('|'), 'A lesser role than the user’s.'),
      scope: { ...value(scopes.join('|'), 'Only what this scope allows; may be repeated.'), multiple: true },
    },
    example: 'leadmesh token add eve@vendor.example "web shop" --days 30 --scope intake',
    onNode: async (door, asked) => {
      const { id: userId } = await door.user(asked.arg('user'));
      const options = { name: asked.arg('label'), days: wholeNumber(asked, 'days'), ...given(asked, 'role') };
      const wanted = check(tokenInput, { ...options, scopes: asked.texts('scope') }, 'body');
      const { id, token, expiresAt } = await createApiToken(door.ctx, { ...wanted, userId });
      const until = when(expiresAt);
      return words(token, { id, token, expiresAt: until }, `Good until ${until}; revoked by DELETE /api/tokens/${id}.`);
    },
  },
];
