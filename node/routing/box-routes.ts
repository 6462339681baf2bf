import { z } from 'zod';
import { transact } from '../kernel/context.ts';
import type { Context } from '../kernel/context.ts';
import { notFound } from '../kernel/errors.ts';
import { route } from '../kernel/routes.ts';
import type { Actor, Route } from '../kernel/routes.ts';
import {
  conditionFields,
  describeCondition,
  describeRule,
  operators,
  readCondition,
  ruleInputSchema,
} from '../rules/index.ts';
import { addTeam, editBox, removeTeam } from './change-box.ts';
import { mayKeepBox } from './may-keep-box.ts';
import { openUserBox } from './open-box.ts';
import { listRouteBoxes } from './route-setup.ts';
import { setRules } from './set-rules.ts';
import { findBox, listBoxes } from './store/boxes.ts';
import type { Box } from './store/boxes.ts';
import { countRules, listRules } from './store/rules.ts';

const readers = ['administrator', 'manager', 'auditor'] as const;

const boxView = z.object({
  id: z.string(),
  kind: z.enum(['system', 'user', 'team', 'partner']),
  name: z.string(),
  parentId: z.string().optional(),
  ownerId: z.string().optional(),
  userId: z.string().optional(),
  peerId: z.string().optional(),
  closed: z.boolean(),
  /** Why it would take no lead now: absent, suspended, closed. */
  barred: z.string().optional(),
  version: z.number(),
  rules: z.number(),
  /** Whether the reader may write its rules. */
  mayEditRules: z.boolean(),
});

const list = route({
  method: 'GET',
  path: '/api/boxes',
  access: readers,
  summary: 'The tree of lead boxes',
  reply: z.object({ items: z.array(boxView) }),
  async handler(ctx, { actor }) {
    const boxes = new Map((await listBoxes(ctx)).map((box) => [box.id, box]));
    const now = await listRouteBoxes(ctx, false);
    const rules = await countRules(ctx);
    const items = [...boxes.values()].map((box) => {
      const mayEditRules = mayKeepBox(actor, boxes, box.id);
      return { ...viewBox(now.get(box.id) ?? {}, box), rules: rules.get(box.id) ?? 0, mayEditRules };
    });
    return { items };
  },
});

function viewBox(now: { name?: string; barred?: string | undefined }, { closedAt, ...box }: Box) {
  return { ...box, name: now.name ?? box.name, barred: now.barred, closed: closedAt !== undefined };
}

const name = z.string().trim().min(1).max(200);
const id = z.string().min(1).max(100);
const changed = z.object({ id: z.string(), version: z.number() });

const add = route({
  method: 'POST',
  path: '/api/boxes',
  access: ['administrator'],
  summary: 'Add a team box, or the box of a user who has none',
  status: 201,
  body: z.union([
    z.strictObject({ kind: z.literal('team'), name, parentId: id, ownerId: id.optional() }),
    z.strictObject({ kind: z.literal('user'), userId: id }),
  ]),
  reply: changed,
  handler: (ctx, { body, actor }) =>
    transact(ctx, (tx) => (body.kind === 'team' ? addTeam(tx, body, actor.userId) : openUserBox(tx, body.userId))),
});

const edit = route({
  method: 'PATCH',
  path: '/api/boxes/:id',
  access: ['administrator'],
  summary: 'Rename, move, close or reopen a box, or name who keeps its rules',
  body: z.object({
    name: name.optional(),
    parentId: id.optional(),
    ownerId: id.nullable().optional(),
    closed: z.boolean().optional(),
  }),
  reply: changed,
  handler: (ctx, { params, body, actor }) => transact(ctx, (tx) => editBox(tx, params.id, body, actor.userId)),
});

const remove = route({
  method: 'DELETE',
  path: '/api/boxes/:id',
  access: ['administrator'],
  summary: 'Delete a team box that no rule and no other box hangs on',
  async handler(ctx, { params, actor }) {
    await transact(ctx, (tx) => removeTeam(tx, params.id, actor.userId));
    return undefined;
  },
});

const ruleSet = z.object({
  boxId: z.string(),
  version: z.number(),
  mayEdit: z.boolean(),
  items: z.array(ruleInputSchema.extend({ id: z.string(), position: z.number(), description: z.string() })),
});

async function viewRules(ctx: Context, actor: Actor, boxId: string): Promise<z.input<typeof ruleSet>> {
  const box = await findBox(ctx, boxId);
  if (!box) throw notFound('lead box');
  const boxes = await listRouteBoxes(ctx, false);
  const nameOf = (target: string) => boxes.get(target)?.name ?? 'a box that is gone';
  const all = new Map((await listBoxes(ctx)).map((each) => [each.id, each]));
  const items = (await listRules(ctx, boxId)).map(({ boxId: _, ...rule }) => ({
    ...rule,
    description: describeRule(rule, nameOf),
  }));
  return { boxId, version: box.version, mayEdit: mayKeepBox(actor, all, boxId), items };
}

const rules = route({
  method: 'GET',
  path: '/api/boxes/:id/rules',
  access: 'signed-in',
  summary: 'The rules of a box, in their order, with what they say in English',
  reply: ruleSet,
  async handler(ctx, { params, actor }) {
    const set = await viewRules(ctx, actor, params.id);
    if (actor.role === 'representative' && !set.mayEdit) throw notFound('lead box');
    return set;
  },
});

const putRules = route({
  method: 'PUT',
  path: '/api/boxes/:id/rules',
  access: ['administrator', 'manager', 'representative'],
  summary: 'Put these rules in the place of the box’s rules',
  body: z.object({ version: z.int(), rules: z.array(ruleInputSchema).max(200) }),
  reply: ruleSet,
  async handler(ctx, { params, body, actor }) {
    await transact(ctx, (tx) => setRules(tx, actor, { boxId: params.id, ...body }));
    return viewRules(ctx, actor, params.id);
  },
});

const describe = route({
  method: 'POST',
  path: '/api/conditions/describe',
  access: 'signed-in',
  scope: 'read',
  summary: 'Check a condition and say it in English',
  body: z.object({ condition: z.unknown() }),
  reply: z.object({ description: z.string() }),
  handler: (_ctx, { body }) => ({ description: describeCondition(readCondition(body.condition)) }),
});

const fields = route({
  method: 'GET',
  path: '/api/conditions/fields',
  access: 'signed-in',
  summary: 'What conditions may ask: fields and facts of a lead, and the operators',
  reply: z.object({
    operators: z.array(z.string()),
    items: z.array(
      z.object({ path: z.string(), label: z.string(), kind: z.string(), values: z.array(z.string()).optional() }),
    ),
  }),
  handler: () => ({
    operators: [...operators],
    items: conditionFields.map(({ path, label, kind, values }) => ({
      path,
      label,
      kind,
      values: values && [...values],
    })),
  }),
});

export const boxRoutes: Route[] = [list, add, edit, remove, rules, putRules, describe, fields];
