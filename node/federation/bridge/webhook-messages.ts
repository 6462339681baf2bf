import { transact, type Context } from '../../kernel/context.ts';
import { conflict, notFound } from '../../kernel/errors.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { intend } from '../../kernel/jobs.ts';
import { findWebhookMessage, listWebhookMessages, reviveWebhook, type WebhookMessage } from '../store/webhooks.ts';
import { longestMilliseconds } from './offer-by-webhook.ts';
import { deliverKind, type DeliverWebhook } from './queue-webhook.ts';

const iso = (at: number) => new Date(at).toISOString();

/** A page of a partner's webhooks and one more, newest first, as the list of messages shows them: no content. */
export async function listWebhookViews(ctx: Context, page: Parameters<typeof listWebhookMessages>[1]) {
  return (await listWebhookMessages(ctx, page)).map(viewWebhook);
}

const viewWebhook = (row: WebhookMessage) => ({
  id: row.messageId,
  conversation: row.recipientId,
  type: row.type,
  state: row.state,
  attempts: row.attempts,
  at: iso(row.createdAt),
  dueAt: row.state === 'waiting' ? iso(row.dueAt) : null,
  answeredAt: row.answeredAt === null ? null : iso(row.answeredAt),
  code: row.code,
});

/**
 * Sends a release, or the last change of consent, again that nobody took in its time; under its old id, so that it counts once.
 * Throws `not-replayable`.
 */
export function replayWebhook(ctx: Context, peerId: string, messageId: string, by?: string): Promise<string> {
  return transact(ctx, async (tx) => {
    if ((await findWebhookMessage(tx, messageId))?.peerId !== peerId) throw notFound('message');
    const now = tx.clock.now();
    if (!(await reviveWebhook(tx, messageId, { dueAt: now, expiresAt: now + longestMilliseconds })))
      throw conflict(
        'not-replayable',
        'Only a release or the last change of consent is sent again, when nobody took it.',
      );
    await appendLeaf(tx, 'message-replayed', { peer: peerId, was: messageId, message: messageId, by });
    await intend(tx, { kind: deliverKind, payload: { messageId } satisfies DeliverWebhook });
    return messageId;
  });
}
