import PostalMime from 'postal-mime';
import { z } from 'zod';
import { pageOf, pageQuery } from '../kernel/paging.ts';
import { route, type Route } from '../kernel/routes.ts';
import { leadActorOf } from './enter-lead.ts';
import { textOfHtml } from './loose-markup.ts';
import { receiveMail } from './receive-mail.ts';
import { dismissTrayEntry, makeLeadOfTray } from './settle-tray.ts';
import { getTrayEntry, listTray, type TrayEntry } from './store.ts';

const keepers = ['administrator', 'manager'] as const;

const receive = route({
  method: 'POST',
  path: '/api/mail',
  access: keepers,
  scope: 'intake',
  summary:
    'Takes in one raw message (RFC 822), or an ADF document by itself: leads, or an entry of the tray for a person',
  query: z.object({
    campaign: z.string().trim().min(1).max(300).optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'is not a country code such as DE')
      .optional(),
  }),
  body: 'raw',
  consumes: [
    'message/rfc822',
    'application/octet-stream',
    'text/plain',
    'application/x-adf+xml',
    'application/xml',
    'text/xml',
    'text/html',
  ],
  maxBytes: 10 * 1024 * 1024,
  reply: z.object({ leadIds: z.array(z.string()), trayIds: z.array(z.string()), again: z.boolean() }),
  async handler(ctx, { query, body, actor }) {
    const { leadIds, trayIds, again } = await receiveMail(ctx, body, {
      campaign: query.campaign,
      defaultCountry: query.country,
      actor: leadActorOf(actor),
    });
    return { leadIds: [...leadIds], trayIds: [...trayIds], again };
  },
});

const trayView = z.object({
  id: z.string(),
  state: z.enum(['open', 'lead', 'dismissed']),
  reason: z.string(),
  path: z.string().optional(),
  subject: z.string(),
  sender: z.string().optional(),
  leadId: z.string().optional(),
  receivedAt: z.string(),
});

const viewOf = ({ path, sender, leadId, receivedAt, ...entry }: TrayEntry) => ({
  id: entry.id,
  state: entry.state,
  reason: entry.reason,
  subject: entry.subject,
  receivedAt: new Date(receivedAt).toISOString(),
  ...(path !== null && { path }),
  ...(sender !== null && { sender }),
  ...(leadId !== null && { leadId }),
});

const list = route({
  method: 'GET',
  path: '/api/tray',
  access: keepers,
  summary: 'Messages that wait for a person to say whether they are leads',
  query: z.object({ ...pageQuery, state: z.enum(['open', 'lead', 'dismissed']).default('open') }),
  reply: pageOf(trayView),
  async handler(ctx, { query }) {
    const { items, ...next } = await listTray(ctx, query);
    return { items: items.map(viewOf), ...next };
  },
});

const longestText = 100_000;

/** The text of a message for a person to read; the bytes as they are when it can't be parsed. */
async function textOf(bytes: Buffer): Promise<string> {
  try {
    const { text, html } = await PostalMime.parse(bytes);
    const plain = text?.trim() ? text : textOfHtml(html ?? '');
    return plain.slice(0, longestText);
  } catch {
    return bytes.toString('latin1').slice(0, longestText);
  }
}

const show = route({
  method: 'GET',
  path: '/api/tray/:id',
  access: keepers,
  summary: 'A message in the tray: its text, and what was understood of it as a draft of a lead',
  reply: trayView.extend({ text: z.string(), draft: z.record(z.string(), z.unknown()) }),
  async handler(ctx, { params }) {
    const entry = await getTrayEntry(ctx, params.id);
    return { ...viewOf(entry), text: await textOf(entry.bytes), draft: { ...entry.draft } };
  },
});

const makeLead = route({
  method: 'POST',
  path: '/api/tray/:id/lead',
  access: keepers,
  summary: 'Makes a lead of a message in the tray',
  body: z.object({ lead: z.record(z.string(), z.unknown()), test: z.boolean().optional() }),
  reply: z.object({ id: z.string() }),
  status: 201,
  async handler(ctx, { params, body, actor }) {
    return { id: await makeLeadOfTray(ctx, actor, params.id, body) };
  },
});

const dismiss = route({
  method: 'POST',
  path: '/api/tray/:id/dismiss',
  access: keepers,
  summary: 'Puts a message aside that is no lead',
  async handler(ctx, { params, actor }) {
    await dismissTrayEntry(ctx, actor, params.id);
    return undefined;
  },
});

export const mailRoutes: Route[] = [receive, list, show, makeLead, dismiss];
