import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { Role, Scope } from '../../kernel/routes.ts';

interface ApiTokenTable {
  /** The token's `jti`. */
  id: string;
  userId: string;
  name: string;
  /** The token acts in this role, when it is a lesser one than its user's. */
  role: Role | null;
  /** JSON array; null: everything. */
  scopes: string | null;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
  revokedAt: number | null;
}

declare module '../../kernel/database.ts' {
  interface Database {
    apiToken: ApiTokenTable;
  }
}

/** What is known of a token; the token itself is not stored. */
export interface ApiToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly role: Role | null;
  readonly scopes: readonly Scope[] | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt: number | null;
}

const columns = ['id', 'userId', 'name', 'role', 'scopes', 'createdAt', 'expiresAt', 'usedAt'] as const;
type Row = Pick<ApiTokenTable, (typeof columns)[number]>;
const toScopes = (text: string | null) => (text === null ? null : (JSON.parse(text) as Scope[]));
const toToken = (row: Row): ApiToken => ({ ...row, scopes: toScopes(row.scopes) });

/** A token that holds, with its active user. */
interface LiveToken extends ApiToken {
  readonly userRole: Role;
  readonly userName: string;
}

const findLiveRow = compileOnce((db, { id, now }: { id: string; now: number }) =>
  db
    .selectFrom('apiToken')
    .innerJoin('user', 'user.id', 'apiToken.userId')
    .select(columns.map((column) => `apiToken.${column}` as const))
    .select(['user.role as userRole', 'user.name as userName'])
    .where('apiToken.id', '=', id)
    .where('apiToken.revokedAt', 'is', null)
    .where('apiToken.expiresAt', '>', now)
    .where('user.active', '=', 1),
);

export async function findLiveToken(ctx: Context, id: string): Promise<LiveToken | undefined> {
  const [row] = (await findLiveRow(ctx, { id, now: ctx.clock.now() })).rows;
  return row && { ...toToken(row), userRole: row.userRole, userName: row.userName };
}

export async function findToken(ctx: Context, id: string): Promise<ApiToken | undefined> {
  const row = await ctx.db
    .selectFrom('apiToken')
    .select(columns)
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return row && toToken(row);
}

/** The tokens of a user that were not revoked, oldest first. */
export async function listTokens(
  ctx: Context,
  { userId, cursor = '', limit }: { userId: string; cursor?: string | undefined; limit: number },
): Promise<ApiToken[]> {
  const rows = await ctx.db
    .selectFrom('apiToken')
    .select(columns)
    .where('userId', '=', userId)
    .where('id', '>', cursor)
    .where('revokedAt', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toToken);
}

export async function insertToken(tx: Tx, token: Omit<ApiToken, 'usedAt'>): Promise<void> {
  const scopes = token.scopes && JSON.stringify(token.scopes);
  await tx.db
    .insertInto('apiToken')
    .values({ ...token, scopes, usedAt: null, revokedAt: null })
    .execute();
}

export async function noteTokenUse(tx: Tx, id: string): Promise<void> {
  await tx.db.updateTable('apiToken').set({ usedAt: tx.clock.now() }).where('id', '=', id).execute();
}

/** False when it was revoked before. */
export async function updateRevoked(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('apiToken')
    .set({ revokedAt: tx.clock.now() })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function revokeTokensOf(tx: Tx, userId: string): Promise<void> {
  const revokedAt = tx.clock.now();
  await tx.db
    .updateTable('apiToken')
    .set({ revokedAt })
    .where('userId', '=', userId)
    .where('revokedAt', 'is', null)
    .execute();
}
