import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { TraceStep } from '../decide-route.ts';

interface TraceTable {
  id: string;
  leadId: string;
  at: number;
  outcome: TraceOutcome;
  offerId: string | null;
  steps: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    trace: TraceTable;
  }
}

/** `offered` to somebody, `unrouted`, or `declined` towards the peer it came from. */
type TraceOutcome = 'offered' | 'unrouted' | 'declined';

/** One routing decision on a lead, step by step. Holds no value of the lead that is personal. */
interface Trace {
  readonly id: string;
  readonly leadId: string;
  readonly at: number;
  readonly outcome: TraceOutcome;
  readonly offerId?: string | undefined;
  readonly steps: readonly TraceStep[];
}

const insertRow = compileOnce((db, row: TraceTable) => db.insertInto('trace').values(row));

/** Keeps a decision. */
export async function appendTrace(tx: Tx, trace: Omit<Trace, 'id' | 'at'>): Promise<void> {
  const { leadId, outcome, offerId = null, steps } = trace;
  const [id, at] = [tx.ids.make('trace'), tx.clock.now()];
  await insertRow(tx, { id, at, leadId, outcome, offerId, steps: JSON.stringify(steps) });
}

/** The decisions on a lead, newest first; `before` is the id of the last one seen. */
export async function listTraces(
  ctx: Context,
  leadId: string,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<Trace[]> {
  const rows = await ctx.db
    .selectFrom('trace')
    .select(['id', 'leadId', 'at', 'outcome', 'offerId', 'steps'])
    .where('leadId', '=', leadId)
    .$if(before !== undefined, (query) => query.where('id', '<', before as string))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...row,
    offerId: row.offerId ?? undefined,
    steps: JSON.parse(row.steps) as TraceStep[],
  }));
}

/** Deletes the steps of all decisions on a lead: they name values of it. When they were made, and their outcome, stay. */
export async function forgetTraces(tx: Tx, leadId: string): Promise<void> {
  await tx.db.updateTable('trace').set({ steps: '[]' }).where('leadId', '=', leadId).execute();
}
