import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type Context, transact } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { type Actor, type Reply, reply, type RequestFacts, type Route, route } from '../kernel/routes.ts';
import { clearSessionCookie, readSessionCookie, requireSafeConnection, writeSessionCookie } from './session-cookie.ts';
import { csrfToken, type NewSession, sessionMilliseconds } from './sessions.ts';
import { requireCurrentPassword, setPassword } from './set-password.ts';
import { signInWithLink } from './sign-in-link.ts';
import { signInWithPassword } from './sign-in-with-password.ts';
import { getUser } from './store.ts';
import { deleteSession } from './store/sessions.ts';
import { emailInput, passwordInput } from './user-input.ts';
import { userView, viewUser } from './view-user.ts';

/** Who is signed in, and what the page needs to know of the node. */
const meView = z.strictObject({
  user: userView,
  /** What writes of this session carry in `X-CSRF-Token`; null for API tokens, which need none. */
  csrf: z.string().nullable(),
  node: z.strictObject({ id: z.string(), name: z.string() }),
});

const signIn = route({
  method: 'POST',
  path: '/api/sign-in',
  access: 'public',
  summary: 'Sign in with e-mail address and password; sets the session cookie',
  perMinute: 120,
  body: z.strictObject({ email: emailInput, password: z.string().max(200) }),
  reply: meView,
  handler: async (ctx, { body, headers, request }) => {
    requireSafeConnection(request);
    const { address, secure } = request;
    const earlierToken = readSessionCookie(ctx.config, headers, secure);
    return welcome(ctx, secure, await signInWithPassword(ctx, { ...body, address, earlierToken }));
  },
});

const signInByLink = route({
  method: 'POST',
  path: '/api/sign-in/link',
  access: 'public',
  summary: 'Sign in with the token of a one-time link; sets the session cookie',
  perMinute: 120,
  body: z.strictObject({ token: z.string().max(100) }),
  reply: meView,
  handler: async (ctx, { body, headers, request }) => {
    requireSafeConnection(request);
    const earlierToken = readSessionCookie(ctx.config, headers, request.secure);
    const session = await transact(ctx, (tx) => signInWithLink(tx, body.token, earlierToken));
    return welcome(ctx, request.secure, session);
  },
});

async function welcome(ctx: Context, secure: boolean, session: NewSession): Promise<Reply> {
  const cookie = writeSessionCookie(ctx.config, secure, session.token, sessionMilliseconds / 1000);
  return reply({ body: await viewMe(ctx, session.userId, session.csrf), headers: { 'set-cookie': cookie } });
}

async function viewMe(ctx: Context, userId: string, csrf: string | null): Promise<z.input<typeof meView>> {
  const { nodeId, name } = ctx.config;
  return { user: viewUser(await getUser(ctx, userId)), csrf, node: { id: nodeId, name } };
}

const signOut = route({
  method: 'POST',
  path: '/api/sign-out',
  access: 'signed-in',
  summary: 'End this session',
  handler: async (ctx, { actor, request }) => {
    const id = sessionOf(actor);
    await transact(ctx, (tx) => deleteSession(tx, { id }));
    return reply({ status: 204, headers: { 'set-cookie': clearSessionCookie(ctx.config, request.secure) } });
  },
});

const me = route({
  method: 'GET',
  path: '/api/me',
  access: 'signed-in',
  summary: 'Who is signed in',
  scope: 'intake',
  reply: meView,
  handler: async (ctx, { actor, headers, request }) => {
    const shown = await viewMe(ctx, actor.userId, csrfOf(ctx, actor, headers, request));
    // A token may act in a lesser role than its user has.
    return { ...shown, user: { ...shown.user, role: actor.role } };
  },
});

const password = route({
  method: 'POST',
  path: '/api/me/password',
  access: 'signed-in',
  summary: 'Set one’s own password; every other session ends',
  perMinute: 30,
  body: z.strictObject({ current: z.string().max(200).optional(), password: passwordInput }),
  handler: async (ctx, { actor, body }) => {
    const keepSessionId = sessionOf(actor);
    await requireCurrentPassword(ctx, actor.userId, body.current);
    await setPassword(ctx, { userId: actor.userId, password: body.password, keepSessionId });
    return undefined;
  },
});

function csrfOf(ctx: Context, actor: Actor, headers: IncomingHttpHeaders, { secure }: RequestFacts): string | null {
  const token = actor.via === 'session' ? readSessionCookie(ctx.config, headers, secure) : undefined;
  return token === undefined ? null : csrfToken(ctx, token);
}

/** The session in use. Throws `session-needed` for API tokens: what guards an account is changed by the person herself. */
export function sessionOf(actor: Actor): string {
  if (actor.sessionId !== undefined) return actor.sessionId;
  throw new CodedError('session-needed', 403, 'Sign in for this; an API token is not enough.');
}

/** A link signs in for everything, so a token that is limited makes none. Throws `scope-missing`. */
export function requireAllScopes({ scopes }: Actor): void {
  if (scopes) throw new CodedError('scope-missing', 403, 'This API token is limited; it makes no sign-in links.');
}

export const signInRoutes: readonly Route[] = [signIn, signInByLink, signOut, me, password];
