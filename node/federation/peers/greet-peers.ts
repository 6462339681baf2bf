import { transact, type Context } from '../../kernel/context.ts';
import { sealGreeting } from './capabilities.ts';
import { deliver } from '../sending/deliver.ts';
import { guardedFetch, type PeerFetch } from '../sending/guarded-fetch.ts';
import { heardFrom } from './peer-health.ts';
import { listNodes } from '../store/peers.ts';

/**
 * A node that starts tells its partners so, once and without insisting: what waited for it in vain is tried at once, on both
 * sides. `ending` breaks off what is under way. Never rejects because of a partner.
 */
export async function greetPeers(ctx: Context, ending: AbortSignal): Promise<void> {
  const fetchPeer = guardedFetch(ending);
  const active = (await listNodes(ctx)).filter(({ state }) => state === 'active');
  await Promise.all(active.map(({ nodeId }) => greet(ctx, fetchPeer, nodeId)));
}

async function greet(ctx: Context, fetchPeer: PeerFetch, peerId: string): Promise<void> {
  const { xml, messageId, digest } = await sealGreeting(ctx, peerId);
  const attempt = await deliver(ctx, fetchPeer, { peerId, messageId, digest, document: xml });
  if (attempt.kind !== 'silence') await transact(ctx, (tx) => heardFrom(tx, peerId));
}
