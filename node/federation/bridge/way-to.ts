import type { Context } from '../../kernel/context.ts';
import { getLeadHead } from '../../leads/store.ts';
import { findLastOffer } from '../../routing/store/offers.ts';
import { findRecipient, type Recipient } from '../../routing/store/recipients.ts';
import { getPeer } from '../store/peers.ts';

/** How a candidate is spoken with. `nobody`: a partner without a node that has no people. */
export type Way = 'node' | 'mail' | 'webhook' | 'nobody';

/** How a candidate of a partner is spoken with. */
export async function wayTo(ctx: Context, { personId, peerId }: Recipient): Promise<Way> {
  if (personId !== null) return 'mail';
  const { kind } = await getPeer(ctx, peerId ?? '');
  return kind === 'people' ? 'nobody' : kind;
}

/** Somebody who holds a lead of ours and has no node. */
export interface HeldAway {
  readonly recipient: Recipient;
  readonly way: 'mail' | 'webhook';
}

/** Who holds a lead of ours and is reached by mail or webhook; undefined when a node, our own people or nobody does. */
export async function findHeldAway(ctx: Context, leadId: string): Promise<HeldAway | undefined> {
  const { holder } = await getLeadHead(ctx, leadId);
  if (holder?.kind !== 'peer') return undefined;
  const winnerId = (await findLastOffer(ctx, leadId))?.winnerId;
  const recipient = winnerId ? await findRecipient(ctx, winnerId) : undefined;
  if (recipient?.state !== 'won' || recipient.peerId !== holder.id) return undefined;
  const way = await wayTo(ctx, recipient);
  return way === 'mail' || way === 'webhook' ? { recipient, way } : undefined;
}
