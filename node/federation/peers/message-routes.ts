import { z } from 'zod';
import { pageOf, pageQuery, toPage } from '../../kernel/paging.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { when, whenever } from '../../kernel/times.ts';
import { listWebhookViews, replayWebhook } from '../bridge/webhook-messages.ts';
import { replayMessage } from '../sending/replay-message.ts';
import { betweenNodes } from '../sending/send-between-nodes.ts';
import { listInbox } from '../store/inbox.ts';
import { listOutbox } from '../store/outbox.ts';
import { getPeer } from '../store/peers.ts';

const time = z.iso.datetime();

const message = z.object({
  id: z.string(),
  conversation: z.string().nullable(),
  type: z.string(),
  state: z.string(),
  attempts: z.number(),
  at: time,
  dueAt: time.nullable(),
  answeredAt: time.nullable(),
  code: z.string().nullable(),
});

const listMessages = route({
  method: 'GET',
  path: '/api/peers/:id/messages',
  access: ['administrator', 'manager', 'auditor'],
  summary: 'Messages to or from a partner, newest first: types and states, no content',
  query: z.strictObject({
    ...pageQuery,
    direction: z.enum(['sent', 'received']).default('sent'),
    state: z.enum(['waiting', 'delivered', 'refused', 'dead', 'cancelled', 'replayed']).optional(),
  }),
  reply: pageOf(message),
  handler: async (ctx, { params: { id }, query: { direction, limit, cursor, state } }) => {
    const { kind } = await getPeer(ctx, id);
    const page = { peerId: id, cursor, limit: limit + 1 };
    if (direction === 'received') return toPage((await listInbox(ctx, page)).map(viewReceived), limit);
    if (kind === 'webhook') return toPage(await listWebhookViews(ctx, { ...page, state }), limit);
    return toPage((await listOutbox(ctx, { ...page, state })).map(viewSent), limit);
  },
});

const viewSent = (row: Awaited<ReturnType<typeof listOutbox>>[number]): z.input<typeof message> => ({
  id: row.messageId,
  conversation: row.conversationId === betweenNodes ? null : row.conversationId,
  type: row.type,
  state: row.state,
  attempts: row.attempts,
  at: when(row.createdAt),
  dueAt: row.state === 'waiting' ? when(row.dueAt) : null,
  answeredAt: whenever(row.answeredAt),
  code: row.code,
});

const viewReceived = (row: Awaited<ReturnType<typeof listInbox>>[number]): z.input<typeof message> => ({
  id: row.messageId,
  conversation: row.conversationId,
  type: row.type,
  state: row.code === null ? 'taken' : 'refused',
  attempts: 1,
  at: when(row.receivedAt),
  dueAt: null,
  answeredAt: when(row.receivedAt),
  code: row.code,
});

const replay = route({
  method: 'POST',
  path: '/api/peers/:id/messages/:messageId/replay',
  access: ['administrator'],
  summary: 'Send a dead or refused message again, under a new id for the same effect',
  status: 201,
  reply: z.object({ id: z.string() }),
  handler: async (ctx, { params: { id, messageId }, actor }) => {
    const again = messageId.startsWith('msg_') ? replayWebhook : replayMessage;
    return { id: await again(ctx, id, messageId, actor.userId) };
  },
});

export const messageRoutes: readonly Route[] = [listMessages, replay];
