import type { Tx } from '../kernel/context.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import type { LeafFacts } from '../ledger/leaf.ts';
import type { Peer } from './store/peers.ts';

/** Says in the ledger what this node trusts a peer with now. */
export async function ledgerPeer(
  tx: Tx,
  { nodeId, role, endpoint, allowedRange, allowedPort }: Peer,
  facts: Pick<LeafFacts<'peer-changed'>, 'change' | 'kid' | 'key' | 'by'>,
): Promise<void> {
  const trust = { role, endpoint, range: allowedRange, port: allowedPort };
  await appendLeaf(tx, 'peer-changed', { peer: nodeId, ...trust, ...facts });
}
