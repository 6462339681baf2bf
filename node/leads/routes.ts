import { z } from 'zod';
import { leadFields } from '../../protocol/index.ts';
import { pageOf, pageQuery } from '../kernel/paging.ts';
import { route, type Route } from '../kernel/routes.ts';
import { changeByUser, userEvents } from './change-by-user.ts';
import { scopeOf } from './scope.ts';
import { getLead, listHistory } from './store.ts';
import { historyView, viewHistory } from './views.ts';

const history = route({
  method: 'GET',
  path: '/api/leads/:id/history',
  access: 'signed-in',
  summary: 'Everything that happened to a lead, oldest first',
  query: z.object(pageQuery),
  reply: pageOf(historyView),
  async handler(ctx, { params, query, actor }) {
    const lead = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const { items, notes, nextCursor } = await listHistory(ctx, lead.id, query);
    return { items: items.map((entry) => viewHistory(entry, notes)), nextCursor };
  },
});

const money = z.strictObject({
  amount: z.string().regex(/^[0-9]{1,15}(\.[0-9]{1,4})?$/, 'is not a decimal number, for example 1250.00'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'is not a currency code, for example EUR'),
});

const changes = route({
  method: 'POST',
  path: '/api/leads/:id/changes',
  access: ['administrator', 'manager', 'representative'],
  summary: 'Tell what became of a lead: contacted, working, asleep, won, lost, a note',
  body: z.object({
    event: z.enum(userEvents),
    until: z.iso.datetime({ offset: true }).optional(),
    amount: money.optional(),
    orderReference: z.string().trim().min(1).max(100).optional(),
    reason: z.string().trim().min(1).max(500).optional(),
    note: z.string().trim().min(1).max(4_000).optional(),
    version: z.int().optional(),
  }),
  reply: z.object({ historyId: z.string() }),
  async handler(ctx, { params, body, actor }) {
    const until = body.until === undefined ? undefined : Date.parse(body.until);
    return { historyId: await changeByUser(ctx, actor, params.id, { ...body, until }) };
  },
});

/** What a form needs to know of a value. */
const input = {
  kind: z.string(),
  values: z.array(z.string()).optional(),
  /** Characters. */
  maxLength: z.number().optional(),
  /** May be more than one line. */
  lines: z.literal(true).optional(),
};

const fieldView = z.object({
  path: z.string(),
  label: z.string(),
  group: z.string(),
  personal: z.boolean(),
  example: z.string(),
  ...input,
  repeated: z.boolean(),
  /** What one entry of a list is made of; absent where it is a line of text. */
  parts: z.array(z.object({ name: z.string(), label: z.string(), required: z.boolean(), ...input })).optional(),
});

const withValues = <T extends { values?: readonly string[] }>(input: T) => ({
  ...input,
  values: input.values && [...input.values],
});

const fields = route({
  method: 'GET',
  path: '/api/lead-fields',
  access: 'signed-in',
  summary: 'The fields of a lead, for forms, conditions and field policies',
  reply: z.object({
    items: z.array(fieldView),
  }),
  handler: () => ({
    items: leadFields.map((field) => ({ ...withValues(field), parts: field.parts?.map(withValues) })),
  }),
});

export const routes: Route[] = [history, changes, fields];
