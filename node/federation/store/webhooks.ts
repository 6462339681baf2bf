import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import type { WebhookEvent } from '../bridge/map-lead.ts';

/** How software without the protocol is spoken with. */
export interface WebhookTable {
  peerId: string;
  /** JSON: `Mapping`. */
  mapping: string;
  /** The secrets are derived from it; rises when they are renewed. */
  secretVersion: number;
  /** Of the token it may report with. */
  tokenDigest: string;
  /** When the secrets were made. */
  changedAt: number;
}
export type Webhook = WebhookTable;

/**
 * `waiting` until it is taken with a 2xx · `delivered` · `dead`: its time was over · `cancelled`: the offer was over, or
 * the lead erased, before it was taken.
 */
export type WebhookState = 'waiting' | 'delivered' | 'dead' | 'cancelled';

export interface WebhookMessageTable {
  messageId: string;
  peerId: string;
  recipientId: string;
  leadId: string;
  type: WebhookEvent;
  /** SHA-256 of the body, base64. */
  digest: string;
  /** JSON as it is posted each time, sealed as messages are; null once it is not needed any more: of what is dead, a release and a change of consent are kept for a while. */
  body: string | null;
  state: WebhookState;
  /** Attempts after which the other side may have it. */
  attempts: number;
  dueAt: number;
  createdAt: number;
  expiresAt: number;
  answeredAt: number | null;
  /** Why the last attempt failed. */
  code: string | null;
}
export type WebhookMessage = WebhookMessageTable;

declare module '../../kernel/database.ts' {
  interface Database {
    webhook: WebhookTable;
    webhookMessage: WebhookMessageTable;
  }
}

export const findWebhook = (ctx: Context, peerId: string): Promise<Webhook | undefined> =>
  ctx.db.selectFrom('webhook').selectAll().where('peerId', '=', peerId).executeTakeFirst();

/** Throws `not-found` for a partner that has no webhook. */
export async function getWebhook(ctx: Context, peerId: string): Promise<Webhook> {
  const webhook = await findWebhook(ctx, peerId);
  if (!webhook) throw notFound('webhook');
  return webhook;
}

export async function insertWebhook(tx: Tx, webhook: Webhook): Promise<void> {
  await tx.db.insertInto('webhook').values(webhook).execute();
}

export async function updateWebhook(tx: Tx, peerId: string, change: Partial<Webhook>): Promise<void> {
  await tx.db.updateTable('webhook').set(change).where('peerId', '=', peerId).execute();
}

export async function insertWebhookMessage(tx: Tx, message: WebhookMessage): Promise<void> {
  await tx.db.insertInto('webhookMessage').values(message).execute();
}

export const findWebhookMessage = (ctx: Context, messageId: string): Promise<WebhookMessage | undefined> =>
  ctx.db.selectFrom('webhookMessage').selectAll().where('messageId', '=', messageId).executeTakeFirst();

/** What was told about one offer, in its order. */
export const listToldOf = (ctx: Context, recipientId: string): Promise<WebhookMessage[]> =>
  ctx.db.selectFrom('webhookMessage').selectAll().where('recipientId', '=', recipientId).orderBy('messageId').execute();

/** Changes a message that still waits; false when its fate was decided meanwhile. */
export async function updateWaitingWebhook(
  tx: Tx,
  messageId: string,
  change: Partial<WebhookMessage>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('webhookMessage')
    .set(change)
    .where('messageId', '=', messageId)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A dead message that was kept waits again; false for any other. */
export async function reviveWebhook(
  tx: Tx,
  messageId: string,
  times: Pick<WebhookMessage, 'dueAt' | 'expiresAt'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('webhookMessage')
    .set({ ...times, state: 'waiting', attempts: 0, answeredAt: null })
    .where('messageId', '=', messageId)
    .where('state', '=', 'dead')
    .where('body', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Their content is forgotten, and what still waits will not leave, but to say so: the lead it is about was erased. */
export async function eraseWebhooks(tx: Tx, recipientIds: readonly string[]): Promise<void> {
  for (const recipientId of recipientIds) {
    const told = tx.db
      .updateTable('webhookMessage')
      .where('recipientId', '=', recipientId)
      .where('type', '!=', 'lead.erased');
    const over = { state: 'cancelled', code: 'erased', answeredAt: tx.clock.now() } as const;
    await told.set(over).where('state', '=', 'waiting').execute();
    await told.set({ body: null }).where('body', 'is not', null).execute();
  }
}

/** The details of a lead that was taken from its partner do not leave any more, nor is it asked back, nor are they posted anew. */
export async function withdrawPosted(tx: Tx, recipientId: string): Promise<void> {
  await tx.db
    .updateTable('webhookMessage')
    .set({ state: 'cancelled', code: 'freed', body: null, answeredAt: tx.clock.now() })
    .where('recipientId', '=', recipientId)
    .where('type', 'in', ['lead.released', 'lead.updated', 'lead.recall-requested'])
    .where((row) => row.or([row('state', '=', 'waiting'), row('body', 'is not', null)]))
    .execute();
}

/** What nobody took of changes of consent is told by a later one: it is not sent again. */
export async function forgetDeadConsents(tx: Tx, recipientId: string): Promise<void> {
  await tx.db
    .updateTable('webhookMessage')
    .set({ body: null })
    .where('recipientId', '=', recipientId)
    .where('type', '=', 'lead.consent-changed')
    .where('state', '=', 'dead')
    .execute();
}

/** What nobody took by `bodyAt` is not sent again; answered before `rowAt`, nobody asks for it any more. */
export async function trimWebhooks(tx: Tx, { bodyAt, rowAt }: { bodyAt: number; rowAt: number }): Promise<void> {
  await tx.db.deleteFrom('webhookMessage').where('answeredAt', '<', rowAt).execute();
  const old = tx.db.updateTable('webhookMessage').where('answeredAt', '<', bodyAt);
  await old.set({ body: null }).where('body', 'is not', null).execute();
}

/** A partner's messages, newest first. */
export function listWebhookMessages(
  ctx: Context,
  {
    peerId,
    state,
    cursor,
    limit,
  }: { peerId: string; state?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<WebhookMessage[]> {
  let query = ctx.db.selectFrom('webhookMessage').selectAll().where('peerId', '=', peerId);
  if (state !== undefined) query = query.where('state', '=', state as WebhookState);
  if (cursor !== undefined) query = query.where('messageId', '<', cursor);
  return query
    .orderBy('messageId', 'desc')
    .limit(limit + 1)
    .execute();
}

/** How many messages of partners are in which state; of one partner with `peerId`. */
export function countWebhooks(
  ctx: Context,
  peerId?: string,
): Promise<{ peerId: string; state: WebhookState; messages: number }[]> {
  let query = ctx.db
    .selectFrom('webhookMessage')
    .select((put) => ['peerId', 'state', put.fn.countAll<number>().as('messages')])
    .groupBy(['peerId', 'state']);
  if (peerId !== undefined) query = query.where('peerId', '=', peerId);
  return query.execute();
}
