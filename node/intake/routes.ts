import { z } from 'zod';
import { invalid } from '../kernel/errors.ts';
import { route, type Route } from '../kernel/routes.ts';
import { editLead } from './edit-lead.ts';
import { enterLead } from './enter-lead.ts';
import { formRoutes } from './form-routes.ts';
import { listRoutes } from './list-routes.ts';
import { mailRoutes } from './mail-routes.ts';

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(header))
    throw invalid('Idempotency-Key is not 1 to 200 visible ASCII characters.', { path: 'headers.idempotency-key' });
  return header;
}

const enter = route({
  method: 'POST',
  path: '/api/leads',
  access: ['administrator', 'manager', 'representative'],
  scope: 'intake',
  summary: 'Takes in one lead; the same Idempotency-Key again answers the first one',
  body: z.object({ lead: z.record(z.string(), z.unknown()), test: z.boolean().optional() }),
  reply: z.object({ id: z.string() }),
  status: 201,
  handler: (ctx, { body, actor, headers }) => enterLead(ctx, actor, body, readKey(headers['idempotency-key'])),
});

const edit = route({
  method: 'PATCH',
  path: '/api/leads/:id',
  access: ['administrator', 'manager', 'representative'],
  summary: 'Correct fields of a lead; a partner that shares it is told what it may know',
  body: z.object({
    /** The version that was read: when somebody was faster, nothing changes (`lead-changed`). */
    version: z.int(),
    /** New values by field path; null takes a field away. */
    fields: z.record(z.string().max(300), z.unknown()),
  }),
  reply: z.object({ changed: z.array(z.string()) }),
  handler: async (ctx, { params, body, actor }) => ({ changed: await editLead(ctx, actor, params.id, body) }),
});

export const routes: Route[] = [enter, edit, ...listRoutes, ...mailRoutes, ...formRoutes];
