import { z } from 'zod';
import { rejectReasons } from '../../protocol/index.ts';
import { transact } from '../kernel/context.ts';
import type { Context } from '../kernel/context.ts';
import { conflict, notFound } from '../kernel/errors.ts';
import { pageOf, pageQuery } from '../kernel/paging.ts';
import { route } from '../kernel/routes.ts';
import type { Actor, Route } from '../kernel/routes.ts';
import { when } from '../kernel/times.ts';
import { countHeld } from '../leads/store.ts';
import { viewFields } from '../leads/views.ts';
import { listUsers } from '../people/store.ts';
import { visibleUserIds } from '../people/visible-users.ts';
import { claimOffer } from './claim-offer.ts';
import { inboxStates, listInboxEntries } from './inbox.ts';
import type { InboxEntry } from './inbox.ts';
import { rejectOffer } from './reject-offer.ts';
import { countWaiting } from './store/inbox.ts';
import { getOffer } from './store/offers.ts';
import { findPlan, getRecipient } from './store/recipients.ts';
import type { Recipient } from './store/recipients.ts';

const field = z.object({ path: z.string(), label: z.string() });
const entry = z.object({
  leadId: z.string(),
  state: z.string(),
  title: z.string(),
  company: z.string().optional(),
  city: z.string().optional(),
  country: z.string().optional(),
  product: z.object({ name: z.string(), quantity: z.string().optional(), of: z.number() }).optional(),
  size: z.object({ amount: z.string(), currency: z.string() }).optional(),
  test: z.boolean(),
  doNotContact: z.array(z.string()),
  peer: z.object({ peerId: z.string(), name: z.string().optional() }).optional(),
  hiddenFields: z.array(field),
  maskedFields: z.array(field),
  at: z.string(),
  recipientId: z.string().optional(),
  offerId: z.string().optional(),
  mode: z.enum(['direct', 'grab']).optional(),
  round: z.number().optional(),
  opensAt: z.string().optional(),
  closesAt: z.string().optional(),
  /** Up for grabs with this many others. */
  others: z.number().optional(),
});

function viewEntry({
  offer,
  doNotContact = [],
  hiddenFields,
  maskedFields,
  at,
  ...rest
}: InboxEntry): z.input<typeof entry> {
  return {
    ...rest,
    at: when(at),
    doNotContact: [...doNotContact],
    hiddenFields: viewFields(hiddenFields),
    maskedFields: viewFields(maskedFields),
    ...(offer && { ...offer, opensAt: when(offer.opensAt), closesAt: when(offer.closesAt) }),
  };
}

const inbox = route({
  method: 'GET',
  path: '/api/inbox',
  access: 'signed-in',
  summary: 'An inbox, newest first: offers to answer, leads held, leads that ended, offers that went by',
  query: z.object({
    ...pageQuery,
    state: z.enum(inboxStates).default('open'),
    /** Somebody below the reader; the reader when absent. */
    user: z.string().max(100).optional(),
  }),
  reply: pageOf(entry),
  async handler(ctx, { query, actor }) {
    const { user: userId = actor.userId, ...rest } = query;
    await requireVisible(ctx, actor, userId);
    const { items, nextCursor } = await listInboxEntries(ctx, actor, { ...rest, userId });
    return { items: items.map(viewEntry), nextCursor };
  },
});

async function requireVisible(ctx: Context, actor: Actor, userId: string): Promise<void> {
  const visible = await visibleUserIds(ctx, actor);
  if (visible !== 'all' && !visible.includes(userId)) throw notFound('inbox');
}

const inboxes = route({
  method: 'GET',
  path: '/api/inboxes',
  access: 'signed-in',
  summary: 'Whose inboxes the reader sees, with how many offers wait and how many open leads each holds',
  query: z.object(pageQuery),
  reply: pageOf(z.object({ userId: z.string(), name: z.string(), waiting: z.number(), held: z.number() })),
  async handler(ctx, { query, actor }) {
    const { limit, cursor } = query;
    const users = await listUsers(ctx, { ids: await visibleUserIds(ctx, actor), limit: limit + 1, cursor });
    const page = users.slice(0, limit);
    const ids = page.map((user) => user.id);
    const [waiting, held] = [await countWaiting(ctx, ids), await countHeld(ctx, ids)];
    return {
      items: page.map(({ id, name }) => ({
        userId: id,
        name,
        waiting: waiting.get(id) ?? 0,
        held: held.get(id) ?? 0,
      })),
      nextCursor: users.length > limit ? page.at(-1)?.id : undefined,
    };
  },
});

const offer = route({
  method: 'GET',
  path: '/api/offers/:recipientId',
  access: 'signed-in',
  summary: 'An offer as its recipient may see it before accepting',
  reply: z.object({
    recipientId: z.string(),
    leadId: z.string(),
    user: z.object({ id: z.string(), name: z.string() }),
    state: z.string(),
    mode: z.enum(['direct', 'grab']),
    round: z.number(),
    opensAt: z.string(),
    closesAt: z.string(),
    title: z.string(),
    /** The visible part of the lead document; absent once the offer is over. */
    document: z.unknown().optional(),
    hiddenFields: z.array(field),
    maskedFields: z.array(field),
    peer: z.object({ peerId: z.string(), name: z.string().optional() }).optional(),
  }),
  async handler(ctx, { params, actor }) {
    const recipient = await getRecipient(ctx, params.recipientId);
    if (recipient.userId === null) throw notFound('offer');
    await requireVisible(ctx, actor, recipient.userId);
    const { mode, round, opensAt, closesAt } = await getOffer(ctx, recipient.offerId);
    const plan = await findPlan(ctx, recipient.id);
    return {
      ...viewRecipient(recipient, recipient.userId),
      mode,
      round,
      opensAt: when(opensAt),
      closesAt: when(closesAt),
      document: plan?.offered,
    };
  },
});

function viewRecipient({ id, leadId, name, state, summary, fields }: Recipient, userId: string) {
  return {
    recipientId: id,
    leadId,
    user: { id: userId, name },
    state,
    title: summary.title ?? 'Lead',
    hiddenFields: viewFields(fields.withheld),
    maskedFields: viewFields(fields.masked),
    peer: summary.from,
  };
}

const answerers = ['administrator', 'manager', 'representative'] as const;

/** The offer's recipient, who must be the one that asks: nobody answers for somebody else. */
async function requireOwn(ctx: Context, actor: Actor, recipientId: string): Promise<Recipient> {
  const recipient = await getRecipient(ctx, recipientId);
  if (recipient.userId !== actor.userId) throw notFound('offer');
  return recipient;
}

const ends = {
  taken: 'Somebody else was first.',
  expired: 'This offer has ended.',
  recalled: 'This offer was taken back.',
} as const;

const accept = route({
  method: 'POST',
  path: '/api/offers/:recipientId/accept',
  access: answerers,
  summary: 'Accept an offer: the first to do so gets the lead',
  reply: z.object({ outcome: z.enum(['won', 'already-yours']), leadId: z.string() }),
  async handler(ctx, { params, actor }) {
    const { id: recipientId, leadId } = await requireOwn(ctx, actor, params.recipientId);
    const { outcome } = await transact(ctx, (tx) => claimOffer(tx, { recipientId }));
    if (outcome !== 'won' && outcome !== 'already-yours') throw conflict(`offer-${outcome}`, ends[outcome]);
    return { outcome, leadId };
  },
});

const reject = route({
  method: 'POST',
  path: '/api/offers/:recipientId/reject',
  access: answerers,
  summary: 'Decline an offer, with the reason',
  body: z.object({ reason: z.enum(rejectReasons), text: z.string().trim().min(1).max(1_000).optional() }),
  reply: z.object({ outcome: z.enum(['rejected', 'already-rejected']) }),
  async handler(ctx, { params, body, actor }) {
    const { id: recipientId } = await requireOwn(ctx, actor, params.recipientId);
    const { outcome } = await transact(ctx, (tx) => rejectOffer(tx, { recipientId, ...body }));
    if (outcome === 'too-late') throw conflict('offer-closed', 'This offer is over.');
    return { outcome };
  },
});

export const inboxRoutes: Route[] = [inbox, inboxes, offer, accept, reject];
