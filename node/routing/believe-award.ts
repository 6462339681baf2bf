import type { Tx } from '../kernel/context.ts';
import { systemActor, type Holder } from '../leads/history.ts';
import { getLead, getLeadHead, holdStill } from '../leads/store.ts';
import { confirmAward } from './award.ts';
import { claimOffer } from './claim-offer.ts';
import { openOffer } from './open-offer.ts';
import { returnToRoot } from './reroute-lead.ts';
import { readRouteSetup } from './route-setup.ts';
import { findBoxOf, systemBoxId } from './store/boxes.ts';
import { findLastOffer, liveOfferStates } from './store/offers.ts';
import { getRecipient } from './store/recipients.ts';

interface Believed {
  readonly leadId: string;
  /** A peer. */
  readonly holder: Holder;
  /** The candidate of an offer it was awarded by, as far as that is known. */
  readonly recipientId: string | undefined;
}

const free: readonly string[] = ['new', 'offered', 'claimed', 'unrouted'];
/** How long the offer is open that stands for a forgotten one: it is answered in the same transaction. */
const moment = 60_000;

/**
 * After a restoration: a peer says, and has proof, that it was awarded a lead. Whatever offer is open here ends, and the award
 * counts as confirmed. Answers the candidate that won; undefined when somebody else holds the lead already.
 */
export async function believeAward(tx: Tx, { leadId, holder, recipientId }: Believed): Promise<string | undefined> {
  await holdStill(tx, leadId);
  const lead = await getLeadHead(tx, leadId);
  const last = await findLastOffer(tx, leadId);
  if (!free.includes(lead.state)) {
    const winner = last?.winnerId ?? undefined;
    return lead.holder?.kind === 'peer' && lead.holder.id === holder.id ? winner : undefined;
  }
  if (last?.state === 'claimed' || (last?.confirmedAt != null && liveOfferStates.includes(last.state)))
    return last.winnerId !== null && (await getRecipient(tx, last.winnerId)).peerId === holder.id
      ? last.winnerId
      : undefined;
  const winner = (await claimBelieved(tx, last, recipientId)) ?? (await claimAnew(tx, leadId, holder));
  return (await confirmAward(tx, winner)) ? winner : undefined;
}

/** By the offer that the backup knows, if it is open or was awarded so. */
async function claimBelieved(
  tx: Tx,
  last: Awaited<ReturnType<typeof findLastOffer>>,
  recipientId: string | undefined,
): Promise<string | undefined> {
  if (!last || recipientId === undefined || !liveOfferStates.includes(last.state)) return undefined;
  if (last.winnerId === recipientId) return recipientId;
  const { offerId, state } = await getRecipient(tx, recipientId);
  if (offerId !== last.id || state !== 'offered') return undefined;
  const { outcome } = await claimOffer(tx, { recipientId, round: last.round, believed: true });
  return outcome === 'won' ? recipientId : undefined;
}

/** By an offer that stands for the forgotten one. */
async function claimAnew(tx: Tx, leadId: string, holder: Holder): Promise<string> {
  await returnToRoot(tx, leadId, { actor: systemActor, reason: 'restored' });
  const box = await findBoxOf(tx, { peerId: holder.id });
  const name = holder.name ?? holder.id;
  const now = tx.clock.now();
  const round = ((await findLastOffer(tx, leadId))?.round ?? 0) + 1;
  const { recipientIds } = await openOffer(tx, await readRouteSetup(tx), {
    ...{ lead: await getLead(tx, leadId), round, mode: 'direct', quiet: true, actor: systemActor },
    box: { id: box?.id ?? systemBoxId, name },
    to: [{ kind: 'peer', id: holder.id, name, ...(box && { boxId: box.id }) }],
    ...{ opensAt: now, closesAt: now + moment },
  });
  const [recipientId = ''] = recipientIds;
  await claimOffer(tx, { recipientId, believed: true });
  return recipientId;
}
