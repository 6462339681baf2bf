import type { Tx } from '../kernel/context.ts';
import { writeLeaf, type LeafFacts, type LeafKind } from './leaf.ts';
import { insertPending } from './store/leaves.ts';

/**
 * Says in the ledger that something happened, in the transaction in which it happens: one insert, whatever the ledger is
 * doing. The sequencer gives the leaf its place soon after the commit. Throws `leaf-too-long`.
 */
export async function appendLeaf<K extends LeafKind>(tx: Tx, kind: K, facts: LeafFacts<K>): Promise<void> {
  const at = tx.clock.now();
  const id = tx.ids.make('leaf');
  await insertPending(tx, { id, at, text: writeLeaf({ kind, at, id, nodeId: tx.config.nodeId }, facts) });
}
