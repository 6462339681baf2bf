import type { Context, Tx } from '../../kernel/context.ts';
import type { Role } from '../../kernel/routes.ts';

interface SessionTable {
  id: string;
  tokenDigest: string;
  userId: string;
  createdAt: number;
  seenAt: number;
  expiresAt: number;
}
interface SignInLinkTable {
  tokenDigest: string;
  userId: string;
  createdAt: number;
  expiresAt: number;
}
interface SignInAttemptTable {
  /** Keyed digest of whom and from where: no personal data. */
  key: string;
  attempts: number;
  windowEndsAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    session: SessionTable;
    signInLink: SignInLinkTable;
    signInAttempt: SignInAttemptTable;
  }
}

/** A session that has not ended, with its user. */
interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly role: Role;
  readonly name: string;
  readonly seenAt: number;
}

/** The session of an active user that was seen after `seenAfter`. */
export async function findSession(
  ctx: Context,
  tokenDigest: string,
  seenAfter: number,
): Promise<LiveSession | undefined> {
  return ctx.db
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.userId')
    .select(['session.id', 'session.userId', 'session.seenAt', 'user.role', 'user.name'])
    .where('session.tokenDigest', '=', tokenDigest)
    .where('session.expiresAt', '>', ctx.clock.now())
    .where('session.seenAt', '>', seenAfter)
    .where('user.active', '=', 1)
    .executeTakeFirst();
}

export async function insertSession(tx: Tx, session: SessionTable): Promise<void> {
  await tx.db.deleteFrom('session').where('expiresAt', '<=', tx.clock.now()).execute();
  await tx.db.insertInto('session').values(session).execute();
}

export async function noteSeen(tx: Tx, sessionId: string): Promise<void> {
  await tx.db.updateTable('session').set({ seenAt: tx.clock.now() }).where('id', '=', sessionId).execute();
}

export async function deleteSession(tx: Tx, by: { readonly id: string } | { readonly tokenDigest: string }) {
  const query = tx.db.deleteFrom('session');
  await ('id' in by ? query.where('id', '=', by.id) : query.where('tokenDigest', '=', by.tokenDigest)).execute();
}

/** Ends the sessions of a user, but for one. */
export async function deleteSessionsOf(tx: Tx, userId: string, exceptId = ''): Promise<void> {
  await tx.db.deleteFrom('session').where('userId', '=', userId).where('id', '!=', exceptId).execute();
}

export async function insertSignInLink(tx: Tx, link: SignInLinkTable): Promise<void> {
  await tx.db.deleteFrom('signInLink').where('expiresAt', '<=', tx.clock.now()).execute();
  await tx.db.insertInto('signInLink').values(link).execute();
}

export async function deleteSignInLinksOf(tx: Tx, userId: string): Promise<void> {
  await tx.db.deleteFrom('signInLink').where('userId', '=', userId).execute();
}

/** Uses up a link: the user it is for, or undefined when it is unknown, used or expired. */
export async function takeSignInLink(tx: Tx, tokenDigest: string): Promise<string | undefined> {
  const row = await tx.db
    .deleteFrom('signInLink')
    .where('tokenDigest', '=', tokenDigest)
    .where('expiresAt', '>', tx.clock.now())
    .returning('userId')
    .executeTakeFirst();
  return row?.userId;
}

/** Counts one attempt in its window of `windowMilliseconds`; returns the count, and when the window ends. */
export async function countAttempt(
  tx: Tx,
  key: string,
  windowMilliseconds: number,
): Promise<Pick<SignInAttemptTable, 'attempts' | 'windowEndsAt'>> {
  return tx.db
    .insertInto('signInAttempt')
    .values({ key, attempts: 1, windowEndsAt: tx.clock.now() + windowMilliseconds })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((row) => ({ attempts: row('signInAttempt.attempts', '+', 1) })),
    )
    .returning(['attempts', 'windowEndsAt'])
    .executeTakeFirstOrThrow();
}

/** Forgets the windows that are over. */
export async function deleteEndedAttempts(tx: Tx): Promise<void> {
  await tx.db.deleteFrom('signInAttempt').where('windowEndsAt', '<=', tx.clock.now()).execute();
}

/** Takes back an attempt that was none. */
export async function uncountAttempt(tx: Tx, key: string): Promise<void> {
  await tx.db
    .updateTable('signInAttempt')
    .set((row) => ({ attempts: row('attempts', '-', 1) }))
    .where('key', '=', key)
    .execute();
}
