import {
  advance,
  messageTable,
  outcomeOf,
  type AnyMessage,
  type ConversationState,
  type Message,
  type Opened,
} from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { takesOffers } from '../../kernel/node-role.ts';
import { checkAgreement } from '../agreements/check-header.ts';
import { haveEffect, haveEffectBetweenNodes, isOfConversation } from '../effects/index.ts';
import { describeNewConversation } from '../offers/new-conversation.ts';
import { holdConversation } from '../hold-still.ts';
import { forgetLate } from './forget-late.ts';
import { Refusal } from './refusal.ts';
import type { ConversationType } from '../sending/send-message.ts';
import { insertConversation, updateConversation, type Conversation } from '../store/conversations.ts';
import { appendSecurityEvent, type Peer } from '../store/peers.ts';
import { findPrivacyRequestBy } from '../store/privacy-requests.ts';
import { findQuestionBy } from '../store/questions.ts';

/** An authenticated message as it came, signature and all. */
interface Arrived {
  readonly peer: Peer;
  readonly opened: Opened;
  readonly document: string;
}

/**
 * The effect of a message, once: state machine first, then what it does to lead and offer. Throws a Refusal when it may
 * not have an effect.
 */
export async function applyMessage(tx: Tx, { peer, opened, document }: Arrived): Promise<void> {
  const { message, digest } = opened;
  const { type, conversation: conversationId, round, seq } = message.header;
  if (!isOfConversation(type)) return haveEffectBetweenNodes(tx, { peer, message, digest, kid: opened.kid, document });
  if (conversationId === undefined || round === undefined || seq === undefined || seq < 1)
    throw new Refusal('schema', `${type} needs Conversation, Round and Seq.`);
  const found = await holdConversation(tx, { peerId: peer.nodeId, conversationId });
  if (found && found.erasedAt !== null && messageTable[type].level !== 'Privacy')
    throw new Refusal('erased', 'All of this conversation was erased here.');
  const conversation = found ?? newConversation(tx, peer, conversationId);
  if (seq === conversation.receivedSeq)
    throw new Refusal('illegal-transition', 'The last message of this conversation had this Seq, and another id.', {
      securityEvent: 'chain-broken',
    });
  const isLate = seq < conversation.receivedSeq;
  if (isLate && (!inAnyOrder.has(type) || (await isSettled(tx, { peer, message }))))
    throw new Refusal('illegal-transition', 'A later message of this conversation came before.');
  const agreed = await checkAgreement(tx, { peer, header: message.header, conversation: found });
  const { side } = conversation;
  const point = { state: conversation.state as ConversationState, round: conversation.round };
  const next = advance(point, { side, direction: 'received', type, round, outcome: outcomeOf(message) });
  if (typeof next === 'string') {
    if (isLate && found && round <= found.round && hasRevision(type, side)) return forgetLate(tx, found);
    throw new Refusal(next, `${type} is not possible in state ${conversation.state}.`);
  }
  const started = found ?? (await startConversation(tx, peer, { ...conversation, ...agreed }));
  await checkChain(tx, started, opened);
  const last = isLate ? {} : { receivedSeq: seq, receivedDigest: digest };
  const moved = await updateConversation(tx, started, { state: next.state, round: next.round, ...last });
  const heard = { peer, conversation: moved, message: message as Message<ConversationType>, digest };
  await haveEffect(tx, heard, point.state);
}

/**
 * What makes sense whatever came before it: not its number decides (LX-093) but its revision, or the state of a question. Somebody
 * on the way may let a later message arrive first, and a sender lets one overtake what was tried in vain.
 */
const inAnyOrder: ReadonlySet<string> = new Set<ConversationType>([
  ...(['Status', 'Update'] as const),
  ...(['Recall', 'RecallAnswer', 'Return', 'ReturnAnswer'] as const),
  ...(['Erasure', 'AccessRequest', 'AccessReport'] as const),
]);

/** Whether what was overtaken, and comes when nothing is to be said any more, is receipted and ignored. */
const hasRevision = (type: string, side: Conversation['side']): boolean =>
  type === 'Update' || (type === 'Status' && side === 'offering');

/** Whether a message answers a question that is not open any more. */
async function isSettled(tx: Tx, { peer, message }: { peer: Peer; message: AnyMessage }): Promise<boolean> {
  const { type, inReplyTo } = message.header;
  if (!messageTable[type].answers || inReplyTo === undefined) return false;
  const asked = { peerId: peer.nodeId, messageId: inReplyTo.messageId };
  if (type === 'AccessReport') return (await findPrivacyRequestBy(tx, asked))?.settledAt !== null;
  return (await findQuestionBy(tx, asked))?.state !== 'open';
}

/**
 * Where no message is missing between them, each quotes the one before (LX-055): a difference proves that its sender tells two
 * stories. It is noted, not refused.
 */
async function checkChain(
  tx: Tx,
  { peerId, receivedSeq, receivedDigest }: Conversation,
  opened: Opened,
): Promise<void> {
  const { seq, prevDigest, messageId } = opened.message.header;
  if (prevDigest === undefined || receivedDigest === null || seq !== receivedSeq + 1) return;
  if (prevDigest === receivedDigest) return;
  await appendSecurityEvent(tx, { peerId, messageId, code: 'chain-broken', facts: { digest: opened.digest } });
}

/** Only an Offer can begin one, so this side would hold the lead. */
const newConversation = (tx: Tx, { nodeId: peerId }: Peer, conversationId: string): Conversation =>
  describeNewConversation(tx, { peerId, conversationId, side: 'holding' });

async function startConversation(tx: Tx, peer: Peer, conversation: Conversation): Promise<Conversation> {
  if (!takesOffers(tx.config)) throw new Refusal('agreement-unknown', 'This node takes no offers from partners.');
  if (peer.role === 'secondary') throw new Refusal('agreement-unknown', 'This node takes no offers from this partner.');
  await insertConversation(tx, conversation);
  return conversation;
}
