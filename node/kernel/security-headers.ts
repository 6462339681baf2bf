import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What the console's index page has in place of the nonce of this answer. */
export const noncePlaceholder = '__CSP_NONCE__';

/**
 * Strict headers for every answer. No inline script anywhere. The console's component library makes `<style>` elements
 * while it runs; they carry the nonce of the page, so that inline styles need not be allowed in general.
 */
export function securityHeaders(encrypted: boolean): RequestHandler {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", (_request, response) => `'nonce-${nonceOf(response)}'`],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        frameSrc: ["'self'"],
        frameAncestors: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    strictTransportSecurity: encrypted ? { maxAge: 15_552_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
  });
  return headers as RequestHandler;
}

/** The nonce of one answer, made on first use. */
export function nonceOf(response: object): string {
  const holder = response as { locals?: { nonce?: string } };
  holder.locals ??= {};
  holder.locals.nonce ??= randomBytes(16).toString('base64');
  return holder.locals.nonce;
}
