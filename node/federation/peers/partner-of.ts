import type { Tx } from '../../kernel/context.ts';
import type { Holder } from '../../leads/history.ts';
import { getPeer } from '../store/peers.ts';

/** A peer as the history of a lead names it. Error `not-found`. */
export async function partnerOf(tx: Tx, peerId: string): Promise<Holder & { readonly kind: 'peer' }> {
  return { kind: 'peer', id: peerId, name: (await getPeer(tx, peerId)).name };
}
