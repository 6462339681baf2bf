import { z } from 'zod';
import { pageStyle } from '../kernel/html.ts';
import { check, reply, route, type Route } from '../kernel/routes.ts';
import { routes as mailboxRoutes } from './mailbox-routes.ts';
import { acceptByLink, describeOutcome, getOfferByToken, rejectByLink, respondByMail } from './respond.ts';
import { offerPage, outcomePage, rejectReasons } from './response-page.ts';

const htmlPage = 'text/html; charset=utf-8';
const answerForm = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('accept') }),
  z.strictObject({
    answer: z.literal('reject'),
    reason: z.enum(rejectReasons.map(([code]) => code)),
    text: z.string().max(500).optional(),
  }),
]);

/** A form as a browser posts it. */
const readForm = (body: Buffer) => Object.fromEntries(new URLSearchParams(body.toString('utf8')));

export const routes: readonly Route[] = [
  ...mailboxRoutes,
  route({
    method: 'GET',
    path: pageStyle.path,
    access: 'public',
    summary: 'Style of the server-rendered pages',
    handler: () =>
      reply({
        contentType: 'text/css; charset=utf-8',
        body: pageStyle.css,
        headers: { 'cache-control': 'public, max-age=3600' },
      }),
  }),
  route({
    method: 'GET',
    path: '/a/:token',
    access: 'public',
    perMinute: 120,
    summary: 'Page of an offer, by the link in its mail; changes nothing',
    handler: async (ctx, { params }) => {
      const offered = await getOfferByToken(ctx, params.token);
      const body = offerPage(ctx.config.name, offered, { action: `/a/${params.token}`, now: ctx.clock.now() });
      return reply({
        contentType: htmlPage,
        body,
        headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
      });
    },
  }),
  route({
    method: 'POST',
    path: '/a/:token',
    access: 'public',
    perMinute: 60,
    maxBytes: 8_192,
    body: 'raw',
    consumes: ['application/x-www-form-urlencoded'],
    summary: 'Accepts or rejects the offer behind a mail link',
    handler: async (ctx, { params, body }) => {
      const offered = await getOfferByToken(ctx, params.token);
      const form = check(answerForm, readForm(body), 'form');
      const outcome =
        form.answer === 'accept' ? await acceptByLink(ctx, offered) : await rejectByLink(ctx, offered, form);
      const mine = outcome === 'won' || outcome === 'already-yours';
      const link = mine ? `/leads/${offered.recipient.leadId}` : undefined;
      return reply({
        contentType: htmlPage,
        body: outcomePage(ctx.config.name, offered.title, { sentence: describeOutcome(outcome), link }),
        headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
      });
    },
  }),
  route({
    method: 'POST',
    path: '/api/mail-answers',
    access: ['administrator'],
    scope: 'intake',
    body: 'raw',
    maxBytes: 1_048_576,
    consumes: ['message/rfc822'],
    summary: 'Takes a mail that answers an offer, as the mail server hands it over',
    reply: z.object({ outcome: z.string() }),
    handler: async (ctx, { body }) => ({ outcome: await respondByMail(ctx, body) }),
  }),
];
