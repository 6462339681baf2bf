import type { Tx } from '../../kernel/context.ts';
import type { Conversation } from '../store/conversations.ts';

/** A conversation in which nothing was said yet; whoever begins it fills in what it is about. */
export function describeNewConversation(
  tx: Tx,
  { peerId, conversationId, side }: Pick<Conversation, 'peerId' | 'conversationId' | 'side'>,
): Conversation {
  const now = tx.clock.now();
  return {
    ...{ peerId, conversationId, side },
    state: 'none',
    round: 0,
    leadId: '',
    recipientId: null,
    offerDigest: '',
    offer: null,
    secret: tx.ids.random(32).toString('base64'),
    closesAt: 0,
    sentSeq: 0,
    sentDigest: null,
    receivedSeq: 0,
    receivedDigest: null,
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
    endedAs: null,
    deleteBy: null,
    deletedAt: null,
    erasedAt: null,
    contentKeyId: null,
    createdAt: now,
    updatedAt: now,
  };
}
