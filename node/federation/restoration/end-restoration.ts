import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { APPLYING } from '../../kernel/jobs.ts';
import { findRestoration, updateRestoration, type Restoration } from '../../kernel/restoration.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { listAwaited } from '../store/restorations.ts';

/** Goes on with offers and awards once every active partner has returned its states. */
export async function endWhenComplete(tx: Tx): Promise<void> {
  const last = await findRestoration(tx);
  if (!last || last.resumedAt !== null) return;
  const awaited = await listAwaited(tx, last.epoch);
  if (awaited.some(({ state, returnedAt }) => state === 'active' && returnedAt === null)) return;
  await resume(tx, last, {});
}

/** A person decides not to wait any longer; the reason is kept in the ledger. Error `not-restoring`. */
export function overrideRestoration(ctx: Context, { reason, by }: { reason: string; by: string }): Promise<void> {
  return transact(ctx, async (tx) => {
    const last = await findRestoration(tx);
    if (!last || last.resumedAt !== null) throw conflict('not-restoring', 'This node waits for no partner’s states.');
    await resume(tx, last, { reason, by });
  });
}

async function resume(
  tx: Tx,
  last: Restoration,
  { reason = null, by = null }: { reason?: string | null; by?: string | null },
): Promise<void> {
  const awaited = await listAwaited(tx, last.epoch);
  const missing = awaited.filter(({ returnedAt }) => returnedAt === null).map(({ peerId }) => peerId);
  await updateRestoration(tx, last, { resumedAt: tx.clock.now(), reason, resumedBy: by });
  await appendLeaf(tx, 'restoration-ended', { epoch: last.epoch, missing, reason, by });
  for (const { peerId } of awaited) await tellPeerChange(tx, peerId);
  tx.afterCommit(() => {
    tx.bus.wake(APPLYING);
    tx.bus.wake('outbox');
  });
}
