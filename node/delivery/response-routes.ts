import { z } from 'zod';
import { returnReasons } from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import type { Html } from '../kernel/html.ts';
import { check, route, type Reply, type Route } from '../kernel/routes.ts';
import { getLeadHead } from '../leads/store.ts';
import { acceptByLink, describeOutcome, getOfferByToken, rejectByLink, type ResponseOutcome } from './respond.ts';
import { consentForm } from './consent-form.ts';
import type { OfferedLead } from './offered-lead.ts';
import { readAmount } from './read-status.ts';
import { isGoneFrom, mayReport, mayTellConsent, reportByLink } from './report-status.ts';
import { asPage, showPage } from './public-page.ts';
import { offerPage, outcomePage, rejectReasons } from './response-page.ts';
import { statusPage } from './status-page.ts';

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
  z.strictObject({
    answer: z.literal('status'),
    disposition: z.enum(['contacted', 'working', 'won', 'lost', 'returned']),
    reason: z.enum(returnReasons).optional(),
    amount: text.optional(),
    note: text.optional(),
  }),
]);
type AnswerForm = z.output<typeof answerForm>;

/** A form as a browser posts it. */
const readForm = (body: Buffer) =>
  check(answerForm, Object.fromEntries(new URLSearchParams(body.toString('utf8'))), 'form');

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
  noted: 'Noted',
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
      if (await mayReport(ctx, offered))
        return showPage(
          statusPage({ nodeName: ctx.config.name, title: offered.title, action, ...(await stateOf(ctx, offered)) }),
        );
      if (await isGoneFrom(ctx, offered)) return showPage(gonePage(ctx, offered, { more: await moreOf(ctx, offered) }));
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
      if (form.answer === 'status') return takeStatus(ctx, offered, form);
      const outcome =
        form.answer === 'accept' ? await acceptByLink(ctx, offered) : await rejectByLink(ctx, offered, form);
      const mine = outcome === 'won' || outcome === 'already-yours';
      const page = outcomePage({
        nodeName: ctx.config.name,
        title: titles[outcome],
        sentence: describeOutcome(outcome),
        link: mine && offered.to.user ? `/leads/${offered.recipient.leadId}` : undefined,
      });
      return showPage(page, inVain.includes(outcome) ? 409 : 200);
    }),
});

const stateOf = async (ctx: Context, offered: OfferedLead) => ({
  state: (await getLeadHead(ctx, offered.recipient.leadId)).state,
  more: await moreOf(ctx, offered),
});

/** Who was given a lead may say what its person decided. */
const moreOf = async (ctx: Context, offered: OfferedLead) =>
  (await mayTellConsent(ctx, offered)) && consentForm(offered.token);

/** Somebody of a partner does not have the lead. */
const gonePage = (
  { config }: Context,
  { title }: OfferedLead,
  { said = 'Please keep nothing of it.', more }: { said?: string; more?: Html | false },
) => outcomePage({ nodeName: config.name, title, sentence: `This lead is not with you any more. ${said}`, more });

/** Somebody of a partner says what became of a lead that is there. */
async function takeStatus(
  ctx: Context,
  offered: OfferedLead,
  { disposition, reason, amount: value, note }: Extract<AnswerForm, { answer: 'status' }>,
): Promise<Reply> {
  const { name: nodeName } = ctx.config;
  const { title, token } = offered;
  const action = `/a/${token}`;
  const amount = value === undefined ? undefined : readAmount(value);
  if (disposition === 'won' && value !== undefined && !amount) {
    const said = 'The order value was not clear: write it like 1250.00 EUR. Nothing was noted.';
    return showPage(statusPage({ nodeName, title, action, said, ...(await stateOf(ctx, offered)) }), 422);
  }
  const facts = { ...(disposition === 'won' && { amount }), ...(disposition === 'returned' && { reason }) };
  if (!(await reportByLink(ctx, offered, { disposition, note, ...facts })))
    return showPage(gonePage(ctx, offered, { said: 'Nothing was noted.' }), 409);
  return showPage(outcomePage({ nodeName, title, sentence: 'Noted. Thank you. The link takes what comes next, too.' }));
}

export const responseRoutes: readonly Route[] = [show, answer];
