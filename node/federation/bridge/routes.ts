import { z } from 'zod';
import { transact } from '../../kernel/context.ts';
import { pageOf, pageQuery, toPage } from '../../kernel/paging.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { when } from '../../kernel/times.ts';
import { scopeOf } from '../../leads/scope.ts';
import { getLead } from '../../leads/store.ts';
import { listPartnerPeople, type PartnerPerson } from '../../people/store/partner-people.ts';
import { emailInput, nameInput } from '../../people/user-input.ts';
import { getPeer } from '../store/peers.ts';
import { getWebhook } from '../store/webhooks.ts';
import { addPeoplePartner, addWebhookPartner, renewWebhookSecrets, setMapping } from './add-partner.ts';
import { addPerson, changePerson } from './add-person.ts';
import { reportOutcomes } from './hear-report.ts';
import { previewWebhook } from './preview.ts';
import { takeReport } from './take-report.ts';

const readers = ['administrator', 'manager', 'auditor'] as const;
const range = z.string().min(3).max(64);
const mappingInput = z.record(z.string(), z.unknown());
const secrets = z.object({ secret: z.string(), reportSecret: z.string(), token: z.string(), reportUrl: z.string() });
const mappingReply = z.object({ mapping: z.unknown() });

const reportPath = (peerId: string) => `/api/partners/${peerId}/reports`;

const add = route({
  method: 'POST',
  path: '/api/partners',
  access: ['administrator'],
  summary: 'Add a partner without a node: people who answer by mail, or software that takes webhooks',
  status: 201,
  body: z.union([
    z.strictObject({ kind: z.literal('people'), name: nameInput }),
    z.strictObject({
      kind: z.literal('webhook'),
      name: nameInput,
      url: z.string().max(500),
      allowedAddress: range.optional(),
      mapping: mappingInput.optional(),
    }),
  ]),
  /** `webhook`: what is told this once. */
  reply: z.object({ id: z.string(), kind: z.string(), name: z.string(), webhook: secrets.optional() }),
  async handler(ctx, { body, actor: { userId: by } }) {
    if (body.kind === 'people') {
      const { nodeId: id, kind, name } = await addPeoplePartner(ctx, { name: body.name, by });
      return { id, kind, name };
    }
    const made = await addWebhookPartner(ctx, { ...body, by });
    const { nodeId: id, kind, name } = made.peer;
    return { id, kind, name, webhook: { ...made.secrets, reportUrl: ctx.config.publicUrl + reportPath(id) } };
  },
});

const personView = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  active: z.boolean(),
  takesOffers: z.boolean(),
  createdAt: z.iso.datetime(),
});
const viewPerson = ({ peerId: _, createdAt, ...shown }: PartnerPerson) => ({ ...shown, createdAt: when(createdAt) });

const people = route({
  method: 'GET',
  path: '/api/partners/:id/people',
  access: readers,
  summary: 'The people of a partner who are offered leads by mail, by age',
  query: z.strictObject(pageQuery),
  reply: pageOf(personView),
  async handler(ctx, { params: { id: peerId }, query: { limit, cursor } }) {
    await getPeer(ctx, peerId);
    const rows = await listPartnerPeople(ctx, { peerId, cursor, limit: limit + 1 });
    return toPage(rows.map(viewPerson), limit);
  },
});

const newPerson = route({
  method: 'POST',
  path: '/api/partners/:id/people',
  access: ['administrator'],
  summary: 'Add somebody who is offered a partner’s leads by mail',
  status: 201,
  body: z.strictObject({ email: emailInput, name: nameInput }),
  reply: personView,
  handler: async (ctx, { params: { id: peerId }, body, actor: { userId: by } }) =>
    viewPerson(await transact(ctx, (tx) => addPerson(tx, { ...body, peerId, by }))),
});

const editPerson = route({
  method: 'PATCH',
  path: '/api/partners/:id/people/:personId',
  access: ['administrator'],
  summary: 'Change somebody of a partner, or end what the links of their mails can do',
  body: z.strictObject({ email: emailInput.optional(), name: nameInput.optional(), active: z.boolean().optional() }),
  reply: personView,
  handler: async (ctx, { params: { id: peerId, personId: id }, body, actor: { userId: by } }) =>
    viewPerson(await transact(ctx, (tx) => changePerson(tx, { peerId, id, by }, body))),
});

const mapping = route({
  method: 'GET',
  path: '/api/partners/:id/mapping',
  access: readers,
  summary: 'How leads look to a partner’s software, and what its reports mean',
  reply: mappingReply,
  handler: async (ctx, { params }) => ({ mapping: JSON.parse((await getWebhook(ctx, params.id)).mapping) as unknown }),
});

const putMapping = route({
  method: 'PUT',
  path: '/api/partners/:id/mapping',
  access: ['administrator'],
  summary: 'Set how leads look to a partner’s software, and what its reports mean',
  body: mappingInput,
  reply: mappingReply,
  handler: async (ctx, { params, body, actor }) => ({ mapping: await setMapping(ctx, params.id, body, actor.userId) }),
});

const renew = route({
  method: 'POST',
  path: '/api/partners/:id/secrets',
  access: ['administrator'],
  summary: 'Make new secrets for a partner’s software; they are told this once',
  status: 201,
  reply: secrets,
  handler: async (ctx, { params: { id }, actor }) => ({
    ...(await renewWebhookSecrets(ctx, id, actor.userId)),
    reportUrl: ctx.config.publicUrl + reportPath(id),
  }),
});

const preview = route({
  method: 'POST',
  path: '/api/partners/:id/preview',
  access: readers,
  scope: 'read',
  summary: 'What a partner’s software would be sent of a lead, with the mapping that is set or one to try',
  body: z.strictObject({
    leadId: z.string().min(1).max(100),
    mode: z.enum(['direct', 'grab']).default('grab'),
    mapping: mappingInput.optional(),
  }),
  /** Bodies, byte for byte. */
  reply: z.object({ offered: z.string(), released: z.string(), closed: z.string() }),
  async handler(ctx, { params: { id: peerId }, body: { leadId, ...asked }, actor }) {
    const lead = await getLead(ctx, leadId, await scopeOf(ctx, actor));
    return previewWebhook(ctx, { peerId, lead, ...asked });
  },
});

const report = route({
  method: 'POST',
  path: '/api/partners/:id/reports',
  access: 'public',
  perMinute: 600,
  maxBytes: 64 * 1024,
  body: 'raw',
  consumes: ['application/json'],
  summary: 'Takes what a partner’s software says about a lead: signed with its report secret, or with its token',
  reply: z.object({ outcome: z.enum(reportOutcomes) }),
  handler: async (ctx, { params: { id: peerId }, headers, body }) => ({
    outcome: await takeReport(ctx, { peerId, headers, body }),
  }),
});

export const bridgeRoutes: readonly Route[] = [
  add,
  people,
  newPerson,
  editPerson,
  mapping,
  putMapping,
  renew,
  preview,
  report,
];
