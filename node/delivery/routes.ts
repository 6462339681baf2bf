import { z } from 'zod';
import { pageStyle } from '../kernel/html.ts';
import { reply, route, type Route } from '../kernel/routes.ts';
import { mailboxRoutes } from './mailbox-routes.ts';
import { responseOutcomes } from './respond.ts';
import { respondByMail } from './respond-by-mail.ts';
import { responseRoutes } from './response-routes.ts';

const style = route({
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
});

const mailAnswer = route({
  method: 'POST',
  path: '/api/mail-answers',
  access: ['administrator', 'manager'],
  scope: 'intake',
  body: 'raw',
  maxBytes: 10 * 1024 * 1024,
  consumes: ['message/rfc822'],
  summary: 'Takes a mail that answers an offer, as the mail server hands it over; what a program sent is ignored',
  reply: z.object({ outcome: z.enum([...responseOutcomes, 'ignored']) }),
  handler: async (ctx, { body }) => ({ outcome: await respondByMail(ctx, body) }),
});

export const routes: readonly Route[] = [style, ...responseRoutes, mailAnswer, ...mailboxRoutes];
