import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { Turn } from '../decide-route.ts';

interface TurnTable {
  ruleId: string;
  number: number;
  served: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    turn: TurnTable;
  }
}

const findRows = compileOnce((db) => db.selectFrom('turn').select(['ruleId', 'number', 'served']));

/** The rotation of every rule that has one. */
export async function listTurns(ctx: Context): Promise<Map<string, Turn>> {
  const { rows } = await findRows(ctx, {});
  return new Map(rows.map((row) => [row.ruleId, toTurn(row)]));
}

const toTurn = ({ number, served }: TurnTable): Turn => ({
  number,
  served: JSON.parse(served) as Record<string, number>,
});

const upsertTurn = compileOnce((db, { seen, ...turn }: TurnTable & { seen: number }) =>
  db
    .insertInto('turn')
    .values(turn)
    .onConflict((on) =>
      on.column('ruleId').doUpdateSet({ number: turn.number, served: turn.served }).where('turn.number', '=', seen),
    ),
);

/**
 * Moves a rotation on from `seen`: one statement, so that two processes never take the same turn. False when another took
 * it meanwhile.
 */
export async function advanceTurn(tx: Tx, ruleId: string, seen: Turn, next: Turn): Promise<boolean> {
  const served = JSON.stringify(next.served);
  const { numAffectedRows } = await upsertTurn(tx, { ruleId, number: next.number, served, seen: seen.number });
  return numAffectedRows === 1n;
}

/** Forgets the rotations of rules that are gone. */
export async function deleteTurns(tx: Tx, ruleIds: readonly string[]): Promise<void> {
  if (ruleIds.length > 0) await tx.db.deleteFrom('turn').where('ruleId', 'in', ruleIds).execute();
}
