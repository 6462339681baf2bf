import { z } from 'zod';
import { leadFields } from '../../protocol/index.ts';
import { transact } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { route, type Route } from '../kernel/routes.ts';
import { scopeOf } from '../leads/scope.ts';
import { getLead } from '../leads/store.ts';
import { describeCondition } from '../rules/index.ts';
import { decideFields, policyActions, stages, type FieldPolicy } from './decide-field.ts';
import { readDiscloseTo } from './disclose-to.ts';
import { factsOf } from './facts.ts';
import { leadRoutes } from './lead-routes.ts';
import { previewDisclosure } from './preview-disclosure.ts';
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
  summary: 'What a partner sees of each field, of leads for which no condition says otherwise',
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

const preview = route({
  method: 'GET',
  path: '/api/leads/:id/preview',
  access: ['administrator', 'manager', 'auditor'],
  summary:
    'What a partner or user would see of a lead when it is offered, released and updated: the bytes that would be sent',
  query: z.strictObject({
    /** Without a partner and a user: any partner that no policy names. */
    peerId: z.string().min(1).max(255).optional(),
    userId: z.string().min(1).max(255).optional(),
    mode: modes.default('grab'),
  }),
  reply: z.object({
    fields: z.array(
      z.object({
        path: z.string(),
        label: z.string(),
        group: z.string(),
        personal: z.boolean(),
        decided: z.boolean(),
        offered: visibility,
        released: visibility,
        updated: visibility,
        offeredValue: z.unknown().optional(),
        releasedValue: z.unknown().optional(),
        updatedValue: z.unknown().optional(),
      }),
    ),
    /** The `Lead` element of the Offer, of the Release, and of an Update if every field had changed. */
    xml: z.object({ offered: z.string(), released: z.string(), updated: z.string() }),
    withheldFields: z.array(z.string()),
    maskedFields: z.array(z.string()),
    /** Names the policies that decide, in the ledger. */
    policy: z.string(),
  }),
  async handler(ctx, { params, query, actor }) {
    const { document, ...row } = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const { peerId, userId, mode } = query;
    if (peerId !== undefined && userId !== undefined)
      throw new CodedError('two-recipients', 422, 'Ask for a partner or for a user.', { path: 'userId' });
    const recipient =
      userId === undefined ? ({ kind: 'peer', id: peerId } as const) : ({ kind: 'user', id: userId } as const);
    const discloser = (await readDiscloseTo(ctx))(recipient, mode);
    return previewDisclosure({ lead: document, facts: factsOf(row) }, discloser);
  },
});

export const routes: Route[] = [...leadRoutes, list, set, effective, preview];
