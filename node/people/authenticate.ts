import { type Context, transact } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import type { AppOptions, Credentials } from '../kernel/http.ts';
import { isLoopbackName } from '../kernel/may-listen-on.ts';
import type { Actor } from '../kernel/routes.ts';
import { readApiToken, type TokenClaims } from './api-tokens.ts';
import { mayActAs } from './may-act-as.ts';
import { digestOf, isSame } from './secret-tokens.ts';
import { readSessionCookie } from './session-cookie.ts';
import { csrfToken, idleMilliseconds } from './sessions.ts';
import { findSession, noteSeen } from './store/sessions.ts';
import { findLiveToken, noteTokenUse } from './store/tokens.ts';

/** Use is noted this often at most: a request that only reads should not write each time. */
const noteEveryMilliseconds = 5 * 60_000;
const rememberedTokens = 1_000;

/**
 * Makes what tells who asks: by API token (`Authorization: Bearer`), else by session cookie, whose writes need
 * `X-CSRF-Token`. Verified tokens are remembered, so that a busy client costs one look at its row, not a signature;
 * the row decides. Throws `token-refused`, `csrf-token-missing`.
 */
export function makeAuthenticate(): AppOptions['authenticate'] {
  const remembered = new Map<string, TokenClaims>();
  return async (ctx, credentials) => {
    const { authorization } = credentials.headers;
    if (authorization === undefined) return actorOfSession(ctx, credentials);
    const [, token = ''] = /^Bearer ([\w.-]{1,2000})$/.exec(authorization) ?? [];
    const digest = digestOf(token);
    const claims = remembered.get(digest) ?? (await readApiToken(ctx, token));
    const actor = claims && (await actorOfToken(ctx, claims));
    remembered.delete(digest);
    if (!actor) throw new CodedError('token-refused', 401, 'This API token is not valid here, or no longer.');
    remembered.set(digest, claims);
    const [oldest] = remembered.keys();
    if (remembered.size > rememberedTokens && oldest !== undefined) remembered.delete(oldest);
    return actor;
  };
}

async function actorOfToken(ctx: Context, { tokenId, userId }: TokenClaims): Promise<Actor | undefined> {
  const row = await findLiveToken(ctx, tokenId);
  if (row?.userId !== userId) return undefined;
  if (isStale(ctx, row.usedAt)) await transact(ctx, (tx) => noteTokenUse(tx, tokenId));
  const role = row.role && mayActAs(row.userRole, row.role) ? row.role : row.userRole;
  return { userId, role, name: row.userName, via: 'token', ...(row.scopes && { scopes: row.scopes }) };
}

async function actorOfSession(ctx: Context, { method, headers, request }: Credentials): Promise<Actor | undefined> {
  if (!request.secure && !isLoopbackName(request.host)) return undefined;
  const token = readSessionCookie(ctx.config, headers, request.secure);
  if (token === undefined) return undefined;
  const session = await findSession(ctx, digestOf(token), ctx.clock.now() - idleMilliseconds);
  if (!session) return undefined;
  if (!['GET', 'HEAD'].includes(method)) requireCsrfToken(ctx, token, headers['x-csrf-token']);
  if (isStale(ctx, session.seenAt)) await transact(ctx, (tx) => noteSeen(tx, session.id));
  const { id: sessionId, userId, role, name } = session;
  return { userId, role, name, via: 'session', sessionId };
}

function requireCsrfToken(ctx: Context, sessionToken: string, given: string | string[] | undefined): void {
  if (typeof given === 'string' && isSame(given, csrfToken(ctx, sessionToken))) return;
  throw new CodedError(
    'csrf-token-missing',
    403,
    'Writes of a session need the header X-CSRF-Token, as GET /api/me gives it.',
  );
}

const isStale = (ctx: Context, at: number | null) => at === null || at <= ctx.clock.now() - noteEveryMilliseconds;
