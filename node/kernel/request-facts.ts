import type { Request } from 'express';
import type { Context } from './context.ts';
import type { RequestFacts } from './routes.ts';

/** Facts of a request; a request id from outside is taken only if it is short and plain. */
export function describeRequest(ctx: Context, request: Request): RequestFacts {
  const given = request.headers['x-request-id'];
  const wellFormed = typeof given === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/.test(given);
  return {
    id: wellFormed ? given : ctx.ids.make('req'),
    address: request.ip ?? '',
    secure: request.secure,
    host: request.hostname.toLowerCase(),
  };
}
