import { z } from 'zod';
import { leadFields } from '../../protocol/index.ts';
import { transact } from '../kernel/context.ts';
import { route, type Route } from '../kernel/routes.ts';
import { describeCondition } from '../rules/index.ts';
import { decideFields, policyActions, stages, type FieldPolicy } from './decide-field.ts';
import { leadRoutes } from './lead-routes.ts';
import { setFieldPolicy } from './set-field-policy.ts';
import { listPolicies } from './store.ts';

const modes = z.enum(['direct', 'grab']);
const visibility = z.enum(['show', 'mask', 'hide']);

const decisionShape = {
  path: z.string(),
  group: z.string(),
  decided: z.boolean(),
  offered: visibility,
  released: visibility,
  updated: visibility,
};

const policy = z.strictObject({
  recipientKind: z.enum(['peer', 'user']),
  /** One peer or user; absent: all of them. */
  recipientId: z.string().min(1).max(255).optional(),
  /** A field's path, `group:` and a group, or `fields.` and the name of a custom field. */
  target: z.string().min(1).max(300),
  stage: z.enum(stages),
  /** Absent: both. */
  mode: modes.optional(),
  /** Absent: all leads. */
  condition: z.unknown().optional().meta({ description: 'all, any, not, or field, op and value' }),
  action: z.enum(policyActions),
});

/** The condition also in words. */
const policyView = policy.extend({ conditionText: z.string().optional() });
const viewPolicy = (one: FieldPolicy): z.input<typeof policyView> => ({
  ...one,
  ...(one.condition !== undefined && { conditionText: describeCondition(one.condition) }),
});

const list = route({
  method: 'GET',
  path: '/api/field-policies',
  access: ['administrator', 'manager', 'auditor'],
  summary: 'What recipients may see of a lead, where it differs from the default',
  reply: z.object({ items: z.array(policyView) }),
  handler: async (ctx) => ({ items: (await listPolicies(ctx)).map(viewPolicy) }),
});

const set = route({
  method: 'PUT',
  path: '/api/field-policies',
  access: ['administrator'],
  summary: 'Set policies, all or none of them; the action “default” removes one',
  body: z.object({
    policies: z.array(policy.extend({ action: z.enum([...policyActions, 'default']) })).max(500),
  }),
  reply: z.object({ items: z.array(policyView) }),
  async handler(ctx, { body, actor }) {
    const items = await transact(ctx, async (tx) => {
      for (const change of body.policies) await setFieldPolicy(tx, change, actor.userId);
      return listPolicies(tx);
    });
    return { items: items.map(viewPolicy) };
  },
});

const effective = route({
  method: 'GET',
  path: '/api/field-policies/effective',
  access: ['administrator', 'manager', 'auditor'],
  summary:
    'What the policies show a partner of each field, of leads for which no condition says otherwise; an agreement may show less',
  query: z.strictObject({ peerId: z.string().min(1).max(255).optional(), mode: modes.default('grab') }),
  reply: z.object({ items: z.array(z.object({ label: z.string(), ...decisionShape })) }),
  async handler(ctx, { query: { peerId, mode } }) {
    const policies = (await listPolicies(ctx)).filter(({ condition }) => condition === undefined);
    const labels = new Map(leadFields.map((field) => [field.path, field]));
    const decisions = decideFields(policies, { kind: 'peer', id: peerId }, mode);
    return {
      items: decisions.map((decision) => {
        const { label = decision.path.slice('fields.'.length), group = 'custom' } = labels.get(decision.path) ?? {};
        return { ...decision, label, group };
      }),
    };
  },
});

export const routes: Route[] = [...leadRoutes, list, set, effective];
