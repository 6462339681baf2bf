import {
  advance,
  messageTable,
  outcomeOf,
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
  if (seq <= conversation.receivedSeq) {
    // A status or an update that was overtaken is stored and has no effect; anything else came too late to make sense.
    if (type === 'Status' && found?.side === 'offering') return;
    if (type === 'Update' && found) return forgetLate(tx, found);
    throw new Refusal('illegal-transition', 'A later message of this conversation came before.');
  }
  const agreed = await checkAgreement(tx, { peer, header: message.header, conversation: found });
  const { side } = conversation;
  const point = { state: conversation.state as ConversationState, round: conversation.round };
  const next = advance(point, { side, direction: 'received', type, round, outcome: outcomeOf(message) });
  if (typeof next === 'string') throw new Refusal(next, `${type} is not possible in state ${conversation.state}.`);
  const started = found ?? (await startConversation(tx, peer, { ...conversation, ...agreed }));
  await checkChain(tx, started, opened);
  const moved = await updateConversation(tx, started, {
    state: next.state,
    round: next.round,
    receivedSeq: seq,
    receivedDigest: digest,
  });
  const heard = { peer, conversation: moved, message: message as Message<ConversationType>, digest };
  await haveEffect(tx, heard, point.state);
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
