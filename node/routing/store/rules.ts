import type { Context, Tx } from '../../kernel/context.ts';
import { raiseSetup } from '../../kernel/setup.ts';
import type { Action, Condition, Rule } from '../../rules/index.ts';

interface BoxRuleTable {
  id: string;
  boxId: string;
  position: number;
  name: string;
  event: 'enter';
  condition: string;
  action: string;
  enabled: number;
  updatedAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    boxRule: BoxRuleTable;
  }
}

const columns = ['id', 'boxId', 'position', 'name', 'event', 'condition', 'action', 'enabled'] as const;

function toRule(row: Pick<BoxRuleTable, (typeof columns)[number]>): Rule {
  return {
    ...row,
    condition: JSON.parse(row.condition) as Condition,
    action: JSON.parse(row.action) as Action,
    enabled: row.enabled === 1,
  };
}

/** The rules of a box, in their order. */
export async function listRules(ctx: Context, boxId: string): Promise<Rule[]> {
  const query = ctx.db.selectFrom('boxRule').select(columns).where('boxId', '=', boxId).orderBy('position');
  return (await query.execute()).map(toRule);
}

/** The rules of all boxes, in their order within each box. */
export async function listAllRules(ctx: Context): Promise<Rule[]> {
  const query = ctx.db.selectFrom('boxRule').select(columns).orderBy('boxId').orderBy('position');
  return (await query.execute()).map(toRule);
}

/** Puts these rules in the place of all rules of the box. */
export async function replaceRules(tx: Tx, boxId: string, rules: readonly Rule[]): Promise<void> {
  await raiseSetup(tx);
  await tx.db.deleteFrom('boxRule').where('boxId', '=', boxId).execute();
  if (rules.length === 0) return;
  const updatedAt = tx.clock.now();
  const rows = rules.map(({ condition, action, enabled, ...rest }) => ({
    ...rest,
    condition: JSON.stringify(condition),
    action: JSON.stringify(action),
    enabled: enabled ? 1 : 0,
    updatedAt,
  }));
  await tx.db.insertInto('boxRule').values(rows).execute();
}

/** How many rules each box has; boxes without any are absent. */
export async function countRules(ctx: Context): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('boxRule')
    .select((put) => ['boxId', put.fn.countAll<number>().as('count')])
    .groupBy('boxId')
    .execute();
  return new Map(rows.map((row) => [row.boxId, row.count]));
}
