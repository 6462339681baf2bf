import { z } from 'zod';
import { askedPath } from '../../delivery/draft-away.ts';
import type { OfferedLead } from '../../delivery/offered-lead.ts';
import { asPage, showPage } from '../../delivery/public-page.ts';
import { getOfferByToken } from '../../delivery/respond.ts';
import { outcomePage } from '../../delivery/response-page.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { check, route, type Reply, type Route } from '../../kernel/routes.ts';
import type { Recipient } from '../../routing/store/recipients.ts';
import { findErasureOf, hearErasedAway } from '../privacy/ask-erasure-away.ts';
import { answerAway, findAsked } from './ask-away.ts';
import { askedPage } from './asked-page.ts';

const text = z
  .string()
  .max(500)
  .transform((words) => words.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim() || undefined);
const answerForm = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('agree') }),
  z.strictObject({ answer: z.literal('refuse'), text }),
  z.strictObject({ answer: z.literal('erased') }),
]);
type AnswerForm = z.output<typeof answerForm>;

const readForm = (body: Buffer): AnswerForm =>
  check(answerForm, Object.fromEntries(new URLSearchParams(body.toString('utf8'))), 'form');

async function askedOf(ctx: Context, { recipient, title, token }: OfferedLead, said?: string): Promise<string> {
  const erasure = await findErasureOf(ctx, recipient);
  const eraseBy = erasure && erasure.outcome !== 'done' ? erasure.answerBy : undefined;
  const back = await findAsked(ctx, recipient);
  return askedPage({ nodeName: ctx.config.name, title, action: askedPath(token), eraseBy, back, said });
}

const show = route({
  method: 'GET',
  path: '/asked/:token',
  access: 'public',
  perMinute: 120,
  summary: 'Page of what somebody of a partner is asked about a lead, by the link in its mail; changes nothing',
  handler: (ctx, { params }) =>
    asPage(ctx, async () => showPage(await askedOf(ctx, await getOfferByToken(ctx, params.token)))),
});

const answer = route({
  method: 'POST',
  path: '/asked/:token',
  access: 'public',
  perMinute: 60,
  maxBytes: 8_192,
  body: 'raw',
  consumes: ['application/x-www-form-urlencoded'],
  summary: 'Answers what somebody of a partner is asked about a lead',
  handler: (ctx, { params, body }) =>
    asPage(ctx, async () => take(ctx, await getOfferByToken(ctx, params.token), readForm(body))),
});

async function take(ctx: Context, offered: OfferedLead, form: AnswerForm): Promise<Reply> {
  const { recipient, title } = offered;
  if (form.answer === 'refuse' && form.text === undefined)
    return showPage(await askedOf(ctx, offered, 'Please say why. Nothing was noted.'), 422);
  await transact(ctx, (tx) => carryOut(tx, recipient, form));
  return showPage(outcomePage({ nodeName: ctx.config.name, title, sentence: sentences[form.answer] }));
}

function carryOut(tx: Tx, recipient: Recipient, form: AnswerForm): Promise<unknown> {
  if (form.answer === 'erased') return hearErasedAway(tx, recipient);
  if (form.answer === 'agree') return answerAway(tx, recipient, { outcome: 'agreed' });
  return answerAway(tx, recipient, { outcome: 'refused', text: form.text });
}

const sentences: Readonly<Record<AnswerForm['answer'], string>> = {
  agree: 'Noted, thank you: the lead is not yours any more. Please keep nothing of it.',
  refuse: 'Noted: the lead stays yours.',
  erased: 'Noted, thank you: you have deleted what you had of this lead.',
};

export const askedRoutes: readonly Route[] = [show, answer];
