import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler } from 'express';
import { allowNonce, noncePlaceholder } from './security-headers.ts';

/** Paths that are never a page of the console. */
const notPages = /^\/(api|lead-exchange|forms|a|asked|demo|\.well-known|health|ready|assets)(\/|$)/;

/**
 * Serves the built console: hashed assets for a year, and its index page for every other address a browser asks for, so
 * that links into the console work. The index page needs no session: its script signs in or asks for data afterwards.
 */
export function consoleFiles(folder: string): RequestHandler[] {
  const files = express.static(folder, { index: false, redirect: false, dotfiles: 'ignore', setHeaders: cacheFor });
  const index = readIndex(folder);
  return [
    (request, response, next) => {
      if (request.path === '/index.html') next();
      else files(request, response, next) as unknown;
    },
    (request, response, next) => {
      const wantsPage = request.method === 'GET' || request.method === 'HEAD';
      if (!wantsPage || !index || notPages.test(request.path) || !request.accepts('html')) {
        next();
        return;
      }
      response.setHeader('cache-control', 'no-store');
      response.type('html').send(index.replaceAll(noncePlaceholder, allowNonce(response)));
    },
  ];
}

function cacheFor(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  const hashed = /\/assets\/[^/]+-[\w-]{8,}\.\w+$/.test(path);
  response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=300');
}

function readIndex(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'index.html'), 'utf8');
  } catch {
    return undefined;
  }
}
