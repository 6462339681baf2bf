import type { Context } from '../../kernel/context.ts';
import { getLeadHead } from '../../leads/store.ts';
import { findLastOffer, liveOfferStates } from '../../routing/store/offers.ts';
import { listRecipients } from '../../routing/store/recipients.ts';
import { findHolding, findOffering, heldStates, type Conversation } from '../store/conversations.ts';

/** Whether the holder owns the lead, as far as this conversation goes. */
const isHeld = ({ state }: Conversation): boolean => heldStates.includes(state);

/** The conversation through which a peer holds a lead of ours; undefined when none does. */
export async function findHeldByPeer(ctx: Context, leadId: string): Promise<Conversation | undefined> {
  const { holder } = await getLeadHead(ctx, leadId);
  if (holder?.kind !== 'peer') return undefined;
  const winnerId = (await findLastOffer(ctx, leadId))?.winnerId;
  const conversation = winnerId ? await findOffering(ctx, winnerId) : undefined;
  return conversation && isHeld(conversation) ? conversation : undefined;
}

/** The conversation through which we hold a lead of a peer; undefined when it is not, or no longer, ours. */
export async function findHeldFromPeer(ctx: Context, leadId: string): Promise<Conversation | undefined> {
  const conversation = await findHolding(ctx, leadId);
  return conversation && isHeld(conversation) ? conversation : undefined;
}

/** Whether a partner is offered a lead now, or was first and will have it any moment. */
export async function isOfferedToPartner(ctx: Context, leadId: string): Promise<boolean> {
  const last = await findLastOffer(ctx, leadId);
  if (!last || !liveOfferStates.includes(last.state)) return false;
  const recipients = await listRecipients(ctx, last.id);
  return recipients.some(({ kind, state }) => kind === 'peer' && (state === 'offered' || state === 'accepted'));
}
