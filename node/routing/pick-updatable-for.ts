import type { Lead } from '../../protocol/index.ts';
import { pickUpdatable, type Updatable } from '../disclosure/pick-updatable.ts';
import { listPoliciesFor } from '../disclosure/store.ts';
import type { Context } from '../kernel/context.ts';
import { getOffer } from './store/offers.ts';
import type { Recipient } from './store/recipients.ts';

/**
 * What a partner that holds a lead may be told of fields that changed after the release, by the policies of now; undefined
 * when it may be told none of them.
 */
export async function pickUpdatableFor(
  ctx: Context,
  { peerId, offerId }: Pick<Recipient, 'peerId' | 'offerId'>,
  lead: Lead,
  changed: readonly string[],
): Promise<Updatable | undefined> {
  const partner = { kind: 'peer', id: peerId ?? '' } as const;
  const { mode } = await getOffer(ctx, offerId);
  return pickUpdatable(lead, changed, await listPoliciesFor(ctx, partner), { ...partner, mode });
}
