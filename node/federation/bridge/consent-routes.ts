import { hash } from 'node:crypto';
import { z } from 'zod';
import { consentStates, contactChannels } from '../../../protocol/index.ts';
import type { OfferedLead } from '../../delivery/offered-lead.ts';
import { asPage, showPage } from '../../delivery/public-page.ts';
import { mayReport, mayTellConsent } from '../../delivery/report-status.ts';
import { getOfferByToken } from '../../delivery/respond.ts';
import { outcomePage } from '../../delivery/response-page.ts';
import { transact, type Context } from '../../kernel/context.ts';
import { check, reply, route, type Reply, type Route } from '../../kernel/routes.ts';
import { holdStill } from '../../leads/store.ts';
import { hearConsentAway } from '../privacy/hear-consent-away.ts';

const decisionForm = z.discriminatedUnion('said', [
  z.strictObject({
    said: z.literal('consent'),
    purpose: z
      .string()
      .max(100)
      .transform((words) => words.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim()),
    state: z.enum(consentStates),
  }),
  z.strictObject({ said: z.literal('do-not-contact'), channel: z.enum(contactChannels) }),
]);

const readForm = (body: Buffer) =>
  check(decisionForm, Object.fromEntries(new URLSearchParams(body.toString('utf8'))), 'form');

const back = route({
  method: 'GET',
  path: '/decided/:token',
  access: 'public',
  perMinute: 120,
  summary: 'Leads back to the page of the lead, where its form is; changes nothing',
  handler: (_ctx, { params }) =>
    reply({
      contentType: 'text/plain; charset=utf-8',
      body: '',
      status: 303,
      headers: { location: `/a/${encodeURIComponent(params.token)}` },
    }),
});

const tell = route({
  method: 'POST',
  path: '/decided/:token',
  access: 'public',
  perMinute: 60,
  maxBytes: 8_192,
  body: 'raw',
  consumes: ['application/x-www-form-urlencoded'],
  summary: 'Somebody of a partner tells what the person of a lead decided about their data, by the link in its mail',
  handler: (ctx, { params, body }) =>
    asPage(ctx, async () => take(ctx, await getOfferByToken(ctx, params.token), body)),
});

async function take(ctx: Context, offered: OfferedLead, body: Buffer): Promise<Reply> {
  const { recipient, title } = offered;
  const say = (sentence: string, status?: number) =>
    showPage(outcomePage({ nodeName: ctx.config.name, title, sentence }), status);
  const form = readForm(body);
  if (form.said === 'consent' && form.purpose === '')
    return say('Please say what the customer decided about. Nothing was noted.', 422);
  const gives = form.said === 'consent' && form.state === 'granted';
  if (!(await mayTellConsent(ctx, offered)) || (gives && !(await mayReport(ctx, offered))))
    return say('This is not yours to tell by this link, or not any more. Nothing was noted.', 409);
  const said = form.said === 'consent' ? { consent: form } : { closed: [form.channel] };
  // With the token nobody can guess from the ledger what was said.
  const digest = hash('sha256', Buffer.concat([Buffer.from(`${offered.token}\n`), body]), 'base64');
  const origin = { digest, by: recipient.personId ?? undefined };
  await transact(ctx, async (tx) => {
    await holdStill(tx, recipient.leadId);
    await hearConsentAway(tx, recipient, { ...said, origin });
  });
  return say('Noted. Thank you. Please see to it wherever you keep this lead, too.');
}

export const consentRoutes: readonly Route[] = [back, tell];
