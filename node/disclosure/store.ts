import type { Context, Tx } from '../kernel/context.ts';
import { raiseSetup } from '../kernel/setup.ts';
import type { Condition } from '../rules/index.ts';
import type { FieldPolicy, OfferMode, PolicyAction, Recipient, Stage } from './decide-field.ts';
import { digestCondition } from './digest-policies.ts';

declare module '../kernel/database.ts' {
  interface Database {
    fieldPolicy: FieldPolicyTable;
  }
}

interface FieldPolicyTable {
  id: string;
  recipientKind: 'peer' | 'user';
  /** '' for all. */
  recipientId: string;
  target: string;
  stage: Stage;
  /** '' for both. */
  mode: OfferMode | '';
  /** JSON; null for all leads. */
  condition: string | null;
  /** '' for none. */
  conditionDigest: string;
  action: PolicyAction;
  updatedAt: number;
}

const columns = ['recipientKind', 'recipientId', 'target', 'stage', 'mode', 'condition', 'action'] as const;
const key = ['recipientKind', 'recipientId', 'target', 'stage', 'mode', 'conditionDigest'] as const;

/** What was set for a recipient and for all of its kind: the policies `decideDisclosure` takes. */
export async function listPoliciesFor(ctx: Context, recipient: Recipient): Promise<FieldPolicy[]> {
  const rows = await ctx.db
    .selectFrom('fieldPolicy')
    .select(columns)
    .where('recipientKind', '=', recipient.kind)
    .where('recipientId', 'in', ['', recipient.id ?? ''])
    .execute();
  return rows.map(parse);
}

/** Every policy, in a steady order; `mostPolicies` at most. */
export async function listPolicies(ctx: Context): Promise<FieldPolicy[]> {
  let select = ctx.db.selectFrom('fieldPolicy').select(columns);
  for (const column of key) select = select.orderBy(column);
  return (await select.execute()).map(parse);
}

export async function countPolicies(ctx: Context): Promise<number> {
  const { count } = await ctx.db
    .selectFrom('fieldPolicy')
    .select((put) => put.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** Sets the action of a policy, whether it existed or not. */
export async function upsertPolicy(tx: Tx, policy: FieldPolicy): Promise<void> {
  const { condition, action } = policy;
  const json = condition === undefined ? null : JSON.stringify(condition);
  const row = { ...keyOf(policy), condition: json, action, updatedAt: tx.clock.now() };
  await raiseSetup(tx);
  await tx.db
    .insertInto('fieldPolicy')
    .values({ id: tx.ids.make('policy'), ...row })
    .onConflict((on) => on.columns(key).doUpdateSet({ action, updatedAt: row.updatedAt }))
    .execute();
}

/** Removes a policy: the next one that fits decides, or the default. */
export async function deletePolicy(tx: Tx, policy: Omit<FieldPolicy, 'action'>): Promise<void> {
  const row = keyOf(policy);
  await raiseSetup(tx);
  let removal = tx.db.deleteFrom('fieldPolicy');
  for (const column of key) removal = removal.where(column, '=', row[column]);
  await removal.execute();
}

function keyOf(policy: Omit<FieldPolicy, 'action'>) {
  const { recipientKind, recipientId = '', target, stage, mode = '' as const, condition } = policy;
  return { recipientKind, recipientId, target, stage, mode, conditionDigest: digestCondition(condition) };
}

function parse(row: Pick<FieldPolicyTable, (typeof columns)[number]>): FieldPolicy {
  const { recipientId, mode, condition, ...rest } = row;
  return {
    ...rest,
    ...(recipientId !== '' && { recipientId }),
    ...(mode !== '' && { mode }),
    ...(condition !== null && { condition: JSON.parse(condition) as Condition }),
  };
}

/** What was set for one partner is set for another: they are the same, under another id. */
export async function movePolicies(tx: Tx, from: string, to: string): Promise<void> {
  await raiseSetup(tx);
  const set = tx.db.updateTable('fieldPolicy').set({ recipientId: to }).where('recipientId', '=', from);
  await set.where('recipientKind', '=', 'peer').execute();
}
