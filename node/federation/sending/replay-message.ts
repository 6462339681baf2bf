import { messageTable, open, outcomeOf, type AnyMessage, type Message } from '../../../protocol/index.ts';
import { transact, type Context } from '../../kernel/context.ts';
import { conflict, notFound } from '../../kernel/errors.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { openText } from '../../leads/content-key.ts';
import { maySay, sealIntoOutbox, type ConversationType } from './send-message.ts';
import { findOwnKey } from '../keys/signing-key.ts';
import { holdConversation } from '../hold-still.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { findOutbox, markReplayed } from '../store/outbox.ts';

/**
 * Sends a message again whose delivery ended without success: under a new id and counter, for the same effect. Answers the
 * new id. `by`: who asks for it. Errors: `not-found`, `not-replayable` (it was delivered or replayed, or the conversation is over).
 */
export function replayMessage(ctx: Context, peerId: string, messageId: string, by?: string): Promise<string> {
  return transact(ctx, async (tx) => {
    const message = await findOutbox(tx, messageId);
    if (message?.peerId !== peerId) throw notFound('message');
    const conversation = await holdConversation(tx, message);
    // A question that was not heard is asked anew, as a new one.
    const isQuestion = ['Recall', 'Return', 'Erasure', 'AccessRequest'].includes(message.type);
    const document = await openText(tx, message.document);
    const said = document === null ? undefined : await reopen(tx, document);
    const over = !conversation || !said || isQuestion || isOver(conversation, said);
    if (over || !(await markReplayed(tx, messageId)))
      throw conflict('not-replayable', 'This message was delivered or replayed, or its conversation is over.');
    const { body, header } = said;
    const type = header.type;
    const sealed = await sealIntoOutbox(tx, conversation, {
      ...{ type, body, effectKey: message.effectKey },
      inReplyTo: header.inReplyTo,
    });
    await appendLeaf(tx, 'message-replayed', { peer: peerId, was: messageId, message: sealed.messageId, by });
    await updateConversation(tx, conversation, { sentSeq: sealed.seq, sentDigest: sealed.digest });
    return sealed.messageId;
  });
}

/** Whether a message has no meaning any more: its round is over, or what it gave away is back. */
function isOver(conversation: Conversation, said: Message<ConversationType>): boolean {
  const { type, round } = said.header;
  const { state } = conversation;
  if (messageTable[type].level !== 'Privacy' && round !== conversation.round) return true;
  if (state === 'closed') return !maySay(conversation, type, outcomeOf(said as AnyMessage));
  return state === 'returned' && type === 'Release';
}

/** Our own document, read as everybody else reads it. */
async function reopen(ctx: Context, document: string): Promise<Message<ConversationType>> {
  const { message } = open(Buffer.from(document), await findOwnKey(ctx));
  return message as Message<ConversationType>;
}
