import type { Context, Tx } from '../kernel/context.ts';
import { digestOf, keyedDigest, makeSecretToken } from './secret-tokens.ts';
import { deleteSession, insertSession } from './store/sessions.ts';
import { noteSignIn } from './store.ts';

/** A session ends this long after signing in, whatever happens. */
export const sessionMilliseconds = 7 * 24 * 3_600_000;
/** A session ends when it was not used for this long. */
export const idleMilliseconds = 12 * 3_600_000;

/** A session as its owner gets it, once. */
export interface NewSession {
  readonly token: string;
  readonly csrf: string;
  readonly userId: string;
}

/** Starts a session; the one the browser had before ends, so that a token planted earlier is worth nothing. */
export async function startSession(tx: Tx, userId: string, earlierToken: string | undefined): Promise<NewSession> {
  if (earlierToken !== undefined) await deleteSession(tx, { tokenDigest: digestOf(earlierToken) });
  const token = makeSecretToken(tx);
  const now = tx.clock.now();
  await insertSession(tx, {
    id: tx.ids.make('session'),
    tokenDigest: digestOf(token),
    userId,
    createdAt: now,
    seenAt: now,
    expiresAt: now + sessionMilliseconds,
  });
  await noteSignIn(tx, userId);
  return { token, csrf: csrfToken(tx, token), userId };
}

/** What writes of this session carry in `X-CSRF-Token`; follows from the session, so it need not be stored. */
export const csrfToken = (ctx: Context, sessionToken: string) => keyedDigest(ctx, 'csrf', digestOf(sessionToken));
