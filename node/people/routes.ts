import { z } from 'zod';
import { transact } from '../kernel/context.ts';
import { notFound } from '../kernel/errors.ts';
import { pageOf, pageQuery, toPage } from '../kernel/paging.ts';
import { type Route, roles, route, scopes } from '../kernel/routes.ts';
import { when } from '../kernel/times.ts';
import { createApiToken, revokeApiToken } from './api-tokens.ts';
import { createUser } from './create-user.ts';
import { mayUpdateUser } from './may-update-user.ts';
import { createSignInLink } from './sign-in-link.ts';
import { requireAllScopes, sessionOf, signInRoutes } from './sign-in-routes.ts';
import { listUsers } from './store.ts';
import { listTokens } from './store/tokens.ts';
import { updateUser } from './update-user.ts';
import { availabilityInput, emailInput, nameInput, roleInput } from './user-input.ts';
import { time, tokenView, userView, viewToken, viewUser } from './view-user.ts';
import { visibleUserIds } from './visible-users.ts';

const list = route({
  method: 'GET',
  path: '/api/users',
  access: 'signed-in',
  summary: 'The users one may see, by age',
  query: z.strictObject(pageQuery),
  reply: pageOf(userView),
  handler: async (ctx, { actor, query: { limit, cursor } }) => {
    const rows = await listUsers(ctx, { ids: await visibleUserIds(ctx, actor), cursor, limit: limit + 1 });
    return toPage(rows.map(viewUser), limit);
  },
});

const create = route({
  method: 'POST',
  path: '/api/users',
  access: ['administrator'],
  summary: 'Add a user, who signs in by a link first',
  status: 201,
  body: z.strictObject({
    email: emailInput,
    name: nameInput,
    role: roleInput,
    managerId: z.string().max(64).nullish(),
  }),
  reply: userView,
  handler: async (ctx, { body, actor }) =>
    viewUser(await transact(ctx, (tx) => createUser(tx, { ...body, by: actor.userId }))),
});

const update = route({
  method: 'PATCH',
  path: '/api/users/:id',
  access: 'signed-in',
  summary: 'Change a user; what is left out stays',
  body: z.strictObject({
    email: emailInput.optional(),
    name: nameInput.optional(),
    role: roleInput.optional(),
    managerId: z.string().max(64).nullable().optional(),
    active: z.boolean().optional(),
    availability: availabilityInput.optional(),
  }),
  reply: userView,
  handler: async (ctx, { actor, params, body }) => {
    const visible = await visibleUserIds(ctx, actor);
    const allowed = mayUpdateUser(actor, params.id, body) && (visible === 'all' || visible.includes(params.id));
    if (!allowed) throw notFound('user');
    return viewUser(await transact(ctx, (tx) => updateUser(tx, params.id, body, actor.userId)));
  },
});

const signInLink = route({
  method: 'POST',
  path: '/api/users/:id/sign-in-link',
  access: ['administrator'],
  summary: 'Make a one-time sign-in link for a user',
  status: 201,
  reply: z.strictObject({ url: z.string(), expiresAt: time }),
  handler: async (ctx, { actor, params }) => {
    requireAllScopes(actor);
    const { url, expiresAt } = await transact(ctx, (tx) => createSignInLink(tx, params.id, actor.userId));
    return { url, expiresAt: when(expiresAt) };
  },
});

const listOwnTokens = route({
  method: 'GET',
  path: '/api/tokens',
  access: 'signed-in',
  summary: 'One’s own API tokens',
  query: z.strictObject(pageQuery),
  reply: pageOf(tokenView),
  handler: async (ctx, { actor, query: { limit, cursor } }) => {
    const rows = await listTokens(ctx, { userId: actor.userId, cursor, limit: limit + 1 });
    return toPage(rows.map(viewToken), limit);
  },
});

const createToken = route({
  method: 'POST',
  path: '/api/tokens',
  access: 'signed-in',
  summary: 'Make an API token; it is shown this once',
  status: 201,
  body: z.strictObject({
    name: nameInput,
    days: z.number().int().min(1).max(366).optional(),
    role: z.enum(roles).optional(),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).optional(),
  }),
  reply: z.strictObject({ id: z.string(), token: z.string(), expiresAt: time }),
  handler: async (ctx, { actor, body }) => {
    sessionOf(actor);
    const made = await createApiToken(ctx, { ...body, userId: actor.userId, by: actor.userId });
    return { ...made, expiresAt: when(made.expiresAt) };
  },
});

const deleteToken = route({
  method: 'DELETE',
  path: '/api/tokens/:id',
  access: 'signed-in',
  summary: 'Revoke an API token of one’s own; administrators anyone’s',
  handler: async (ctx, { actor, params }) => {
    await transact(ctx, (tx) => revokeApiToken(tx, params.id, actor));
    return undefined;
  },
});

export const routes: Route[] = [
  ...signInRoutes,
  list,
  create,
  update,
  signInLink,
  listOwnTokens,
  createToken,
  deleteToken,
];
