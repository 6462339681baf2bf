import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { APPLYING } from '../../kernel/jobs.ts';
import { findRestoration, updateRestoration, type Restoration } from '../../kernel/restoration.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { listAsked, type Asked } from './list-asked.ts';

/** Goes on with offers and awards once every active partner that can has returned its states. */
export async function endWhenComplete(tx: Tx): Promise<void> {
  const last = await findRestoration(tx);
  if (!last || last.begunAt === null || last.resumedAt !== null) return;
  const asked = await listAsked(tx, last);
  if (asked.some(({ state, answer }) => state === 'active' && answer === 'awaited')) return;
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
  const asked = await listAsked(tx, last);
  const those = (which: Asked['answer']) => asked.flatMap(({ answer, peerId }) => (answer === which ? [peerId] : []));
  await updateRestoration(tx, last, { resumedAt: tx.clock.now(), reason, resumedBy: by });
  const [missing, unable] = [those('awaited'), those('unable')];
  await appendLeaf(tx, 'restoration-ended', { epoch: last.epoch, missing, unable, reason, by });
  for (const { peerId } of asked) await tellPeerChange(tx, peerId);
  tx.afterCommit(() => {
    tx.bus.wake(APPLYING);
    tx.bus.wake('outbox');
  });
}
