import { z } from 'zod';
import { contactChannels, consentStates, type Consent } from '../../../protocol/index.ts';
import { seesPerson, sightOf } from '../../disclosure/sight.ts';
import { transact, type Context } from '../../kernel/context.ts';
import { conflict, forbidden } from '../../kernel/errors.ts';
import { reply, route, type Actor, type Route } from '../../kernel/routes.ts';
import { when, whenKnown } from '../../kernel/times.ts';
import { isEditable } from '../../leads/change-fields.ts';
import { scopeOf } from '../../leads/scope.ts';
import { getLead, lockLead, type StoredLead } from '../../leads/store.ts';
import { listPrivacyRequestsOf } from '../store/privacy-requests.ts';
import { changeConsent } from './change-consent.ts';
import { listDisclosed } from './list-disclosed.ts';
import { isDecidedSince } from './merge-consents.ts';
import { askAccess } from './report-access.ts';
import { actorOf, partnerView, viewPartner } from './views.ts';
import { writeReport } from './write-report.ts';

const done = z.object({ id: z.string() });

const consent = route({
  method: 'POST',
  path: '/api/leads/:id/do-not-contact',
  access: ['administrator', 'manager', 'representative'],
  summary: 'The person may not be contacted any more in these ways; every partner that has the lead is told',
  body: z.strictObject({ channels: z.array(z.enum(contactChannels)).min(1).max(5) }),
  reply: done,
  async handler(ctx, { params, body: { channels }, actor }) {
    const { id } = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const change = { at: when(ctx.clock.now()), doNotContacts: channels };
    await transact(ctx, (tx) => changeConsent(tx, id, { change, actor: actorOf(actor) }));
    return { id };
  },
});

const decide = route({
  method: 'POST',
  path: '/api/leads/:id/consents',
  access: ['administrator', 'manager', 'representative'],
  summary: 'What the person decided about one purpose; every partner that got this part of the lead is told',
  body: z.strictObject({
    purpose: z.string().trim().min(1).max(100),
    state: z.enum(consentStates),
    /** When; now when absent. */
    at: z.iso.datetime({ offset: true }).optional(),
    /** The words the person saw. */
    wording: z.string().trim().min(1).max(2_000).optional(),
    /** Where the proof lies. */
    evidenceUrl: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
  }),
  reply: done,
  async handler(ctx, { params, body, actor }) {
    const { id } = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    if (!seesPerson(await sightOf(ctx, actor)))
      throw forbidden('The person of this lead is withheld from you: who sees them notes what they decide.');
    const now = when(ctx.clock.now());
    const isPast = body.at !== undefined && Date.parse(body.at) <= ctx.clock.now();
    const decision: Consent = { ...body, at: isPast ? body.at : now };
    await transact(ctx, async (tx) => {
      const lead = await lockLead(tx, id);
      if (lead.erasedAt === null && !isEditable(lead))
        throw conflict('illegal-change', 'The partner has not released this lead; only then can it be changed here.');
      const times = { now: tx.clock.now(), since: lead.receivedAt };
      if (isDecidedSince(lead.document.consents ?? [], decision, times))
        throw conflict('decided-since', 'The person decided otherwise about this purpose later than that.');
      const others = (lead.document.consents ?? []).filter(({ purpose }) => purpose !== decision.purpose);
      const change = { at: when(tx.clock.now()), consents: [...others, decision] };
      await changeConsent(tx, id, { change, actor: actorOf(actor) });
    });
    return { id };
  },
});

const disclosed = z.object({
  recipient: z.string(),
  nodeId: z.string().optional(),
  at: z.string(),
  fields: z.array(z.string()),
  purpose: z.string().optional(),
});
/** As the ledger of this node says. */
const disclosedHere = disclosed.extend({ stage: z.string(), maskedFields: z.array(z.string()) });
const accessView = z.object({
  leadId: z.string(),
  heldSince: z.string(),
  /** What is held here. */
  document: z.unknown(),
  disclosures: z.array(disclosedHere),
  /** What partners reported, each with those it passed the data on to. */
  partners: z.array(
    z.object({
      partner: partnerView,
      outcome: z.string(),
      askedAt: z.string(),
      answeredAt: z.string().optional(),
      heldSince: z.string().optional(),
      purposes: z.array(z.string()),
      document: z.unknown().optional(),
      disclosures: z.array(disclosed),
    }),
  ),
});

const askReport = route({
  method: 'POST',
  path: '/api/leads/:id/access-report',
  access: ['administrator'],
  summary: 'Have a report made for the person a lead is about: every partner that got it is asked what it holds',
  reply: done,
  async handler(ctx, { params, actor }) {
    const { id } = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    await transact(ctx, (tx) => askAccess(tx, id, { actor: actorOf(actor) }));
    return { id };
  },
});

/** What is held here and, as far as they have answered, at partners, and who got which fields when. */
async function makeReport(ctx: Context, { id, receivedAt, document }: StoredLead) {
  const asked = (await listPrivacyRequestsOf(ctx, id)).filter(({ ours, kind }) => ours && kind === 'access');
  const newest = new Map(asked.map((each) => [`${each.peerId} ${each.conversationId}`, each]));
  const partners = [...newest.values()].map(async ({ peerId, outcome, askedAt, answeredAt, answer: said }) => ({
    ...{ partner: await viewPartner(ctx, peerId), outcome, askedAt: when(askedAt), answeredAt: whenKnown(answeredAt) },
    ...{ heldSince: said.report?.heldSince, purposes: [...(said.report?.purposes ?? [])] },
    ...{ document: said.report?.lead, disclosures: [...(said.report?.disclosures ?? [])] },
  }));
  const disclosures = (await listDisclosed(ctx, id)).map(({ fields, maskedFields, ...each }) => ({
    ...{ ...each, fields: [...fields], maskedFields: [...maskedFields] },
  }));
  return { leadId: id, heldSince: when(receivedAt), document, disclosures, partners: await Promise.all(partners) };
}

const getScoped = async (ctx: Context, id: string, actor: Actor) => getLead(ctx, id, await scopeOf(ctx, actor));

const report = route({
  method: 'GET',
  path: '/api/leads/:id/access-report',
  access: ['administrator'],
  summary: 'What is held of a lead here and at partners, and who got which fields when, as far as they have answered',
  reply: accessView,
  handler: async (ctx, { params, actor }) => makeReport(ctx, await getScoped(ctx, params.id, actor)),
});

const reportText = route({
  method: 'GET',
  path: '/api/leads/:id/access-report/text',
  access: ['administrator'],
  summary: 'The same as plain text, to hand to the person it is about',
  async handler(ctx, { params, actor }) {
    const lead = await getScoped(ctx, params.id, actor);
    const { erasedAt, originName, doNotContact, document } = lead;
    const made = await makeReport(ctx, lead);
    const here = { organisation: ctx.config.name, madeAt: ctx.clock.now(), from: originName ?? undefined };
    const body = writeReport({ ...made, ...here, document, doNotContact, erasedAt: whenKnown(erasedAt) });
    return reply({ contentType: 'text/plain; charset=utf-8', body });
  },
});

export const accessRoutes: readonly Route[] = [consent, decide, askReport, report, reportText];
