import { z } from 'zod';
import { forbidden, notFound } from '../kernel/errors.ts';
import { pageOf, pageQuery } from '../kernel/paging.ts';
import { reply, route, type Route } from '../kernel/routes.ts';
import { leadStates } from '../leads/life-cycle.ts';
import { scopeOf } from '../leads/scope.ts';
import { findOriginal, getLead, hasOriginal, listLeads } from '../leads/store.ts';
import { leadView, mayEdit, summaryView, viewEvents, viewFields, viewOutcome, viewSummary } from '../leads/views.ts';
import { mayNoteConsent, showLead, showSummary, sightOf } from './sight.ts';

const list = route({
  method: 'GET',
  path: '/api/leads',
  access: 'signed-in',
  summary: 'The leads someone sees, last changed first',
  query: z.object({
    ...pageQuery,
    state: z.enum(leadStates).optional(),
    box: z.string().max(100).optional(),
    holder: z.string().max(300).optional(),
    q: z.string().trim().max(200).optional(),
  }),
  reply: pageOf(summaryView),
  async handler(ctx, { query, actor }) {
    const { box: boxId, holder: holderId, ...rest } = query;
    const sight = await sightOf(ctx, actor);
    // Found or not found would tell what is hidden.
    if (sight.restricted && rest.q) throw forbidden('Search looks into fields that are withheld from you.');
    const { items, nextCursor } = await listLeads(ctx, await scopeOf(ctx, actor), { ...rest, boxId, holderId });
    return { items: items.map((lead) => viewSummary(lead, showSummary(sight, lead))), nextCursor };
  },
});

const one = route({
  method: 'GET',
  path: '/api/leads/:id',
  access: 'signed-in',
  summary: 'A lead: its document, its state, and what the reader may do now',
  reply: leadView,
  async handler(ctx, { params, actor }) {
    const lead = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const sight = await sightOf(ctx, actor);
    const shown = showLead(sight, lead);
    return {
      ...viewSummary(lead, shown),
      ...viewOutcome(lead),
      version: lead.version,
      document: shown.document,
      hiddenFields: viewFields(shown.hiddenFields),
      maskedFields: viewFields(shown.maskedFields),
      events: viewEvents(lead, actor),
      mayEdit: mayEdit(lead, actor),
      mayNoteConsent: mayNoteConsent(sight, lead, actor),
      hasOriginal: !sight.restricted && (await hasOriginal(ctx, lead.id)),
    };
  },
});

const extensions: Readonly<Record<string, string>> = {
  'message/rfc822': 'eml',
  'application/json': 'json',
  'application/xml': 'xml',
  'application/vnd.lead-exchange+xml': 'xml',
  'text/csv': 'csv',
  'text/plain': 'txt',
  'application/x-www-form-urlencoded': 'txt',
};

const original = route({
  method: 'GET',
  path: '/api/leads/:id/original',
  access: 'signed-in',
  summary: 'What a lead was made of, byte for byte as it came; always a download',
  async handler(ctx, { params, actor }) {
    const lead = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    if ((await sightOf(ctx, actor)).restricted)
      throw forbidden('The original shows fields that are withheld from you.');
    const found = await findOriginal(ctx, lead.id);
    if (!found) throw notFound('original');
    const extension = extensions[found.mediaType.split(';')[0]?.trim().toLowerCase() ?? ''] ?? 'bin';
    // Strangers wrote these bytes: no browser may take them for a page of ours.
    return reply({
      contentType: 'application/octet-stream',
      body: found.bytes,
      headers: {
        'content-disposition': `attachment; filename="${lead.id}.${extension}"`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      },
    });
  },
});

export const leadRoutes: Route[] = [list, one, original];
