import { z } from 'zod';
import type { Context } from '../kernel/context.ts';
import { check, reply, route, unknownPath, type Route } from '../kernel/routes.ts';
import { getMail, listMails, type StoredMail } from './mailbox.ts';
import { mailPage, mailboxPage } from './mailbox-page.ts';
import { describeOutcome, respondByMail } from './respond.ts';

const PAGE_SIZE = 50;
const htmlPage = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  reply({ contentType: 'text/html; charset=utf-8', body, headers: { 'cache-control': 'no-store', ...headers } });

/** A mail's own markup may neither run anything nor load anything; its links open in the whole window. */
const bodyHeaders = {
  'content-security-policy':
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; frame-ancestors 'self'",
};

function onlyInDemo(ctx: Context): void {
  if (!ctx.config.demo) throw unknownPath();
}

/** The answer as the reader's mail program would send it. */
function writeAnswer({ mail }: StoredMail, text: string): Buffer {
  const lines = [
    `From: ${mail.to?.[0]?.address ?? ''}`,
    `To: ${mail.replyTo?.[0]?.address ?? ''}`,
    `Subject: Re: ${mail.subject ?? ''}`,
    `In-Reply-To: ${mail.messageId ?? ''}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  const quoted = (mail.text ?? '').split('\n').map((line) => `> ${line}`);
  return Buffer.from([...lines, '', text, '', ...quoted].join('\r\n'));
}

/** The mailbox page of a demonstration: every mail as it would be seen, links and answers working. */
export const routes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/demo/mailbox',
    access: 'public',
    summary: 'Every mail this node sent (demonstrations only)',
    query: z.object({ page: z.coerce.number().int().min(0).max(10_000).default(0) }),
    handler: async (ctx, { query }) => {
      onlyInDemo(ctx);
      const mails = await listMails(ctx, { limit: PAGE_SIZE, page: query.page });
      return htmlPage(mailboxPage(ctx.config.name, mails, query.page));
    },
  }),
  route({
    method: 'GET',
    path: '/demo/mailbox/:id',
    access: 'public',
    summary: 'One mail (demonstrations only)',
    handler: async (ctx, { params }) => {
      onlyInDemo(ctx);
      return htmlPage(mailPage(ctx.config.name, await getMail(ctx, params.id)));
    },
  }),
  route({
    method: 'GET',
    path: '/demo/mailbox/:id/body',
    access: 'public',
    summary: 'The content of one mail (demonstrations only)',
    handler: async (ctx, { params }) => {
      onlyInDemo(ctx);
      const { mail } = await getMail(ctx, params.id);
      const text = (mail.text ?? '').replace(/[&<]/g, (found) => (found === '&' ? '&amp;' : '&lt;'));
      const markup = (mail.html ?? `<pre style="white-space:pre-wrap">${text}</pre>`).replace(
        '<head>',
        '<head><base target="_top">',
      );
      return htmlPage(markup, bodyHeaders);
    },
  }),
  route({
    method: 'POST',
    path: '/demo/mailbox/:id/answer',
    access: 'public',
    body: 'raw',
    maxBytes: 16_384,
    consumes: ['application/x-www-form-urlencoded'],
    summary: 'Answers one mail as its reader would (demonstrations only)',
    handler: async (ctx, { params, body }) => {
      onlyInDemo(ctx);
      const stored = await getMail(ctx, params.id);
      const form = check(
        z.strictObject({ text: z.string().max(2_000) }),
        Object.fromEntries(new URLSearchParams(body.toString())),
        'form',
      );
      const outcome = await respondByMail(ctx, writeAnswer(stored, form.text));
      return htmlPage(mailPage(ctx.config.name, stored, describeOutcome(outcome)));
    },
  }),
];
