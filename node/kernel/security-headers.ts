import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** What the console's index page has in place of the nonce of its answer. */
export const noncePlaceholder = '__CSP_NONCE__';

/** Strict headers for every answer: nothing inline, neither script nor style. */
export function securityHeaders(encrypted: boolean): RequestHandler {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
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

/**
 * Allows this answer a nonce, which it returns. The console's component library makes `<style>` elements while it runs;
 * they carry the nonce of the page, so that inline styles need not be allowed in general.
 */
export function allowNonce(response: Response): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = String(response.getHeader('content-security-policy'));
  response.setHeader(
    'content-security-policy',
    policy.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`),
  );
  return nonce;
}
