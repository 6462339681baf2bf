import { z } from 'zod';
import type { Context } from '../../kernel/context.ts';
import { pageOf, pageQuery, toPage } from '../../kernel/paging.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { when, whenever } from '../../kernel/times.ts';
import { getAgreement, listAccepted, listAgreementDocuments, listAgreements } from '../store/agreements.ts';
import type { Agreement } from '../store/agreements.ts';
import { getPeer } from '../store/peers.ts';
import { acceptAgreement, endAgreement, proposeAgreement } from './agree.ts';
import { waiveCaps } from './caps.ts';
import { agreementStates, decideInForce, decideState } from './decide-standing.ts';
import { termsView } from './terms.ts';

const side = z.enum(['us', 'them']);
const time = z.iso.datetime();

const agreementView = z.object({
  id: z.string(),
  agreementId: z.string(),
  digest: z.string(),
  state: z.enum(agreementStates),
  /** For whose offers it is in force at this moment. */
  inForceFor: z.array(side),
  proposedBy: side,
  proposedAt: time,
  acceptedAt: time.nullable(),
  endsAt: time.nullable(),
  endedBy: side.nullable(),
  refusedFor: z.string().nullable(),
  text: z.string().nullable(),
  terms: termsView,
});
const fullView = agreementView.extend({
  documents: z.array(
    z.object({ messageId: z.string(), step: z.string(), signedBy: side, at: time, document: z.string() }),
  ),
});

function viewAgreement(version: Agreement, accepted: readonly Agreement[], now: number): z.input<typeof agreementView> {
  const { id, agreementId, digest, proposedBy, refusedFor, words: text, terms, endedBy } = version;
  const inForceFor = (['us', 'them'] as const).filter((who) => decideInForce(accepted, who, now)?.digest === digest);
  return {
    ...{ id, agreementId, digest, proposedBy, refusedFor, text, terms, endedBy, inForceFor },
    state: decideState(version, accepted, now),
    proposedAt: when(version.proposedAt),
    acceptedAt: whenever(version.acceptedAt),
    endsAt: whenever(version.endsAt ?? (terms.validUntil === undefined ? null : Date.parse(terms.validUntil))),
  };
}

async function viewOne(ctx: Context, peerId: string, id: string): Promise<z.input<typeof agreementView>> {
  const version = await getAgreement(ctx, peerId, id);
  return viewAgreement(version, await listAccepted(ctx, peerId), ctx.clock.now());
}

const readers = ['administrator', 'manager', 'auditor'] as const;

const list = route({
  method: 'GET',
  path: '/api/peers/:id/agreements',
  access: [...readers],
  summary: 'What was agreed or proposed with a partner, newest first; every version is kept',
  query: z.strictObject(pageQuery),
  reply: pageOf(agreementView),
  async handler(ctx, { params: { id: peerId }, query: { limit, cursor } }) {
    await getPeer(ctx, peerId);
    const page = toPage(await listAgreements(ctx, { peerId, cursor, limit: limit + 1 }), limit);
    const accepted = await listAccepted(ctx, peerId);
    const now = ctx.clock.now();
    return { ...page, items: page.items.map((version) => viewAgreement(version, accepted, now)) };
  },
});

const one = route({
  method: 'GET',
  path: '/api/peers/:id/agreements/:agreementId',
  access: [...readers],
  summary: 'One version with the documents both sides signed',
  reply: fullView,
  async handler(ctx, { params: { id: peerId, agreementId } }) {
    const view = await viewOne(ctx, peerId, agreementId);
    const documents = await listAgreementDocuments(ctx, peerId, view.digest);
    return {
      ...view,
      documents: documents.map(({ messageId, step, signedBy, at, document }) => {
        return { messageId, step, signedBy, at: when(at), document };
      }),
    };
  },
});

const text = z.string().trim().min(1).max(4000).optional();

const propose = route({
  method: 'POST',
  path: '/api/peers/:id/agreements',
  access: ['administrator'],
  summary: 'Propose terms to a partner; they bind once it accepts',
  status: 201,
  body: z.strictObject({
    terms: termsView,
    text,
    agreementId: z
      .string()
      .max(64)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
      .optional(),
  }),
  reply: agreementView,
  async handler(ctx, { params: { id: peerId }, body, actor }) {
    const { id } = await proposeAgreement(ctx, { peerId, ...body, by: actor.userId });
    return viewOne(ctx, peerId, id);
  },
});

const accept = route({
  method: 'POST',
  path: '/api/peers/:id/agreements/:agreementId/accept',
  access: ['administrator'],
  summary: 'Accept what a partner proposed; from then on it binds both',
  reply: agreementView,
  async handler(ctx, { params: { id: peerId, agreementId: id }, actor }) {
    await acceptAgreement(ctx, { peerId, id, by: actor.userId });
    return viewOne(ctx, peerId, id);
  },
});

const end = route({
  method: 'POST',
  path: '/api/peers/:id/agreements/:agreementId/end',
  access: ['administrator'],
  summary: 'End an agreement, decline a proposal or take one back; released leads go on',
  body: z.strictObject({ endsAt: time.optional(), text }),
  reply: agreementView,
  async handler(ctx, { params: { id: peerId, agreementId: id }, body, actor }) {
    const endsAt = body.endsAt === undefined ? undefined : Date.parse(body.endsAt);
    await endAgreement(ctx, { peerId, id, endsAt, text: body.text, by: actor.userId });
    return viewOne(ctx, peerId, id);
  },
});

const resumeOffers = route({
  method: 'POST',
  path: '/api/peers/:id/resume-offers',
  access: ['administrator'],
  summary: 'Let offers to a partner go on for a day, though a limit of the agreement was reached',
  reply: z.object({ capsWaivedUntil: time.nullable() }),
  async handler(ctx, { params: { id }, actor }) {
    await waiveCaps(ctx, id, actor.userId);
    return { capsWaivedUntil: whenever((await getPeer(ctx, id)).capsWaivedUntil) };
  },
});

export const agreementRoutes: readonly Route[] = [list, one, propose, accept, end, resumeOffers];
