import { type Context, transact, type Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import type { Worker } from '../kernel/workers.ts';
import { checkpointKey, signCheckpoint } from './checkpoint.ts';
import { hashBytes, leafHash } from './hash.ts';
import { findNewestCheckpoint, insertCheckpoint } from './store/checkpoints.ts';
import { dropLease, getHead, takeLease, updateHead, type Head } from './store/head.ts';
import { findOldestPending, insertLeaves, takePending } from './store/leaves.ts';
import { findTile, upsertTile } from './store/tiles.ts';
import { gatherTiles, type TileGrowth } from './tiles.ts';
import { growEdge, readEdge, rootOf, writeEdge } from './tree.ts';

/** Leaves numbered in one transaction. */
const batch = 256;
/** How often the sequencer looks: many leaves at a time cost less than each by itself, and nobody waits for it. */
const lookEveryMilliseconds = 1_000;
const leaseMilliseconds = 15_000;
const checkpointEveryMilliseconds = 10_000;

/** Names this process among those of the node. */
const makeToken = () => ({ token: undefined as string | undefined });
const tokenOf = (ctx: Context): string => (ctx.memory(makeToken).token ??= ctx.ids.make('sequencer'));

/** Derived once for each process. */
const makeKey = () => ({ key: undefined as ReturnType<typeof checkpointKey> | undefined });
const keyOf = (ctx: Context) => (ctx.memory(makeKey).key ??= checkpointKey(ctx));

/**
 * Gives committed leaves their numbers and signs checkpoints. Of several processes one does it; when it dies, another goes on
 * after its lease. Two that both believe to have the lease still number every leaf once: they meet at the row of the head.
 */
export function makeLedgerWorker(): Worker {
  return {
    name: 'ledger',
    rests: true,
    nextDueAt: (ctx) => Promise.resolve(ctx.clock.now() + lookEveryMilliseconds),
    runDue: async (ctx) => (await numberLeaves(ctx)) + (await signNow(ctx, checkpointEveryMilliseconds)),
  };
}

/** Before the node stops: numbers what waits, signs for it, and lets another process go on at once. */
export async function closeLedger(ctx: Context): Promise<void> {
  await numberLeaves(ctx);
  await signNow(ctx, 0);
  await transact(ctx, (tx) => dropLease(tx, tokenOf(ctx)));
}

/** Numbers everything that waits; returns how many leaves that were. */
async function numberLeaves(ctx: Context): Promise<number> {
  let done = 0;
  while ((await findOldestPending(ctx)) !== undefined && (await mayHaveLease(ctx))) {
    const numbered = await transact(ctx, numberBatch);
    done += numbered;
    if (numbered < batch) break;
  }
  return done;
}

/** Only spares a transaction; `takeLease` decides. */
async function mayHaveLease(ctx: Context): Promise<boolean> {
  const { leaseToken, leaseUntil } = await getHead(ctx);
  return leaseToken === tokenOf(ctx) || leaseUntil <= ctx.clock.now();
}

function leaseOf(tx: Tx): Promise<Head | undefined> {
  const now = tx.clock.now();
  return takeLease(tx, { token: tokenOf(tx), now, until: now + leaseMilliseconds });
}

/** Numbers the leaves that wait longest; returns how many. Throws `ledger-damaged`: nothing is built on what was changed. */
async function numberBatch(tx: Tx): Promise<number> {
  const head = await leaseOf(tx);
  const texts = head ? await takePending(tx, batch) : [];
  if (!head || texts.length === 0) return 0;
  const edge = readEdge(head.size, head.edge);
  if (!edge) throw damaged('The edge of the tree does not fit its size.');
  const tiles = gatherTiles();
  for (const text of texts) growEdge(edge, leafHash(text), tiles.add);
  await insertLeaves(tx, texts.map((text, at) => ({ position: head.size + at, text }))); // prettier-ignore
  for (const growth of tiles.growths()) await growTile(tx, growth);
  await updateHead(tx, { size: edge.size, edge: writeEdge(edge) });
  return texts.length;
}

async function growTile(tx: Tx, { level, place, at, hashes }: TileGrowth): Promise<void> {
  const before = at === 0 ? Buffer.alloc(0) : await findTile(tx, level, place);
  if (before?.length !== at * hashBytes) throw damaged(`The tile ${place} of level ${level} is not as it was left.`);
  await upsertTile(tx, { level, place, hashes: Buffer.concat([before, ...hashes]) });
}

/** Signs a checkpoint when there are new leaves and the last one is old enough; returns how many were signed. */
async function signNow(ctx: Context, pauseMilliseconds: number): Promise<number> {
  if (!(await isUnsigned(ctx, pauseMilliseconds)) || !(await mayHaveLease(ctx))) return 0;
  return transact(ctx, async (tx) => {
    const head = await leaseOf(tx);
    if (!head || !(await isUnsigned(tx, pauseMilliseconds))) return 0;
    const edge = readEdge(head.size, head.edge);
    if (!edge) throw damaged('The edge of the tree does not fit its size.');
    const checkpoint = { origin: tx.config.nodeId, size: head.size, root: rootOf(edge) };
    const note = signCheckpoint(checkpoint, keyOf(tx));
    await insertCheckpoint(tx, { size: head.size, note, signedAt: tx.clock.now() });
    return 1;
  });
}

async function isUnsigned(ctx: Context, pauseMilliseconds: number): Promise<boolean> {
  const newest = await findNewestCheckpoint(ctx);
  const { size } = await getHead(ctx);
  return size > (newest?.size ?? 0) && ctx.clock.now() >= (newest?.signedAt ?? -Infinity) + pauseMilliseconds;
}

const damaged = (message: string) => new CodedError('ledger-damaged', 500, message);
