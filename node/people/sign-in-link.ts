import type { Tx } from '../kernel/context.ts';
import { CodedError, conflict } from '../kernel/errors.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { digestOf, makeSecretToken } from './secret-tokens.ts';
import { type NewSession, startSession } from './sessions.ts';
import { findUser, getUser } from './store.ts';
import { insertSignInLink, takeSignInLink } from './store/sessions.ts';

const linkMilliseconds = 24 * 3_600_000;

/**
 * Makes a link that signs someone in once, within 24 hours. The token is in the fragment: it reaches neither logs nor
 * proxies, and opening the page does nothing until its script posts it. `by`: who makes it, when it is a user.
 * Throws `not-found`, `user-inactive`.
 */
export async function createSignInLink(
  tx: Tx,
  userId: string,
  by?: string,
): Promise<{ url: string; expiresAt: number }> {
  const user = await getUser(tx, userId);
  if (!user.active) throw conflict('user-inactive', 'This user is not active.');
  const token = makeSecretToken(tx);
  const createdAt = tx.clock.now();
  const expiresAt = createdAt + linkMilliseconds;
  await insertSignInLink(tx, { tokenDigest: digestOf(token), userId, createdAt, expiresAt });
  await appendLeaf(tx, 'sign-in-link-made', { user: userId, by });
  return { url: `${tx.config.publicUrl}/sign-in#token=${token}`, expiresAt };
}

/** Uses up a link. Throws `link-refused` for one that is unknown, used or expired. */
export async function signInWithLink(tx: Tx, token: string, earlierToken: string | undefined): Promise<NewSession> {
  const userId = await takeSignInLink(tx, digestOf(token));
  const user = userId === undefined ? undefined : await findUser(tx, userId);
  if (!user?.active)
    throw new CodedError('link-refused', 401, 'This link was used already, or is too old. Ask for a new one.');
  return startSession(tx, user.id, earlierToken);
}
