import type { Context, Tx } from '../kernel/context.ts';
import { raiseSetup } from '../kernel/setup.ts';
import type { FieldPolicy, OfferMode, PolicyAction, Recipient, Stage } from './decide-field.ts';

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
  action: PolicyAction;
  updatedAt: number;
}

const columns = ['recipientKind', 'recipientId', 'target', 'stage', 'mode', 'action'] as const;

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

/** Every policy, in a steady order; there are few: recipients times fields at most. */
export async function listPolicies(ctx: Context): Promise<FieldPolicy[]> {
  const rows = await ctx.db
    .selectFrom('fieldPolicy')
    .select(columns)
    .orderBy('recipientKind')
    .orderBy('recipientId')
    .orderBy('target')
    .orderBy('stage')
    .orderBy('mode')
    .execute();
  return rows.map(parse);
}

/** Sets the action of a policy, whether it existed or not. */
export async function upsertPolicy(tx: Tx, policy: FieldPolicy): Promise<void> {
  const row = { ...keyOf(policy), action: policy.action, updatedAt: tx.clock.now() };
  await raiseSetup(tx);
  await tx.db
    .insertInto('fieldPolicy')
    .values({ id: tx.ids.make('policy'), ...row })
    .onConflict((on) =>
      on
        .columns(['recipientKind', 'recipientId', 'target', 'stage', 'mode'])
        .doUpdateSet({ action: row.action, updatedAt: row.updatedAt }),
    )
    .execute();
}

/** Removes a policy: the default holds again. */
export async function deletePolicy(tx: Tx, policy: Omit<FieldPolicy, 'action'>): Promise<void> {
  const { recipientKind, recipientId, target, stage, mode } = keyOf(policy);
  await raiseSetup(tx);
  await tx.db
    .deleteFrom('fieldPolicy')
    .where('recipientKind', '=', recipientKind)
    .where('recipientId', '=', recipientId)
    .where('target', '=', target)
    .where('stage', '=', stage)
    .where('mode', '=', mode)
    .execute();
}

function keyOf(policy: Omit<FieldPolicy, 'action'>) {
  const { recipientKind, recipientId = '', target, stage, mode = '' as const } = policy;
  return { recipientKind, recipientId, target, stage, mode };
}

function parse(row: Pick<FieldPolicyTable, (typeof columns)[number]>): FieldPolicy {
  const { recipientId, mode, ...rest } = row;
  return { ...rest, ...(recipientId !== '' && { recipientId }), ...(mode !== '' && { mode }) };
}
