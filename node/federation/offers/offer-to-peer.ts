import { makeCommitments, makeHops, writeLead, type Offer } from '../../../protocol/index.ts';
import type { DisclosurePlan } from '../../disclosure/decide-disclosure.ts';
import { narrowPlan } from '../../disclosure/narrow-plan.ts';
import type { Tx } from '../../kernel/context.ts';
import { getLead } from '../../leads/store.ts';
import { narrowOffer } from '../../routing/narrow-offer.ts';
import { rejectOffer } from '../../routing/reject-offer.ts';
import { getOffer, type Offer as RoutedOffer } from '../../routing/store/offers.ts';
import { findPlan, getRecipient } from '../../routing/store/recipients.ts';
import { describeNewConversation } from './new-conversation.ts';
import { makeConversationId } from '../restoration/conversation-id.ts';
import { findSpoken } from '../peers/find-spoken.ts';
import { sendMessage } from '../sending/send-message.ts';
import type { Agreement } from '../store/agreements.ts';
import { findOffering, insertConversation, type Conversation } from '../store/conversations.ts';
import { digestFields, offeredSnapshot } from '../after-release/told-fields.ts';
import { passOver } from './pass-over.ts';
import { weighOffer } from './weigh-offer.ts';

/** Header, signature and commitments or their openings beside the lead, at most. */
const envelopeBytes = 8_000;

/** Offers a lead to a peer, in a new conversation with salts of its own: recipients cannot link their copies. */
export async function offerToPeer(tx: Tx, { recipientId }: { recipientId: string }): Promise<void> {
  if (await findOffering(tx, recipientId)) return;
  const recipient = await getRecipient(tx, recipientId);
  const offer = await getOffer(tx, recipient.offerId);
  const planned = await findPlan(tx, recipientId);
  const over = recipient.state !== 'offered' || offer.state !== 'open' || offer.closesAt <= tx.clock.now();
  if (over || !planned || recipient.peerId === null) return;
  const terms = await weighOffer(tx, recipient.peerId, offer.leadId);
  if (typeof terms === 'string') return passOver(tx, recipientId, terms);
  const { agreement, before } = terms;
  const plan = agreement ? narrowPlan(planned, agreement.terms.fieldTerms ?? []) : planned;
  if (plan !== planned) await narrowOffer(tx, { recipientId, leadId: offer.leadId }, plan);
  const most = (await findSpoken(tx, recipient.peerId)).messageBytes;
  if (Buffer.byteLength(writeLead(plan.released)) + envelopeBytes > most) {
    const text = `The lead is too large for this partner's node, which takes messages of ${most} bytes.`;
    await rejectOffer(tx, { recipientId, reason: 'other', text });
    return;
  }
  const conversation = startConversation(tx, { recipientId, peerId: recipient.peerId, offer, agreement });
  const { document, contentKeyId } = await getLead(tx, offer.leadId);
  const told = JSON.stringify(digestFields(conversation, offeredSnapshot(document, plan)));
  const begun = { ...conversation, told, contentKeyId };
  await insertConversation(tx, begun);
  const body = { ...writeOffer(offer, plan, conversation), ...makeHops(tx.config.nodeId, before) };
  await sendMessage(tx, begun, { type: 'Offer', body, decidedBy: plan, expiresAt: offer.closesAt });
}

interface Starting {
  readonly recipientId: string;
  readonly peerId: string;
  readonly offer: RoutedOffer;
  readonly agreement: Agreement | undefined;
}

function startConversation(tx: Tx, { recipientId, peerId, offer, agreement }: Starting): Conversation {
  const conversationId = makeConversationId(tx, offer.leadId);
  return {
    ...describeNewConversation(tx, { peerId, conversationId, side: 'offering' }),
    ...{ round: offer.round, leadId: offer.leadId, recipientId, closesAt: offer.closesAt },
    agreementId: agreement?.agreementId ?? null,
    agreementDigest: agreement?.digest ?? null,
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
