import { transact, type Context } from '../../kernel/context.ts';
import { findRestoration, updateRestoration } from '../../kernel/restoration.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { getHead } from '../../ledger/store/head.ts';
import { describeCapabilities } from '../peers/capabilities.ts';
import { sendBetweenNodes } from '../sending/send-between-nodes.ts';
import { listPeers } from '../store/peers.ts';
import { insertAwaited, liftCounters } from '../store/restorations.ts';
import { planAsking } from '../store/speech.ts';
import { endWhenComplete } from './end-restoration.ts';
import { eraseAgain } from './erase-again.ts';
import { ensureErasures, readErasures } from './erasures-file.ts';
import { withdrawAgain } from './withdraw-again.ts';

/** Nobody sent as many messages between a backup and its return. */
const lift = 1_000_000;

/**
 * At the start of a node, before anything leaves it: when its data was put back to a backup, it erases what was erased since and
 * withdraws what people withdrew, tells every active partner that has a node, asks what it speaks now, and waits for what they
 * return (LX-182, LX-183). Once for each restoration; broken off, it begins anew. Throws `erasures-unreadable`, before anything is
 * changed.
 */
export async function beginRestoration(ctx: Context): Promise<void> {
  await ensureErasures(ctx);
  const last = await findRestoration(ctx);
  if (!last || last.begunAt !== null) return;
  const noted = readErasures(ctx);
  await transact(ctx, (tx) => liftCounters(tx, lift));
  const erased = await eraseAgain(ctx, noted);
  if (erased > 0) ctx.log.info('erased-again', { count: erased });
  const withdrawn = await withdrawAgain(ctx, noted);
  if (withdrawn > 0) ctx.log.info('withdrawn-again', { count: withdrawn });
  await transact(ctx, async (tx) => {
    const { epoch } = last;
    await updateRestoration(tx, last, { begunAt: tx.clock.now() });
    await appendLeaf(tx, 'node-restored', { epoch, size: (await getHead(tx)).size });
    const active = (await listPeers(tx)).filter(({ state }) => state === 'active');
    for (const { nodeId, kind } of active) {
      await insertAwaited(tx, epoch, nodeId);
      if (kind !== 'node') continue;
      await planAsking(tx, nodeId, tx.clock.now());
      await sendBetweenNodes(tx, nodeId, { type: 'Capabilities', body: await describeCapabilities(tx) });
    }
    await endWhenComplete(tx);
  });
}
