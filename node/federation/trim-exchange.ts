import type { Tx } from '../kernel/context.ts';
import { intend } from '../kernel/jobs.ts';
import { dayMilliseconds } from '../kernel/times.ts';
import { trimInbox } from './store/inbox.ts';
import { forgetDocumentsBefore } from './store/outbox-content.ts';
import { deleteSecurityEventsBefore } from './store/peers.ts';
import { trimWebhooks } from './store/webhooks.ts';

const securityMemoryDays = 400;
/** Other software reports about a lead for as long as it works on it: by what it was told it is known to have it. */
const webhookMemoryDays = 400;
/** A release that nobody took may be sent again for so long. */
const releaseMemoryDays = 90;

/**
 * Once a day: content of messages between nodes goes when no repetition can need it, ids later, security events after a year. What
 * was said of a lead stays, sealed, as long as the lead.
 */
export async function trimExchange(tx: Tx): Promise<void> {
  const now = tx.clock.now();
  await trimInbox(tx, { contentAt: now - dayMilliseconds, now });
  await forgetDocumentsBefore(tx, now - dayMilliseconds);
  await deleteSecurityEventsBefore(tx, now - securityMemoryDays * dayMilliseconds);
  await trimWebhooks(tx, {
    bodyAt: now - releaseMemoryDays * dayMilliseconds,
    rowAt: now - webhookMemoryDays * dayMilliseconds,
  });
  await intendTrim(tx);
}

/** Plans the next clean-up; there is one plan at most. */
export const intendTrim = (tx: Tx): Promise<void> =>
  intend(tx, {
    kind: 'trim-exchange',
    payload: {},
    dueAt: tx.clock.now() + dayMilliseconds,
    key: 'trim-exchange',
  });
