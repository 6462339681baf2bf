import { z } from 'zod';
import type { Context } from '../../kernel/context.ts';
import { pageOf, pageQuery, toPage } from '../../kernel/paging.ts';
import { findRestoration } from '../../kernel/restoration.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { when, whenever } from '../../kernel/times.ts';
import { listFindings } from '../store/restorations.ts';
import { overrideRestoration } from './end-restoration.ts';
import { listAsked } from './list-asked.ts';

const time = z.iso.datetime();
const view = z.object({
  /** `never`; `waiting` for partners' states: no offer, award or release leaves meanwhile; `over`. */
  state: z.enum(['never', 'waiting', 'over']),
  epoch: z.number(),
  restoredAt: time.nullable(),
  resumedAt: time.nullable(),
  reason: z.string().nullable(),
  partners: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** `unable`: it has no node, or does not speak the level Audit, and is not waited for. */
      answer: z.enum(['returned', 'awaited', 'unable']),
      returnedAt: time.nullable(),
    }),
  ),
});

async function describeRestoration(ctx: Context): Promise<z.infer<typeof view>> {
  const last = await findRestoration(ctx);
  if (!last) return { state: 'never', epoch: 0, restoredAt: null, resumedAt: null, reason: null, partners: [] };
  const partners = (await listAsked(ctx, last)).map(({ peerId: id, name, answer, returnedAt }) => ({
    ...{ id, name, answer, returnedAt: whenever(returnedAt) },
  }));
  const { epoch, restoredAt, resumedAt, reason } = last;
  const state = resumedAt === null ? ('waiting' as const) : ('over' as const);
  return { state, epoch, restoredAt: when(restoredAt), resumedAt: whenever(resumedAt), reason, partners };
}

const show = route({
  method: 'GET',
  path: '/api/restoration',
  access: ['administrator', 'auditor'],
  summary: 'Whether this node was restored from a backup, and which partners it waits for',
  reply: view,
  handler: (ctx) => describeRestoration(ctx),
});

const findings = route({
  method: 'GET',
  path: '/api/restoration/findings',
  access: ['administrator', 'auditor'],
  summary: 'Conversations that stood otherwise on a partner’s side than in the backup, newest first',
  query: z.strictObject(pageQuery),
  reply: pageOf(
    z.object({
      id: z.string(),
      partner: z.string(),
      conversation: z.string(),
      leadId: z.string().nullable(),
      theirs: z.string(),
      ours: z.string().nullable(),
      outcome: z.string(),
      at: time,
    }),
  ),
  handler: async (ctx, { query }) => {
    const rows = await listFindings(ctx, { cursor: query.cursor, limit: query.limit + 1 });
    const items = rows.map(({ peerId: partner, conversationId: conversation, at, ...row }) => ({
      ...{ ...row, partner, conversation, at: when(at) },
    }));
    return toPage(items, query.limit);
  },
});

const override = route({
  method: 'POST',
  path: '/api/restoration/override',
  access: ['administrator'],
  summary: 'Offer and award again although a partner has not told how things stand; the reason is kept as evidence',
  body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
  reply: view,
  handler: async (ctx, { body, actor }) => {
    await overrideRestoration(ctx, { reason: body.reason, by: actor.userId });
    return describeRestoration(ctx);
  },
});

export const restorationRoutes: readonly Route[] = [show, findings, override];
