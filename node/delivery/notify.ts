import { transact, type Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { intend } from '../kernel/jobs.ts';
import { findUser } from '../people/store.ts';
import { releaseAway } from '../routing/release-away.ts';
import { getRecipient } from '../routing/store/recipients.ts';
import { draftNotice, draftOfferNotice, type NoticeMail } from './draft-notice.ts';
import { notice, type Notice } from './notice.ts';
import { findAddressee } from './offered-lead.ts';

const shortestPause = 30_000;
const longestPause = 15 * 60_000;
/** As long as mail servers try on one another's behalf. */
const longestWait = 3 * 24 * 3_600_000;

/**
 * Sends the mail of one notice, unless its reader has left or there is nothing to tell any more. A repetition carries the same
 * Message-ID. While the mail server is away the notice waits, up to three days; then, and when the server refuses the
 * address for good, its job fails visibly. Throws `mail-refused`, `mail-server-unavailable`.
 */
export async function notify(ctx: Context, payload: unknown): Promise<void> {
  const told = notice.parse(payload);
  const planned = await planNotice(ctx, told);
  if (!planned) return;
  try {
    await ctx.mail.send({ ...planned.mail, to: planned.email });
  } catch (error) {
    if (!(await waitForServer(ctx, told, error))) throw error;
    return;
  }
  // Somebody of a partner has nothing but this mail: the lead is theirs once it is on its way.
  if (planned.isRelease && 'recipientId' in told) await transact(ctx, (tx) => releaseAway(tx, told.recipientId));
}

interface PlannedNotice {
  readonly email: string;
  readonly mail: NoticeMail;
  /** It hands a lead over to somebody of a partner. */
  readonly isRelease: boolean;
}

async function planNotice(ctx: Context, told: Notice): Promise<PlannedNotice | undefined> {
  if ('recipientId' in told) {
    const to = await findAddressee(ctx, await getRecipient(ctx, told.recipientId));
    const mail = to?.active ? await draftOfferNotice(ctx, told) : undefined;
    return to && mail && { email: to.email, mail, isRelease: told.kind === 'released' && !to.user };
  }
  const user = await findUser(ctx, told.userId);
  const mail = user?.active ? await draftNotice(ctx, user, told) : undefined;
  return user && mail && { email: user.email, mail, isRelease: false };
}

/** Plans another attempt, after as long as the mail has waited already; false when it is no use. */
async function waitForServer(ctx: Context, told: Notice, error: unknown): Promise<boolean> {
  if (!(error instanceof CodedError && error.status === 503)) return false;
  const now = ctx.clock.now();
  const waitsSince = told.waitsSince ?? now;
  const waited = now - waitsSince;
  if (waited >= longestWait) return false;
  const dueAt = now + Math.min(longestPause, Math.max(shortestPause, waited));
  ctx.log.warn('mail-waits', { userId: told.userId, dueAt, error });
  // Without a key: the job that runs at this moment would swallow its own successor.
  await transact(ctx, (tx) => intend(tx, { kind: 'notify', payload: { ...told, waitsSince }, dueAt }));
  return true;
}
