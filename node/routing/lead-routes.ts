import { z } from 'zod';
import { sightOf, showSummary } from '../disclosure/sight.ts';
import { transact } from '../kernel/context.ts';
import type { Context } from '../kernel/context.ts';
import { conflict, invalid } from '../kernel/errors.ts';
import { pageOf, pageQuery } from '../kernel/paging.ts';
import { route } from '../kernel/routes.ts';
import type { Actor, Route } from '../kernel/routes.ts';
import { when } from '../kernel/times.ts';
import type { LeadActor } from '../leads/history.ts';
import { scopeOf } from '../leads/scope.ts';
import { getLead, getLeadHead, listLeads } from '../leads/store.ts';
import { summaryView, viewFields, viewSummary } from '../leads/views.ts';
import { visibleUserIds } from '../people/visible-users.ts';
import { assignLead } from './assign-lead.ts';
import { describeStep } from './describe-trace.ts';
import { recallOffer } from './recall-offer.ts';
import { rerouteLead } from './reroute-lead.ts';
import { findBox } from './store/boxes.ts';
import { findLastOffer, listOffers } from './store/offers.ts';
import type { Offer } from './store/offers.ts';
import { listRecipientsOfLead } from './store/recipients.ts';
import type { Recipient } from './store/recipients.ts';
import { listTraces } from './store/traces.ts';

const maybeWhen = (at: number | null) => (at === null ? undefined : when(at));
const actorOf = ({ userId: id, name }: Actor): LeadActor => ({ kind: 'user', id, name });

/** Throws `not-found` when the reader does not see the lead. */
async function requireLead(ctx: Context, actor: Actor, leadId: string): Promise<void> {
  await getLead(ctx, leadId, await scopeOf(ctx, actor));
}

const traces = route({
  method: 'GET',
  path: '/api/leads/:id/traces',
  access: 'signed-in',
  summary: 'Why a lead went where it went: every routing decision, newest first',
  query: z.object(pageQuery),
  reply: pageOf(
    z.object({
      id: z.string(),
      at: z.string(),
      outcome: z.enum(['offered', 'unrouted', 'declined']),
      offerId: z.string().optional(),
      /** What the leaves of the ledger about its disclosures say under `trace`. */
      digest: z.string().optional(),
      steps: z.array(
        z.object({
          kind: z.string(),
          sentence: z.string(),
          matched: z.boolean().optional(),
          boxId: z.string().optional(),
        }),
      ),
    }),
  ),
  async handler(ctx, { params, query, actor }) {
    await requireLead(ctx, actor, params.id);
    const { restricted } = await sightOf(ctx, actor);
    const found = await listTraces(ctx, params.id, { before: query.cursor, limit: query.limit + 1 });
    const items = found.slice(0, query.limit).map(({ leadId: _, at, steps, digest, ...trace }) => ({
      ...trace,
      at: when(at),
      digest: restricted ? undefined : digest,
      steps: steps.map((step) => ({
        kind: step.kind,
        sentence: describeStep(step, !restricted),
        matched: step.kind === 'rule' ? step.matched : undefined,
        boxId: 'boxId' in step ? step.boxId : undefined,
      })),
    }));
    return { items, nextCursor: found.length > query.limit ? items.at(-1)?.id : undefined };
  },
});

const field = z.object({ path: z.string(), label: z.string() });
const recipientView = z.object({
  id: z.string(),
  kind: z.enum(['user', 'peer']),
  userId: z.string().optional(),
  peerId: z.string().optional(),
  name: z.string(),
  state: z.enum(['offered', 'accepted', 'rejected', 'expired', 'lost', 'won']),
  rejectReason: z.string().optional(),
  rejectText: z.string().optional(),
  answeredAt: z.string().optional(),
  shown: z.array(field),
  masked: z.array(field),
  withheld: z.array(field),
  never: z.array(field),
});

function viewRecipient({ fields, ...recipient }: Recipient): z.input<typeof recipientView> {
  const { id, kind, userId, peerId, name, state, rejectReason, rejectText, answeredAt } = recipient;
  return {
    id,
    kind,
    userId: userId ?? undefined,
    peerId: peerId ?? undefined,
    name,
    state,
    rejectReason: rejectReason ?? undefined,
    rejectText: rejectText ?? undefined,
    answeredAt: maybeWhen(answeredAt),
    shown: viewFields(fields.shown),
    masked: viewFields(fields.masked),
    withheld: viewFields(fields.withheld),
    never: viewFields(fields.never),
  };
}

const offerView = z.object({
  id: z.string(),
  round: z.number(),
  mode: z.enum(['direct', 'grab']),
  state: z.enum(['open', 'claimed', 'awarded', 'done', 'rejected', 'expired', 'recalled', 'taken']),
  box: z.object({ id: z.string(), name: z.string() }),
  opensAt: z.string(),
  closesAt: z.string(),
  endedAt: z.string().optional(),
  leaseUntil: z.string().optional(),
  recipients: z.array(recipientView),
});

const offers = route({
  method: 'GET',
  path: '/api/leads/:id/offers',
  access: 'signed-in',
  summary: 'To whom a lead was offered, what each was shown, and what they answered',
  reply: z.object({ items: z.array(offerView) }),
  async handler(ctx, { params, actor }) {
    await requireLead(ctx, actor, params.id);
    const recipients = Map.groupBy(await listRecipientsOfLead(ctx, params.id), (one) => one.offerId);
    const items = [];
    for (const offer of await listOffers(ctx, params.id))
      items.push(await viewOffer(ctx, offer, recipients.get(offer.id) ?? []));
    return { items };
  },
});

async function viewOffer(
  ctx: Context,
  offer: Offer,
  recipients: readonly Recipient[],
): Promise<z.input<typeof offerView>> {
  const { id, round, mode, state, boxId, opensAt, closesAt, endedAt, leaseUntil } = offer;
  return {
    id,
    round,
    mode,
    state,
    box: { id: boxId, name: (await findBox(ctx, boxId))?.name ?? 'a box that is gone' },
    opensAt: when(opensAt),
    closesAt: when(closesAt),
    endedAt: maybeWhen(endedAt),
    leaseUntil: maybeWhen(leaseUntil),
    recipients: recipients.map(viewRecipient),
  };
}

const overseers = ['administrator', 'manager'] as const;
const reason = z.string().trim().min(1).max(500).optional();
const stateView = z.object({ state: z.string() });

const reroute = route({
  method: 'POST',
  path: '/api/leads/:id/reroute',
  access: overseers,
  summary: 'Send a lead through the rules again; an open offer is recalled',
  body: z.object({ reason }),
  reply: stateView,
  async handler(ctx, { params, body, actor }) {
    await requireLead(ctx, actor, params.id);
    await transact(ctx, (tx) => rerouteLead(tx, params.id, { actor: actorOf(actor), ...body }));
    return { state: (await getLeadHead(ctx, params.id)).state };
  },
});

const assign = route({
  method: 'POST',
  path: '/api/leads/:id/assign',
  access: overseers,
  summary: 'Give a lead to a user, whatever the rules say',
  body: z.object({ userId: z.string().min(1).max(100), reason }),
  reply: stateView,
  async handler(ctx, { params, body, actor }) {
    await requireLead(ctx, actor, params.id);
    const visible = await visibleUserIds(ctx, actor);
    if (visible !== 'all' && !visible.includes(body.userId))
      throw invalid('There is no such user below you.', { path: 'userId' });
    await transact(ctx, (tx) => assignLead(tx, { leadId: params.id, actor: actorOf(actor), ...body }));
    return { state: (await getLeadHead(ctx, params.id)).state };
  },
});

const recall = route({
  method: 'POST',
  path: '/api/leads/:id/recall',
  access: overseers,
  summary: 'Take the open offer of a lead back; the lead waits in the tray of unrouted leads',
  reply: stateView,
  async handler(ctx, { params, actor }) {
    await requireLead(ctx, actor, params.id);
    await transact(ctx, async (tx) => {
      const offer = await findLastOffer(tx, params.id);
      if (!offer) throw conflict('offer-closed', 'This lead is not offered to anybody.');
      await recallOffer(tx, offer.id, actorOf(actor));
    });
    return { state: (await getLeadHead(ctx, params.id)).state };
  },
});

const unrouted = route({
  method: 'GET',
  path: '/api/unrouted',
  access: ['administrator', 'manager', 'auditor'],
  summary: 'The leads nobody took, that wait for a decision',
  query: z.object(pageQuery),
  reply: pageOf(summaryView),
  async handler(ctx, { query, actor }) {
    const sight = await sightOf(ctx, actor);
    const { items, nextCursor } = await listLeads(ctx, await scopeOf(ctx, actor), { ...query, state: 'unrouted' });
    return { items: items.map((lead) => viewSummary(lead, showSummary(sight, lead))), nextCursor };
  },
});

export const leadRoutes: Route[] = [traces, offers, reroute, assign, recall, unrouted];
