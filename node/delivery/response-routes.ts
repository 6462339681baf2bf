import { z } from 'zod';
import type { Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { check, reply, route, type Reply, type Route } from '../kernel/routes.ts';
import { acceptByLink, describeOutcome, getOfferByToken, rejectByLink, type ResponseOutcome } from './respond.ts';
import { offerPage, outcomePage, rejectReasons } from './response-page.ts';

/** The token in the address is all it takes to answer: no other page may frame it, learn it or remember it. */
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
};
const showPage = (body: string, status = 200) =>
  reply({ contentType: 'text/html; charset=utf-8', body, status, headers });

const text = z
  .string()
  .max(500)
  .transform((words) => words.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim() || undefined);
const answerForm = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('accept') }),
  z.strictObject({
    answer: z.literal('reject'),
    reason: z.enum(rejectReasons.map(([code]) => code)),
    text: text.optional(),
  }),
]);

/** A form as a browser posts it. */
const readForm = (body: Buffer) =>
  check(answerForm, Object.fromEntries(new URLSearchParams(body.toString('utf8'))), 'form');

const refusals: Readonly<Record<string, string>> = {
  'link-unknown': 'This link does not work',
  'answered-meanwhile': 'Please try again',
};
const refusalPage = (nodeName: string, { code, message, status }: CodedError) =>
  showPage(outcomePage({ nodeName, title: refusals[code] ?? 'This did not work', sentence: message }), status);

/** People read these pages: what goes wrong is a page, too. */
async function asPage(ctx: Context, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError && error.status < 500) return refusalPage(ctx.config.name, error);
    throw error;
  }
}

const titles: Readonly<Record<ResponseOutcome, string>> = {
  won: 'You accepted this lead',
  'already-yours': 'You accepted this lead',
  taken: 'This lead is no longer available',
  expired: 'This offer has closed',
  recalled: 'This lead is no longer available',
  rejected: 'You passed on this lead',
  'already-rejected': 'You passed on this lead',
  'too-late': 'This lead is no longer available',
  'not-open-yet': 'This offer is not open yet',
  unclear: 'This did not work',
};
/** Nothing the person said came to be. */
const inVain: readonly ResponseOutcome[] = ['taken', 'expired', 'recalled', 'too-late', 'not-open-yet'];

const show = route({
  method: 'GET',
  path: '/a/:token',
  access: 'public',
  perMinute: 120,
  summary: 'Page of an offer, by the link in its mail; changes nothing',
  handler: (ctx, { params }) =>
    asPage(ctx, async () => {
      const offered = await getOfferByToken(ctx, params.token);
      const action = `/a/${offered.token}`;
      return showPage(offerPage(offered, { nodeName: ctx.config.name, action, now: ctx.clock.now() }));
    }),
});

const answer = route({
  method: 'POST',
  path: '/a/:token',
  access: 'public',
  perMinute: 60,
  maxBytes: 8_192,
  body: 'raw',
  consumes: ['application/x-www-form-urlencoded'],
  summary: 'Accepts or rejects the offer behind a mail link',
  handler: (ctx, { params, body }) =>
    asPage(ctx, async () => {
      const offered = await getOfferByToken(ctx, params.token);
      const form = readForm(body);
      const outcome =
        form.answer === 'accept' ? await acceptByLink(ctx, offered) : await rejectByLink(ctx, offered, form);
      const mine = outcome === 'won' || outcome === 'already-yours';
      const page = outcomePage({
        nodeName: ctx.config.name,
        title: titles[outcome],
        sentence: describeOutcome(outcome),
        link: mine ? `/leads/${offered.recipient.leadId}` : undefined,
      });
      return showPage(page, inVain.includes(outcome) ? 409 : 200);
    }),
});

export const responseRoutes: readonly Route[] = [show, answer];
