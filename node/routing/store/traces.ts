import { hash } from 'node:crypto';
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
  /** What the ledger calls these steps; undefined once they are deleted. */
  readonly digest?: string | undefined;
}

/** The steps of a decision as they are kept, and their digest (SHA-256, base64), which names the decision in the ledger. */
export interface KeptSteps {
  readonly text: string;
  readonly digest: string;
}

/** With a salt, which is deleted with the steps: from then on the digest tells nobody what they were. */
export function keepSteps({ ids }: Pick<Context, 'ids'>, steps: readonly TraceStep[]): KeptSteps {
  const salt = { kind: 'salt', salt: ids.random(saltBytes).toString('base64url') };
  const text = JSON.stringify([...steps, salt]);
  return { text, digest: digestOf(text) };
}

const saltBytes = 16;
const noSteps = '[]';
const digestOf = (text: string) => hash('sha256', text, 'base64');
const readSteps = (text: string) =>
  (JSON.parse(text) as (TraceStep | { kind: 'salt' })[]).filter((step) => step.kind !== 'salt');

const insertRow = compileOnce((db, row: TraceTable) => db.insertInto('trace').values(row));

/** Keeps a decision. */
export async function appendTrace(
  tx: Tx,
  trace: Pick<Trace, 'leadId' | 'outcome' | 'offerId'> & { readonly steps: KeptSteps },
): Promise<void> {
  const { leadId, outcome, offerId = null, steps } = trace;
  const [id, at] = [tx.ids.make('trace'), tx.clock.now()];
  await insertRow(tx, { id, at, leadId, outcome, offerId, steps: steps.text });
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
    steps: readSteps(row.steps),
    digest: row.steps === noSteps ? undefined : digestOf(row.steps),
  }));
}

/** Deletes the steps of all decisions on a lead: they name values of it. When they were made, and their outcome, stay. */
export async function forgetTraces(tx: Tx, leadId: string): Promise<void> {
  await tx.db.updateTable('trace').set({ steps: noSteps }).where('leadId', '=', leadId).execute();
}
