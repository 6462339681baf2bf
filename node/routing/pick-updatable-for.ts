import { factsOf } from '../disclosure/facts.ts';
import { pickUpdatable, type Updatable } from '../disclosure/pick-updatable.ts';
import { listPoliciesFor } from '../disclosure/store.ts';
import type { Context } from '../kernel/context.ts';
import type { StoredLead } from '../leads/store.ts';
import { getOffer } from './store/offers.ts';
import type { Recipient } from './store/recipients.ts';

/**
 * What a partner that holds a lead may be told of fields that changed after the release, by the policies of now; undefined
 * when it may be told none of them.
 */
export async function pickUpdatableFor(
  ctx: Context,
  { peerId, offerId }: Pick<Recipient, 'peerId' | 'offerId'>,
  lead: Pick<StoredLead, 'document' | 'test' | 'origin' | 'originPeer'>,
  changed: readonly string[],
): Promise<Updatable | undefined> {
  const partner = { kind: 'peer', id: peerId ?? '' } as const;
  const { mode } = await getOffer(ctx, offerId);
  const told = { ...partner, mode, facts: factsOf(lead) };
  return pickUpdatable(lead.document, changed, await listPoliciesFor(ctx, partner), told);
}
