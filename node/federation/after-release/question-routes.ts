import { z } from 'zod';
import { answerOutcomes, recallReasons, returnReasons, getField } from '../../../protocol/index.ts';
import { showLead, sightOf } from '../../disclosure/sight.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { forbidden, notFound } from '../../kernel/errors.ts';
import { pageOf, pageQuery } from '../../kernel/paging.ts';
import { route, type Actor, type Route } from '../../kernel/routes.ts';
import { when } from '../../kernel/times.ts';
import type { LeadActor } from '../../leads/history.ts';
import { leadTitle } from '../../leads/promote-fields.ts';
import { partyOf, scopeOf } from '../../leads/scope.ts';
import { seenLeads } from '../../leads/seen-leads.ts';
import { getLead, getLeadHead, type StoredLead } from '../../leads/store.ts';
import { viewFields } from '../../leads/views.ts';
import { findGivenAway } from '../../routing/free-from-partner.ts';
import { answerQuestion } from './answer-question.ts';
import { askBack, giveBack } from './ask-partner.ts';
import { freeLead } from './free-lead.ts';
import { findHeldByPeer, findHeldFromPeer } from './find-held.ts';
import { maySay } from '../sending/send-message.ts';
import { returnProofs, showProofs } from './return-proofs.ts';
import { findAsked } from '../bridge/ask-away.ts';
import { findHeldAway } from '../bridge/way-to.ts';
import { listOpenQuestions, listQuestionsOf, type Question } from '../store/questions.ts';
import { getPeer } from '../store/peers.ts';

const person = z.object({
  kind: z.enum(['user', 'peer', 'system']),
  id: z.string().optional(),
  name: z.string().optional(),
});

const questionView = z.object({
  id: z.string(),
  leadId: z.string(),
  kind: z.enum(['recall', 'return', 'correction']),
  partner: z.object({ peerId: z.string(), name: z.string() }),
  /** We asked; otherwise the partner did. */
  ours: z.boolean(),
  reason: z.string(),
  text: z.string().optional(),
  /** Where the proofs of a return lie: https addresses for people to judge, never fetched. */
  proofs: z
    .array(z.object({ url: z.string(), mediaType: z.string().optional(), title: z.string().optional() }))
    .optional(),
  askedBy: person,
  askedAt: z.string(),
  answerBy: z.string().optional(),
  /** The time to answer is over; an answer still counts. */
  overdue: z.boolean(),
  state: z.enum(['open', 'agreed', 'refused', 'void']),
  answerText: z.string().optional(),
  answeredBy: person.optional(),
  answeredAt: z.string().optional(),
  /** The values a partner suggests, while nobody decided on them. */
  suggestions: z.array(z.object({ path: z.string(), label: z.string(), value: z.unknown().optional() })).optional(),
});

async function viewQuestion(ctx: Context, question: Question): Promise<z.input<typeof questionView>> {
  const { id, leadId, kind, peerId, ours, reason, text, askedBy, askedAt, answerBy, state } = question;
  const { answerText, answeredBy, answeredAt, content } = question;
  const proofs = showProofs(question.proofs);
  return {
    ...{ id, leadId, kind, ours, reason, state, askedBy, askedAt: when(askedAt) },
    partner: { peerId, name: (await getPeer(ctx, peerId)).name },
    text: text ?? undefined,
    proofs: proofs.length > 0 ? proofs : undefined,
    answerBy: answerBy === null ? undefined : when(answerBy),
    overdue: state === 'open' && answerBy !== null && answerBy <= ctx.clock.now(),
    answerText: answerText ?? undefined,
    answeredBy,
    answeredAt: answeredAt === null ? undefined : when(answeredAt),
    suggestions:
      content && viewFields(content.fields).map((field) => ({ ...field, value: getField(content.lead, field.path) })),
  };
}

/** Who answers for a lead here: its holder, and whoever oversees it. What we offered is the overseers' alone. */
async function requireParty(ctx: Context, actor: Actor, leadId: string): Promise<StoredLead> {
  const lead = await getLead(ctx, leadId, await scopeOf(ctx, actor));
  if (!partyOf(actor, lead.holder)) throw forbidden('Only who holds or oversees this lead can say that.');
  return lead;
}

const actorOf = ({ userId: id, name }: Actor): LeadActor => ({ kind: 'user', id, name });

/** What somebody may do about a lead that is shared with a partner. */
async function viewChoices(ctx: Context, actor: Actor, lead: StoredLead) {
  const free = actor.role === 'administrator' && (await findGivenAway(ctx, lead)) !== undefined;
  if (!partyOf(actor, lead.holder)) return { askBack: false, giveBack: false, free };
  const [given, got] = [await findHeldByPeer(ctx, lead.id), await findHeldFromPeer(ctx, lead.id)];
  const away = given ? undefined : await findHeldAway(ctx, lead.id);
  return {
    askBack: given ? maySay(given, 'Recall') : away !== undefined && !(await findAsked(ctx, away.recipient)),
    giveBack: got !== undefined && lead.holder?.kind !== 'peer' && maySay(got, 'Return'),
    free,
  };
}

const ofLead = route({
  method: 'GET',
  path: '/api/leads/:id/questions',
  access: 'signed-in',
  summary: 'What was asked between us and a partner about a lead, newest first, and what the reader may ask now',
  reply: z.object({
    items: z.array(questionView),
    may: z.object({ askBack: z.boolean(), giveBack: z.boolean(), free: z.boolean() }),
  }),
  async handler(ctx, { params, actor }) {
    const lead = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const questions = await listQuestionsOf(ctx, lead.id);
    const items = await Promise.all(questions.map((question) => viewQuestion(ctx, question)));
    return { items, may: await viewChoices(ctx, actor, lead) };
  },
});

const open = route({
  method: 'GET',
  path: '/api/questions',
  access: 'signed-in',
  summary: 'Questions between us and partners that wait for an answer, oldest first, about leads the reader sees',
  query: z.object(pageQuery),
  reply: pageOf(questionView.extend({ title: z.string() })),
  async handler(ctx, { query: { limit, cursor }, actor }) {
    const found = await listOpenQuestions(ctx, { cursor, limit: limit + 1 });
    const page = found.slice(0, limit);
    const seen =
      page.length === 0 ? new Set() : await seenLeads(ctx, actor, [...new Set(page.map(({ leadId }) => leadId))]);
    const sight = await sightOf(ctx, actor);
    const items = await Promise.all(
      page
        .filter(({ leadId }) => seen.has(leadId))
        .map(async (each) => {
          const title = leadTitle(showLead(sight, await getLead(ctx, each.leadId)));
          return { ...(await viewQuestion(ctx, each)), title };
        }),
    );
    return { items, nextCursor: found.length > limit ? page.at(-1)?.id : undefined };
  },
});

const text = z.string().trim().min(1).max(4_000).optional();
const people = ['administrator', 'manager', 'representative'] as const;
const asked = z.object({ id: z.string() });

const askForIt = route({
  method: 'POST',
  path: '/api/leads/:id/ask-back',
  access: ['administrator', 'manager'],
  summary: 'Ask the partner that holds a lead to give it back; it stays there until its people agree',
  status: 201,
  body: z.strictObject({
    reason: z.enum(recallReasons),
    text,
    /** In three days when absent. */
    answerBy: z.iso.datetime({ offset: true }).optional(),
  }),
  reply: asked,
  async handler(ctx, { params, body: { answerBy, ...rest }, actor }) {
    await requireParty(ctx, actor, params.id);
    const by = answerBy === undefined ? {} : { answerBy: Date.parse(answerBy) };
    const id = await transact(ctx, (tx) => askBack(tx, params.id, { ...rest, ...by, actor: actorOf(actor) }));
    return { id };
  },
});

const free = route({
  method: 'POST',
  path: '/api/leads/:id/free',
  access: ['administrator'],
  summary: 'Take a lead from a partner that is gone, without its answer; the reason is kept as evidence',
  body: z.strictObject({ reason: z.string().trim().min(1).max(4_000) }),
  reply: z.object({ state: z.string() }),
  async handler(ctx, { params: { id }, body, actor }) {
    await getLead(ctx, id, await scopeOf(ctx, actor));
    await transact(ctx, (tx) => freeLead(tx, id, { ...body, actor: actorOf(actor) }));
    return { state: (await getLeadHead(ctx, id)).state };
  },
});

const giveItBack = route({
  method: 'POST',
  path: '/api/leads/:id/give-back',
  access: people,
  summary: 'Ask the partner a lead came from to take it back; it stays here until its people agree',
  status: 201,
  body: z.strictObject({ reason: z.enum(returnReasons), text, proofs: returnProofs.optional() }),
  reply: asked,
  async handler(ctx, { params, body, actor }) {
    await requireParty(ctx, actor, params.id);
    return { id: await transact(ctx, (tx) => giveBack(tx, params.id, { ...body, actor: actorOf(actor) })) };
  },
});

const answer = route({
  method: 'POST',
  path: '/api/leads/:id/questions/:questionId/answer',
  access: people,
  summary: 'Answer what a partner asked about a lead; a refusal to hand it over needs a word',
  body: z.strictObject({ outcome: z.enum(answerOutcomes), text }),
  reply: questionView,
  async handler(ctx, { params: { id, questionId }, body, actor }) {
    await requireParty(ctx, actor, id);
    const answered = await transact(ctx, async (tx: Tx) => {
      await answerQuestion(tx, id, { questionId, ...body, actor: actorOf(actor) });
      return (await listQuestionsOf(tx, id)).find((question) => question.id === questionId);
    });
    if (!answered) throw notFound('question');
    return viewQuestion(ctx, answered);
  },
});

export const questionRoutes: readonly Route[] = [ofLead, open, askForIt, free, giveItBack, answer];
