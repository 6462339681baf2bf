import { type Context, transact } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { hashPassword, matchesPassword } from './password.ts';
import { findCredentials, getUser, updatePasswordHash } from './store.ts';
import { deleteSessionsOf } from './store/sessions.ts';

/** Sets a password and ends the user's sessions, but for `keepSessionId`. Throws `not-found`. */
export async function setPassword(
  ctx: Context,
  { userId, password, keepSessionId }: { userId: string; password: string; keepSessionId?: string | undefined },
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await transact(ctx, async (tx) => {
    await getUser(tx, userId);
    await updatePasswordHash(tx, userId, passwordHash);
    await deleteSessionsOf(tx, userId, keepSessionId);
  });
}

/** Throws `password-wrong` unless `password` is the user's, or the user has none yet. */
export async function requireCurrentPassword(
  ctx: Context,
  userId: string,
  password: string | undefined,
): Promise<void> {
  const passwordHash = (await findCredentials(ctx, { id: userId }))?.passwordHash ?? null;
  if (passwordHash === null) return;
  if (password !== undefined && (await matchesPassword(password, passwordHash))) return;
  throw new CodedError('password-wrong', 403, 'The present password is not right.', { path: 'current' });
}
