import { transact, type Context } from '../../node/kernel/context.ts';
import { settle } from '../../node/kernel/workers.ts';
import { appendLeaf } from '../../node/ledger/append-leaf.ts';
import { makeLedgerWorker } from '../../node/ledger/sequencer.ts';
import { listLeaves } from '../../node/ledger/store/leaves.ts';

/** Commits leaves, each with a number of its own among its facts. */
export async function append(ctx: Context, count: number, from = 0): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, at) =>
      transact(ctx, (tx) => appendLeaf(tx, 'rules-set', { box: 'box_test', version: from + at })),
    ),
  );
}

/** Carries out what the sequencer has to do now. */
export const sequence = (ctx: Context) => settle(ctx, [makeLedgerWorker()]);

/** The numbers that `append` gave, in the order of the log. */
export async function loggedNumbers(ctx: Context): Promise<number[]> {
  const leaves = await listLeaves(ctx, 0, 100_000);
  return leaves.map(({ text }) => Number(/^version: (\d+)$/m.exec(text)?.[1]));
}

/** The leaves of these kinds, without what every leaf begins with. */
export async function leavesOf(ctx: Context, ...kinds: readonly string[]): Promise<string[]> {
  const leaves = await listLeaves(ctx, 0, 1_000);
  return leaves.flatMap(({ text }) => {
    const [, kind = '', body = ''] =
      /^leadmesh-leaf: 1\nkind: (.*)\nat: .*\nid: .*\nnode: .*\n([^]*)$/.exec(text) ?? [];
    return kinds.includes(kind) ? [`${kind}\n${body}`] : [];
  });
}
