import { transact, type Context } from '../../kernel/context.ts';
import type { Worker } from '../../kernel/workers.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';

/** Refusals of one kind, counted in memory: whoever floods this node costs it no statement for each. */
interface Counted {
  /** Who proved to have sent what was refused; undefined: nobody did. */
  readonly peerId: string | undefined;
  readonly code: string;
  readonly since: number;
  /** Not told to the ledger yet. */
  count: number;
  isTold: boolean;
}

const hour = 3_600_000;
const makeCounts = () => new Map<string, Counted>();
const name = 'refusals';

/** Counts what was refused without a leaf of its own: a code of a Problem, or `unauthenticated`. */
export function countRefusal(ctx: Context, code: string, peerId?: string): void {
  const counts = ctx.memory(makeCounts);
  const key = `${code} ${peerId ?? ''}`;
  const known = counts.get(key);
  if (known) known.count += 1;
  else {
    counts.set(key, { peerId, code, since: ctx.clock.now(), count: 1, isTold: false });
    ctx.bus.wake(name);
  }
}

/** Tells the ledger of refusals: of each kind the first at once, what comes after it when an hour is over. */
export const makeRefusalWorker = (): Worker => ({
  name,
  runDue: (ctx) => tell(ctx, (each) => !each.isTold || isOver(ctx, each)),
  nextDueAt: (ctx) =>
    Promise.resolve(Math.min(...Array.from(ctx.memory(makeCounts).values(), ({ since }) => since + hour))),
});

/** Before the node stops. */
export const tellAllRefusals = (ctx: Context): Promise<number> => tell(ctx, () => true);

const isOver = ({ clock }: Context, { since }: Counted) => since + hour <= clock.now();

async function tell(ctx: Context, isDue: (each: Counted) => boolean): Promise<number> {
  const counts = ctx.memory(makeCounts);
  const due = [...counts].filter(([, each]) => isDue(each)).map(([key, each]) => ({ key, each, count: each.count }));
  const told = due.filter(({ count }) => count > 0);
  if (told.length > 0)
    await transact(ctx, async (tx) => {
      for (const { each, count } of told) {
        const since = new Date(each.since).toISOString();
        await appendLeaf(tx, 'refusals-counted', { peer: each.peerId, code: each.code, since, count });
      }
    });
  for (const { key, each, count } of due) {
    each.count -= count;
    each.isTold = true;
    if (isOver(ctx, each) && each.count === 0) counts.delete(key);
  }
  return due.length;
}
