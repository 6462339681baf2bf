import { jwtVerify, SignJWT } from 'jose';
import { type Context, transact, type Tx } from '../kernel/context.ts';
import { CodedError, notFound } from '../kernel/errors.ts';
import type { Actor, Role, Scope } from '../kernel/routes.ts';
import { dayMilliseconds } from '../kernel/times.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { mayActAs } from './may-act-as.ts';
import { deriveKey } from './secret-tokens.ts';
import { getUser } from './store.ts';
import { findToken, insertToken, updateRevoked } from './store/tokens.ts';

const algorithm = 'HS256';
const typ = 'leadmesh-api+jwt';

/** The key is a KeyObject of its own purpose; bytes that someone could mistake for a public key do not exist. */
const tokenKey = (ctx: Context) => deriveKey(ctx, 'api-token');
const audienceOf = (ctx: Context) => `${ctx.config.nodeId}/api`;

interface NewApiToken {
  readonly userId: string;
  readonly name: string;
  readonly days?: number | undefined;
  /** A lesser role than the user's. */
  readonly role?: Role | undefined;
  readonly scopes?: readonly Scope[] | undefined;
  /** Who makes it; absent on the node's own command line. */
  readonly by?: string | undefined;
}

/** Makes an API token; it is shown this once. Throws `not-found`, `role-beyond-user`. */
export async function createApiToken(
  ctx: Context,
  { userId, name, days = 90, role, scopes, by }: NewApiToken,
): Promise<{ id: string; token: string; expiresAt: number }> {
  const createdAt = ctx.clock.now();
  const issuedAt = Math.floor(createdAt / 1000);
  const expiresAt = issuedAt * 1000 + days * dayMilliseconds;
  const id = ctx.ids.make('token');
  await transact(ctx, async (tx) => {
    const user = await getUser(tx, userId);
    if (!user.active) throw notFound('user');
    if (role !== undefined && !mayActAs(user.role, role))
      throw new CodedError('role-beyond-user', 422, 'A token cannot do more than its user.', { path: 'role' });
    await insertToken(tx, { id, userId, name, role: role ?? null, scopes: scopes ?? null, createdAt, expiresAt });
    const until = new Date(expiresAt).toISOString();
    await appendLeaf(tx, 'token-created', { token: id, user: userId, role, scopes, 'expires-at': until, by });
  });
  const token = await new SignJWT()
    .setProtectedHeader({ alg: algorithm, typ })
    .setIssuer(ctx.config.nodeId)
    .setAudience(audienceOf(ctx))
    .setSubject(userId)
    .setJti(id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(tokenKey(ctx));
  return { id, token, expiresAt };
}

/** Revokes a token of whoever asks, of anyone for an administrator. Throws `not-found`, also for the token of someone else. */
export async function revokeApiToken(tx: Tx, id: string, by: Pick<Actor, 'userId' | 'role'>): Promise<void> {
  const token = await findToken(tx, id);
  if (!token || (by.role !== 'administrator' && token.userId !== by.userId)) throw notFound('token');
  if (await updateRevoked(tx, id))
    await appendLeaf(tx, 'token-revoked', { token: id, user: token.userId, by: by.userId });
}

export interface TokenClaims {
  readonly tokenId: string;
  readonly userId: string;
}

/** What a token says, if it is ours: algorithm, type, issuer, audience and every claim are required. Else undefined. */
export async function readApiToken(ctx: Context, token: string): Promise<TokenClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, tokenKey(ctx), {
      algorithms: [algorithm],
      typ,
      issuer: ctx.config.nodeId,
      audience: audienceOf(ctx),
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
      currentDate: new Date(ctx.clock.now()),
    });
    const { jti, sub } = payload;
    return typeof jti === 'string' && typeof sub === 'string' ? { tokenId: jti, userId: sub } : undefined;
  } catch {
    return undefined;
  }
}
