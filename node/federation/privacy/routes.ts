import { z } from 'zod';
import { answerOutcomes, erasureReasons } from '../../../protocol/index.ts';
import { transact, type Context } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { pageOf, pageQuery } from '../../kernel/paging.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { when, whenKnown } from '../../kernel/times.ts';
import { scopeOf } from '../../leads/scope.ts';
import { getLead } from '../../leads/store.ts';
import { isDeafTo } from '../peers/is-deaf-to.ts';
import { listConversationsOf, listOverdueDeletions, type Conversation } from '../store/conversations.ts';
import { listOpenPrivacyRequests, listPrivacyRequestsOf, type PrivacyRequest } from '../store/privacy-requests.ts';
import { confirmErased, mayConfirmErased } from './confirm-erased.ts';
import { decideErasure, holdLead } from './decide-request.ts';
import { eraseLead } from './erase-lead.ts';
import { settleErasures } from './settle-erasure.ts';
import { accessRoutes } from './access-routes.ts';
import { actorOf, partnerView, viewPartner } from './views.ts';

const person = z.object({
  kind: z.enum(['user', 'peer', 'system']),
  id: z.string().optional(),
  name: z.string().optional(),
});

const requestView = z.object({
  id: z.string(),
  leadId: z.string(),
  kind: z.enum(['erasure', 'access']),
  partner: partnerView,
  /** We asked; otherwise the partner did. */
  ours: z.boolean(),
  reason: z.string().optional(),
  askedBy: person,
  askedAt: z.string(),
  answerBy: z.string(),
  /** The time to answer is over; an answer still counts. */
  overdue: z.boolean(),
  /** A person here may say that the partner did it: `POST …/privacy-requests/{id}/confirm-erased`. */
  confirmable: z.boolean(),
  /** A person here decides on it: `POST …/privacy-requests/{id}/answer`. */
  decidable: z.boolean(),
  outcome: z.enum(['open', 'pending', 'done', 'partial', 'refused', 'unreached']),
  holdUntil: z.string().optional(),
  text: z.string().optional(),
  /** Recipients further on, and what they said. */
  onwards: z.array(z.object({ recipient: z.string(), nodeId: z.string().optional(), outcome: z.string() })),
  answeredAt: z.string().optional(),
});

const deletionView = z.object({
  leadId: z.string(),
  partner: partnerView,
  deleteBy: z.string(),
  deletedAt: z.string().optional(),
  overdue: z.boolean(),
  /** The partner's node does not know how to confirm: ask its people. */
  silent: z.boolean(),
});

async function viewRequest(
  ctx: Context,
  request: PrivacyRequest,
  erased: boolean,
): Promise<z.input<typeof requestView>> {
  const { id, leadId, kind, ours, askedBy, outcome, answerBy, settledAt } = request;
  return {
    ...{ id, leadId, kind, ours, askedBy, outcome, partner: await viewPartner(ctx, request.peerId) },
    reason: request.reason ?? undefined,
    askedAt: when(request.askedAt),
    answerBy: when(answerBy),
    overdue: settledAt === null && answerBy <= ctx.clock.now(),
    confirmable: await mayConfirmErased(ctx, request),
    decidable: !ours && kind === 'erasure' && outcome === 'pending' && !erased,
    holdUntil: whenKnown(request.holdUntil),
    text: request.text ?? undefined,
    onwards: [...(request.answer.onwards ?? [])],
    answeredAt: whenKnown(request.answeredAt),
  };
}

async function viewDeletion(ctx: Context, conversation: Conversation): Promise<z.input<typeof deletionView>> {
  const { leadId, peerId, deleteBy, deletedAt } = conversation;
  return {
    ...{
      leadId,
      partner: await viewPartner(ctx, peerId),
      deleteBy: when(deleteBy ?? 0),
      deletedAt: whenKnown(deletedAt),
    },
    overdue: deletedAt === null && (deleteBy ?? 0) <= ctx.clock.now(),
    silent: await isDeafTo(ctx, peerId, 'Privacy'),
  };
}

const overseers = ['administrator', 'manager'] as const;

const ofLead = route({
  method: 'GET',
  path: '/api/leads/:id/privacy',
  access: [...overseers, 'auditor'],
  summary: 'What is erased, held or asked for about a lead, and who that saw it has confirmed its deletion',
  reply: z.object({
    erasedAt: z.string().optional(),
    heldUntil: z.string().optional(),
    holdReason: z.string().optional(),
    doNotContact: z.array(z.string()),
    requests: z.array(requestView),
    /** Partners that were offered the lead and did not get it. */
    deletions: z.array(deletionView),
  }),
  async handler(ctx, { params, actor }) {
    const { id, erasedAt, heldUntil, holdReason, doNotContact } = await getLead(
      ctx,
      params.id,
      await scopeOf(ctx, actor),
    );
    const requests = await listPrivacyRequestsOf(ctx, id);
    const losers = (await listConversationsOf(ctx, id)).filter(
      ({ side, deleteBy }) => side === 'offering' && deleteBy !== null,
    );
    return {
      ...{ erasedAt: whenKnown(erasedAt), heldUntil: whenKnown(heldUntil), holdReason: holdReason ?? undefined },
      doNotContact: [...doNotContact],
      requests: await Promise.all(requests.map((each) => viewRequest(ctx, each, erasedAt !== null))),
      deletions: await Promise.all(losers.map((each) => viewDeletion(ctx, each))),
    };
  },
});

const open = route({
  method: 'GET',
  path: '/api/privacy-requests',
  access: ['administrator', 'auditor'],
  summary: 'Requests about personal data, ours and partners’, that wait for an answer, oldest first',
  query: z.object(pageQuery),
  reply: pageOf(requestView),
  async handler(ctx, { query: { limit, cursor } }) {
    const found = await listOpenPrivacyRequests(ctx, { cursor, limit: limit + 1 });
    const page = found.slice(0, limit);
    const items = await Promise.all(
      page.map(async (each) =>
        viewRequest(ctx, each, each.leadId === '' || (await getLead(ctx, each.leadId)).erasedAt !== null),
      ),
    );
    return { items, nextCursor: found.length > limit ? page.at(-1)?.id : undefined };
  },
});

const overdue = route({
  method: 'GET',
  path: '/api/overdue-deletions',
  access: ['administrator', 'auditor'],
  summary: 'Partners that have not confirmed in time that what they saw of a lead is deleted, longest overdue first',
  query: z.object(pageQuery),
  reply: pageOf(deletionView),
  async handler(ctx, { query: { limit, cursor } }) {
    const found = await listOverdueDeletions(ctx, { cursor, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await Promise.all(page.map((each) => viewDeletion(ctx, each))),
      nextCursor: found.length > limit && last ? `${last.deleteBy ?? 0}.${last.conversationId}` : undefined,
    };
  },
});

const done = z.object({ id: z.string() });

const erase = route({
  method: 'POST',
  path: '/api/leads/:id/erase',
  access: ['administrator'],
  summary: 'Erase a lead here for good, and ask every partner that got it, and the one it came from, to do the same',
  body: z.strictObject({
    reason: z.enum(erasureReasons),
    /** The lead’s id once more: what is erased does not come back. */
    confirm: z.string(),
  }),
  reply: done,
  async handler(ctx, { params, body: { reason, confirm }, actor }) {
    const lead = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    if (confirm !== lead.id)
      throw new CodedError('not-confirmed', 422, '“confirm” is not the id of the lead: nothing was erased.');
    await transact(ctx, async (tx) => {
      await eraseLead(tx, lead.id, { reason, actor: actorOf(actor) });
      await settleErasures(tx, lead.id);
    });
    return { id: lead.id };
  },
});

const hold = route({
  method: 'PUT',
  path: '/api/leads/:id/legal-hold',
  access: ['administrator'],
  summary: 'Keep a lead from being erased until a time, because a legal duty says so; `null` ends that',
  body: z.strictObject({
    until: z.iso.datetime({ offset: true }).nullable(),
    /** Which duty; stays on this node. */
    reason: z.string().trim().min(1).max(500).optional(),
  }),
  reply: done,
  async handler(ctx, { params, body: { until, reason }, actor }) {
    const { id } = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const at = until === null ? null : Date.parse(until);
    await transact(ctx, (tx) => holdLead(tx, id, { until: at, reason, actor: actorOf(actor) }));
    return { id };
  },
});

const answer = route({
  method: 'POST',
  path: '/api/leads/:id/privacy-requests/:requestId/answer',
  access: ['administrator'],
  summary: 'Decide on the erasure that a partner which holds the lead asked for; a refusal needs a word',
  body: z.strictObject({ outcome: z.enum(answerOutcomes), text: z.string().trim().min(1).max(4_000).optional() }),
  reply: done,
  async handler(ctx, { params: { id, requestId }, body, actor }) {
    const lead = await getLead(ctx, id, await scopeOf(ctx, actor));
    await transact(ctx, (tx) => decideErasure(tx, lead.id, { requestId, ...body, actor: actorOf(actor) }));
    return { id: requestId };
  },
});

const confirm = route({
  method: 'POST',
  path: '/api/leads/:id/privacy-requests/:requestId/confirm-erased',
  access: ['administrator'],
  summary: 'A partner that has no node, or was not reached, told us by phone or letter that it deleted the lead',
  body: z.strictObject({
    /** How it is known; stays on this node. */
    text: z.string().trim().min(1).max(500),
  }),
  reply: done,
  async handler(ctx, { params: { id, requestId }, body: { text }, actor }) {
    const lead = await getLead(ctx, id, await scopeOf(ctx, actor));
    await transact(ctx, (tx) => confirmErased(tx, lead.id, { requestId, text, actor: actorOf(actor) }));
    return { id: requestId };
  },
});

export const privacyRoutes: readonly Route[] = [ofLead, open, overdue, erase, hold, answer, confirm, ...accessRoutes];
