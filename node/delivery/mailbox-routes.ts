import { z } from 'zod';
import type { Context } from '../kernel/context.ts';
import { escapeHtml } from '../kernel/html.ts';
import { check, reply, route, unknownPath, type Route } from '../kernel/routes.ts';
import { getMail, listMails, type StoredMail } from './mailbox.ts';
import { mailPage, mailboxPage } from './mailbox-page.ts';
import { oneLine } from './lead-lines.ts';
import { describeOutcome } from './respond.ts';
import { respondByMail } from './respond-by-mail.ts';

const PAGE_SIZE = 50;
const htmlPage = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  reply({ contentType: 'text/html; charset=utf-8', body, headers: { 'x-robots-tag': 'noindex', ...headers } });

/** A mail's own markup may neither run anything nor load anything; its links open in the whole window. */
const bodyHeaders = {
  'content-security-policy':
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; frame-ancestors 'self'",
};

function onlyInDemo(ctx: Context): void {
  if (!ctx.config.demo) throw unknownPath();
}

/** The answer as the reader's mail program would send it. */
function writeAnswer(ctx: Context, { mail }: StoredMail, text: string): Buffer {
  const head = {
    From: mail.to?.[0]?.address,
    To: mail.replyTo?.[0]?.address,
    Subject: `Re: ${mail.subject ?? ''}`,
    'Message-ID': `<${ctx.ids.make('answer')}@demo.localhost>`,
    'In-Reply-To': mail.messageId,
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${oneLine(value ?? '', 500)}`);
  const quoted = (mail.text ?? '').split('\n').map((line) => `> ${line}`);
  return Buffer.from([...lines, '', text, '', ...quoted].join('\r\n'));
}

/** What a browser shows of a mail. */
function markupOf({ mail }: StoredMail): string {
  const markup = mail.html ?? `<head></head><pre style="white-space:pre-wrap">${escapeHtml(mail.text ?? '')}</pre>`;
  return markup.replace('<head>', '<head><base target="_top">');
}

const list = route({
  method: 'GET',
  path: '/demo/mailbox',
  access: 'public',
  summary: 'Every mail this node sent (demonstrations only)',
  query: z.object({ page: z.coerce.number().int().min(0).max(10_000).default(0) }),
  handler: async (ctx, { query }) => {
    onlyInDemo(ctx);
    const found = await listMails(ctx, { limit: PAGE_SIZE, page: query.page });
    return htmlPage(mailboxPage({ nodeName: ctx.config.name, number: query.page, ...found }));
  },
});

const one = route({
  method: 'GET',
  path: '/demo/mailbox/:id',
  access: 'public',
  summary: 'One mail (demonstrations only)',
  handler: async (ctx, { params }) => {
    onlyInDemo(ctx);
    return htmlPage(mailPage(ctx.config.name, await getMail(ctx, params.id)));
  },
});

const body = route({
  method: 'GET',
  path: '/demo/mailbox/:id/body',
  access: 'public',
  summary: 'The content of one mail (demonstrations only)',
  handler: async (ctx, { params }) => {
    onlyInDemo(ctx);
    return htmlPage(markupOf(await getMail(ctx, params.id)), bodyHeaders);
  },
});

const answer = route({
  method: 'POST',
  path: '/demo/mailbox/:id/answer',
  access: 'public',
  body: 'raw',
  maxBytes: 16_384,
  consumes: ['application/x-www-form-urlencoded'],
  summary: 'Answers one mail as its reader would (demonstrations only)',
  handler: async (ctx, { params, body: posted }) => {
    onlyInDemo(ctx);
    const stored = await getMail(ctx, params.id);
    const fields = Object.fromEntries(new URLSearchParams(posted.toString('utf8')));
    const { text } = check(z.strictObject({ text: z.string().max(2_000) }), fields, 'form');
    const outcome = await respondByMail(ctx, writeAnswer(ctx, stored, text));
    const sentence = outcome === 'ignored' ? 'The answer looks automatic and was ignored.' : describeOutcome(outcome);
    return htmlPage(mailPage(ctx.config.name, stored, sentence));
  },
});

/** The mailbox page of a demonstration: every mail as it would be seen, links and answers working. */
export const mailboxRoutes: readonly Route[] = [list, one, body, answer];
