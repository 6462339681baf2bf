import { makeCommitments, type Offer } from '../../protocol/index.ts';
import type { DisclosurePlan } from '../disclosure/decide-disclosure.ts';
import type { Tx } from '../kernel/context.ts';
import { getLead, getLeadHead } from '../leads/store.ts';
import { rejectOffer } from '../routing/reject-offer.ts';
import { getOffer, type Offer as RoutedOffer } from '../routing/store/offers.ts';
import { findPlan, getRecipient } from '../routing/store/recipients.ts';
import { sendMessage } from './send-message.ts';
import { findOffering, insertConversation, type Conversation } from './store/conversations.ts';
import { countWaiting } from './store/outbox.ts';
import { findPeer } from './store/peers.ts';
import { digestFields, offeredSnapshot } from './told-fields.ts';

/** Offers a lead to a peer, in a new conversation with salts of its own: recipients cannot link their copies. */
export async function offerToPeer(tx: Tx, { recipientId }: { recipientId: string }): Promise<void> {
  if (await findOffering(tx, recipientId)) return;
  const recipient = await getRecipient(tx, recipientId);
  const offer = await getOffer(tx, recipient.offerId);
  const plan = await findPlan(tx, recipientId);
  const over = recipient.state !== 'offered' || offer.state !== 'open' || offer.closesAt <= tx.clock.now();
  if (over || !plan || recipient.peerId === null) return;
  if (!(await mayOffer(tx, recipient.peerId, offer.leadId))) {
    await rejectOffer(tx, { recipientId, reason: 'not-reachable' });
    return;
  }
  const conversation = startConversation(tx, { recipientId, peerId: recipient.peerId, offer });
  const { document } = await getLead(tx, offer.leadId);
  const told = JSON.stringify(digestFields(conversation, offeredSnapshot(document, plan)));
  await insertConversation(tx, { ...conversation, told });
  const body = writeOffer(offer, plan, conversation);
  await sendMessage(tx, conversation, { type: 'Offer', body, policy: plan.policy, expiresAt: offer.closesAt });
}

/** So many messages may wait for a peer before it is offered nothing more. */
const highWater = 1_000;

/**
 * Whether a peer may be offered a lead now: it is an active partner that takes leads and keeps up, and a lead from a peer is
 * passed on only once it is ours, never back to where it came from.
 */
async function mayOffer(tx: Tx, peerId: string, leadId: string): Promise<boolean> {
  const peer = await findPeer(tx, peerId);
  if (peer?.state !== 'active' || peer.role === 'primary') return false;
  const { origin, originPeer, releasedAt } = await getLeadHead(tx, leadId);
  if (origin === 'peer' && (releasedAt === null || originPeer === peerId)) return false;
  return (await countWaiting(tx, peerId, highWater)) < highWater;
}

function startConversation(
  tx: Tx,
  { recipientId, peerId, offer }: { recipientId: string; peerId: string; offer: RoutedOffer },
): Conversation {
  const now = tx.clock.now();
  return {
    peerId,
    conversationId: tx.ids.uuid(),
    side: 'offering',
    state: 'none',
    round: offer.round,
    leadId: offer.leadId,
    recipientId,
    offerDigest: '',
    offer: null,
    secret: tx.ids.random(32).toString('base64'),
    closesAt: offer.closesAt,
    sentSeq: 0,
    sentDigest: null,
    receivedSeq: 0,
    sentRevision: 0,
    consideredEvents: 0,
    receivedRevision: 0,
    sentUpdate: 0,
    receivedUpdate: 0,
    told: null,
    agreementId: null,
    agreementDigest: null,
    hops: null,
    releasedAt: null,
    endedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** The visible part and a promise of the rest: a commitment for every field group of what Release will hold. */
function writeOffer(offer: RoutedOffer, plan: DisclosurePlan, conversation: Conversation): Offer {
  const { conversationId, round } = conversation;
  const secret = saltSecret(conversation);
  return {
    mode: offer.mode,
    ...(offer.opensAt > offer.createdAt && { opensAt: new Date(offer.opensAt).toISOString() }),
    closesAt: new Date(offer.closesAt).toISOString(),
    lead: plan.offered,
    ...(plan.maskedFields.length > 0 && { maskedFields: [...plan.maskedFields] }),
    ...(plan.withheldFields.length > 0 && { withheldFields: [...plan.withheldFields] }),
    commitments: makeCommitments(plan.released, { conversation: conversationId, round, secret }),
  };
}

/** What the salts of a conversation's commitments are derived from. */
export const saltSecret = ({ secret }: Conversation): Buffer => Buffer.from(secret ?? '', 'base64');
