import { type Context, transact } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { addressKey } from '../kernel/rate-limit.ts';
import { matchesPassword } from './password.ts';
import { keyedDigest } from './secret-tokens.ts';
import { type NewSession, startSession } from './sessions.ts';
import { findCredentials, findUser } from './store.ts';
import { countAttempt, deleteEndedAttempts, uncountAttempt } from './store/sessions.ts';

const windowMilliseconds = 15 * 60_000;

interface PasswordAttempt {
  readonly email: string;
  readonly password: string;
  /** Client address. */
  readonly address: string;
  /** The session token the browser had before. */
  readonly earlierToken?: string | undefined;
}

/**
 * Signs in. An unknown e-mail address, a wrong password and an inactive user take the same way and the same time, and get
 * the same `sign-in-refused`. Too many failures: `sign-in-locked`, whether or not there is such a user.
 */
export async function signInWithPassword(ctx: Context, attempt: PasswordAttempt): Promise<NewSession> {
  const limits = attemptLimits(ctx, attempt);
  // Counted before the password is looked at: guesses sent all at once count as well.
  await requireUnlocked(ctx, limits);
  const found = await findCredentials(ctx, { email: attempt.email });
  const matches = await matchesPassword(attempt.password, found?.passwordHash ?? null);
  return transact(ctx, async (tx) => {
    const user = matches && found ? await findUser(tx, found.userId) : undefined;
    if (!user?.active)
      throw new CodedError('sign-in-refused', 401, 'E-mail address and password do not belong together.');
    for (const { key } of limits) await uncountAttempt(tx, key);
    return startSession(tx, user.id, attempt.earlierToken);
  });
}

interface AttemptLimit {
  readonly key: string;
  readonly most: number;
}

/** Few for one account from one address, more for an account from anywhere, so that strangers lock nobody out at once. */
function attemptLimits(ctx: Context, { email, address }: PasswordAttempt): AttemptLimit[] {
  const from = addressKey(address);
  const limit = (text: string, most: number) => ({ key: keyedDigest(ctx, 'sign-in-attempt', text), most });
  return [limit(`both ${email} ${from}`, 10), limit(`email ${email}`, 50), limit(`address ${from}`, 100)];
}

async function requireUnlocked(ctx: Context, limits: readonly AttemptLimit[]): Promise<void> {
  const endsAt = await transact(ctx, async (tx) => {
    await deleteEndedAttempts(tx);
    let latest = 0;
    for (const { key, most } of limits) {
      const { attempts, windowEndsAt } = await countAttempt(tx, key, windowMilliseconds);
      if (attempts > most) latest = Math.max(latest, windowEndsAt);
    }
    return latest;
  });
  if (endsAt === 0) return;
  throw new CodedError('sign-in-locked', 429, 'Too many attempts to sign in. Wait, or ask for a sign-in link.', {
    retryAfterSeconds: Math.ceil((endsAt - ctx.clock.now()) / 1000),
  });
}
