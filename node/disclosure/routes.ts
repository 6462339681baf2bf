import { z } from 'zod';
import { transact } from '../kernel/context.ts';
import { route, type Route } from '../kernel/routes.ts';
import { scopeOf } from '../leads/scope.ts';
import { getLead } from '../leads/store.ts';
import { policyActions, stages } from './decide-field.ts';
import { leadRoutes } from './lead-routes.ts';
import { previewDisclosure } from './preview-disclosure.ts';
import { setFieldPolicy } from './set-field-policy.ts';
import { listPolicies, listPoliciesFor } from './store.ts';

const modes = z.enum(['direct', 'grab']);
const visibility = z.enum(['show', 'mask', 'hide']);

const policy = z.strictObject({
  recipientKind: z.enum(['peer', 'user']),
  /** One peer or user; absent: all of them. */
  recipientId: z.string().min(1).max(255).optional(),
  /** A field's path, `group:` and a group, or `fields.` and the name of a custom field. */
  target: z.string().min(1).max(300),
  stage: z.enum(stages),
  /** Absent: both. */
  mode: modes.optional(),
  action: z.enum(policyActions),
});

const list = route({
  method: 'GET',
  path: '/api/field-policies',
  access: ['administrator', 'manager', 'auditor'],
  summary: 'What recipients may see of a lead, where it differs from the default',
  reply: z.object({ items: z.array(policy) }),
  handler: async (ctx) => ({ items: await listPolicies(ctx) }),
});

const set = route({
  method: 'PUT',
  path: '/api/field-policies',
  access: ['administrator'],
  summary: 'Set policies, all or none of them; the action “default” removes one',
  body: z.object({
    policies: z.array(policy.extend({ action: z.enum([...policyActions, 'default']) })).max(500),
  }),
  reply: z.object({ items: z.array(policy) }),
  async handler(ctx, { body, actor }) {
    const items = await transact(ctx, async (tx) => {
      for (const change of body.policies) await setFieldPolicy(tx, change, actor.userId);
      return listPolicies(tx);
    });
    return { items };
  },
});

const preview = route({
  method: 'POST',
  path: '/api/field-policies/preview',
  access: ['administrator', 'manager', 'auditor'],
  scope: 'read',
  summary: 'What a partner or user would see of a lead before and after accepting it',
  body: z
    .strictObject({
      leadId: z.string().min(1).max(100),
      peerId: z.string().min(1).max(255).optional(),
      userId: z.string().min(1).max(255).optional(),
      mode: modes.default('grab'),
    })
    .refine((body) => (body.peerId === undefined) !== (body.userId === undefined), 'needs a peerId or a userId'),
  reply: z.object({
    fields: z.array(
      z.object({
        path: z.string(),
        label: z.string(),
        group: z.string(),
        personal: z.boolean(),
        offered: visibility,
        released: visibility,
        updated: visibility,
        offeredValue: z.unknown().optional(),
        releasedValue: z.unknown().optional(),
      }),
    ),
  }),
  async handler(ctx, { body, actor }) {
    const lead = await getLead(ctx, body.leadId, await scopeOf(ctx, actor));
    const { peerId, userId, mode } = body;
    const recipient =
      peerId === undefined ? ({ kind: 'user', id: userId } as const) : ({ kind: 'peer', id: peerId } as const);
    const policies = await listPoliciesFor(ctx, recipient);
    return { fields: previewDisclosure(lead.document, policies, recipient, mode) };
  },
});

export const routes: Route[] = [...leadRoutes, list, set, preview];
