import type { Context, Tx } from '../kernel/context.ts';
import { notFound } from '../kernel/errors.ts';
import type { Role } from '../kernel/routes.ts';
import { raiseSetup } from '../kernel/setup.ts';

type Availability = 'available' | 'absent';

interface UserTable {
  id: string;
  /** Lower case. */
  email: string;
  name: string;
  role: Role;
  managerId: string | null;
  active: number;
  availability: Availability;
  passwordHash: string | null;
  signedInAt: number | null;
  createdAt: number;
  updatedAt: number;
}

declare module '../kernel/database.ts' {
  interface Database {
    user: UserTable;
    /** One row; who changes people locks it, so that checks of the whole tree hold in several processes. */
    userTree: { id: string; version: number };
  }
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly managerId: string | null;
  /** Whether the user may sign in and be offered leads. */
  readonly active: boolean;
  readonly availability: Availability;
  readonly signedInAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const columns = [
  'id',
  'email',
  'name',
  'role',
  'managerId',
  'active',
  'availability',
  'signedInAt',
  'createdAt',
  'updatedAt',
] as const;

type Row = Pick<UserTable, (typeof columns)[number]>;
const toUser = (row: Row): User => ({ ...row, active: row.active === 1 });

/** Makes every other change of people wait until this transaction ends. */
export async function lockTree(tx: Tx): Promise<void> {
  await tx.db
    .updateTable('userTree')
    .set((each) => ({ version: each('version', '+', 1) }))
    .where('id', '=', 'tree')
    .execute();
}

export async function findUser(ctx: Context, id: string): Promise<User | undefined> {
  const row = await ctx.db.selectFrom('user').select(columns).where('id', '=', id).executeTakeFirst();
  return row && toUser(row);
}

/** Throws `not-found`. */
export async function getUser(ctx: Context, id: string): Promise<User> {
  const user = await findUser(ctx, id);
  if (!user) throw notFound('user');
  return user;
}

/** `email` in any case. */
export async function findUserByEmail(ctx: Context, email: string): Promise<User | undefined> {
  const row = await ctx.db
    .selectFrom('user')
    .select(columns)
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();
  return row && toUser(row);
}

/** What a password is checked against; one look-up, whether or not there is such a user. */
export async function findCredentials(
  ctx: Context,
  by: { readonly email: string } | { readonly id: string },
): Promise<{ userId: string; passwordHash: string | null } | undefined> {
  const query = ctx.db.selectFrom('user').select(['id as userId', 'passwordHash']);
  return ('id' in by ? query.where('id', '=', by.id) : query.where('email', '=', by.email)).executeTakeFirst();
}

interface UserFilter {
  /** Only these; `all` for no restriction. */
  readonly ids: readonly string[] | 'all';
  /** Id of the last user of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Users by id, which is by age. */
export async function listUsers(ctx: Context, { ids, cursor, limit }: UserFilter): Promise<User[]> {
  if (ids.length === 0) return [];
  let query = ctx.db.selectFrom('user').select(columns).orderBy('id').limit(limit);
  if (ids !== 'all') query = query.where('id', 'in', ids);
  if (cursor !== undefined) query = query.where('id', '>', cursor);
  return (await query.execute()).map(toUser);
}

/** The user and everyone below, by the tree of managers. */
export async function listIdsBelow(ctx: Context, userId: string): Promise<string[]> {
  const rows = await ctx.db
    .withRecursive('below', (db) =>
      db
        .selectFrom('user')
        .select('user.id')
        .where('user.id', '=', userId)
        .union(db.selectFrom('user').innerJoin('below', 'below.id', 'user.managerId').select('user.id')),
    )
    .selectFrom('below')
    .select('id')
    .execute();
  return rows.map((row) => row.id);
}

/** Active administrators, the oldest first. */
export async function listAdministrators(ctx: Context): Promise<User[]> {
  const rows = await ctx.db
    .selectFrom('user')
    .select(columns)
    .where('role', '=', 'administrator')
    .where('active', '=', 1)
    .orderBy('id')
    .execute();
  return rows.map(toUser);
}

export async function insertUser(tx: Tx, user: Omit<User, 'signedInAt'>): Promise<void> {
  await raiseSetup(tx);
  await tx.db
    .insertInto('user')
    .values({ ...user, active: user.active ? 1 : 0, passwordHash: null, signedInAt: null })
    .execute();
}

export type UserChange = Partial<Pick<User, 'email' | 'name' | 'role' | 'managerId' | 'active' | 'availability'>>;

export async function updateUserRow(tx: Tx, id: string, change: UserChange): Promise<void> {
  const { active, ...rest } = change;
  await raiseSetup(tx);
  await tx.db
    .updateTable('user')
    .set({ ...rest, ...(active !== undefined && { active: active ? 1 : 0 }), updatedAt: tx.clock.now() })
    .where('id', '=', id)
    .execute();
}

export async function updatePasswordHash(tx: Tx, id: string, passwordHash: string): Promise<void> {
  await tx.db.updateTable('user').set({ passwordHash, updatedAt: tx.clock.now() }).where('id', '=', id).execute();
}

export async function noteSignIn(tx: Tx, id: string): Promise<void> {
  await tx.db.updateTable('user').set({ signedInAt: tx.clock.now() }).where('id', '=', id).execute();
}
