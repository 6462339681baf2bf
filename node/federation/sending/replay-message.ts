import { open, type Message } from '../../../protocol/index.ts';
import { transact, type Context } from '../../kernel/context.ts';
import { conflict, notFound } from '../../kernel/errors.ts';
import { openText } from '../../leads/content-key.ts';
import { sealIntoOutbox, type ConversationType } from './send-message.ts';
import { findOwnKey } from '../keys/signing-key.ts';
import { findConversation, updateConversation } from '../store/conversations.ts';
import { findOutbox, markReplayed } from '../store/outbox.ts';

/**
 * Sends a message again whose delivery ended without success: under a new id and counter, for the same effect. Answers the
 * new id. Errors: `not-found`, `not-replayable` (it was delivered or replayed, or the conversation is over).
 */
export function replayMessage(ctx: Context, peerId: string, messageId: string): Promise<string> {
  return transact(ctx, async (tx) => {
    const message = await findOutbox(tx, messageId);
    if (message?.peerId !== peerId) throw notFound('message');
    const conversation = await findConversation(tx, message);
    // A question that was not heard is asked anew, as a new one.
    const isQuestion = ['Recall', 'Return', 'Erasure', 'AccessRequest'].includes(message.type);
    const document = await openText(tx, message.document);
    const over = !conversation || conversation.state === 'closed' || isQuestion;
    if (over || document === null || !(await markReplayed(tx, messageId)))
      throw conflict('not-replayable', 'This message was delivered or replayed, or its conversation is over.');
    const { body, header } = await reopen(tx, document);
    const type = header.type;
    const sealed = await sealIntoOutbox(tx, conversation, {
      ...{ type, body, effectKey: message.effectKey },
      inReplyTo: header.inReplyTo,
    });
    await updateConversation(tx, conversation, { sentSeq: sealed.seq, sentDigest: sealed.digest });
    return sealed.messageId;
  });
}

/** Our own document, read as everybody else reads it. */
async function reopen(ctx: Context, document: string): Promise<Message<ConversationType>> {
  const { message } = open(Buffer.from(document), await findOwnKey(ctx));
  return message as Message<ConversationType>;
}
