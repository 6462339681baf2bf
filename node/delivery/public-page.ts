import type { Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { reply, type Reply } from '../kernel/routes.ts';
import { outcomePage } from './response-page.ts';

/** The token in the address is all it takes to answer: no other page may frame it, learn it or remember it. */
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
};

/** Answers with a page. */
export const showPage = (body: string, status = 200) =>
  reply({ contentType: 'text/html; charset=utf-8', body, status, headers });

const refusals: Readonly<Record<string, string>> = {
  'link-unknown': 'This link does not work',
  'answered-meanwhile': 'Please try again',
};
const refusalPage = (nodeName: string, { code, message, status }: CodedError) =>
  showPage(outcomePage({ nodeName, title: refusals[code] ?? 'This did not work', sentence: message }), status);

/** People read these pages: what goes wrong is a page, too. */
export async function asPage(ctx: Context, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError && error.status < 500) return refusalPage(ctx.config.name, error);
    throw error;
  }
}
