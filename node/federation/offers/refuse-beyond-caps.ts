import type { Tx } from '../../kernel/context.ts';
import { systemActor } from '../../leads/history.ts';
import { rejectOffer } from '../../routing/reject-offer.ts';
import { mayClaimMore } from '../agreements/caps.ts';
import type { Conversation } from '../store/conversations.ts';
import { sayClosed } from './award-to-peer.ts';

/**
 * A claim of a partner that has as many leads as was agreed: the offer is over for it, and the lead goes to others (LX-164).
 * For the conversation as it is with the claim; false when there is room.
 */
export async function refuseBeyondCaps(tx: Tx, conversation: Conversation): Promise<boolean> {
  if (await mayClaimMore(tx, conversation)) return false;
  const recipientId = conversation.recipientId ?? '';
  await rejectOffer(tx, { recipientId, reason: 'no-capacity', actor: systemActor });
  await sayClosed(tx, conversation, 'recalled');
  return true;
}
