import type { Tx } from '../kernel/context.ts';
import { intend } from '../kernel/jobs.ts';
import { announce } from '../kernel/live-events.ts';
import type { Recipient } from './store/recipients.ts';

/** Why an offer is over for those who did not get it. */
export type EndReason = 'taken' | 'expired' | 'recalled';

/** Tells recipients that an offer is over: people by page and notice, peers by the protocol. Never who was first. */
export async function tellEnd(tx: Tx, recipients: readonly Recipient[], reason: EndReason): Promise<void> {
  for (const { id: recipientId, kind, userId, leadId } of recipients) {
    if (kind === 'peer') {
      const key = `close-to-peer:${recipientId}`;
      await intend(tx, { kind: 'close-to-peer', payload: { recipientId, reason }, key });
    } else if (userId !== null) {
      await intend(tx, { kind: 'notify', payload: { kind: reason, userId, recipientId, leadId } });
      await announce(tx, { userId, kind: 'offer-ended', leadId, payload: { recipientId, reason } });
    }
  }
}
