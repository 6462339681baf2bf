import { messageTable, open, outcomeOf, type AnyMessage, type Message } from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict, notFound } from '../../kernel/errors.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { openText } from '../../leads/content-key.ts';
import { replayStep } from '../agreements/replay-step.ts';
import { describeAgain } from '../after-release/update-to-peer.ts';
import { maySay, sealIntoOutbox, type ConversationType } from './send-message.ts';
import { findOwnKey } from '../keys/signing-key.ts';
import { holdConversation } from '../hold-still.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { findOutbox, markReplayed, type OutboxMessage } from '../store/outbox.ts';

/**
 * Sends a message again whose delivery ended without success: under a new id and counter, for the same effect; an Update tells its
 * fields as they are now. Answers the new id. `by`: who asks for it. Errors: `not-found`, `not-replayable` (it was delivered or
 * replayed, or the conversation is over).
 */
export function replayMessage(ctx: Context, peerId: string, messageId: string, by?: string): Promise<string> {
  return transact(ctx, async (tx) => {
    const message = await findOutbox(tx, messageId);
    if (message?.peerId !== peerId) throw notFound('message');
    if (message.type === 'Agreement') return replayAgreement(tx, message, by);
    const conversation = await holdConversation(tx, message);
    // A question that was not heard is asked anew, as a new one.
    const isQuestion = ['Recall', 'Return', 'Erasure', 'AccessRequest'].includes(message.type);
    const document = await openText(tx, message.document);
    const said = document === null ? undefined : await reopen(tx, document);
    const over = !conversation || !said || isQuestion || isOver(conversation, said);
    if (over || !(await markReplayed(tx, messageId))) throw notReplayable();
    const { inReplyTo, type } = said.header;
    // Beside a newer one an old Update would be ignored: its fields are told as they are now.
    const news: News = isUpdate(said)
      ? await describeAgain(tx, conversation, said.body)
      : { body: said.body, change: {} };
    const { body, change } = news;
    if (!body) throw notReplayable();
    const sealed = await sealIntoOutbox(tx, conversation, { type, body, effectKey: message.effectKey, inReplyTo });
    await appendLeaf(tx, 'message-replayed', { peer: peerId, was: messageId, message: sealed.messageId, by });
    await updateConversation(tx, conversation, { ...change, sentSeq: sealed.seq, sentDigest: sealed.digest });
    return sealed.messageId;
  });
}

async function replayAgreement(tx: Tx, { messageId, peerId, document }: OutboxMessage, by?: string): Promise<string> {
  const said = document === null ? undefined : ((await reopen(tx, document)) as unknown as Message<'Agreement'>);
  if (!said || !(await markReplayed(tx, messageId))) throw notReplayable();
  const sent = await replayStep(tx, said, by);
  if (sent === undefined) throw notReplayable();
  await appendLeaf(tx, 'message-replayed', { peer: peerId, was: messageId, message: sent, by });
  return sent;
}

const notReplayable = () =>
  conflict(
    'not-replayable',
    'This message was delivered or replayed, its conversation is over, or it means nothing now.',
  );

const isUpdate = (said: Message<ConversationType>): said is Message<'Update'> => said.header.type === 'Update';

interface News {
  readonly body?: Message<ConversationType>['body'];
  readonly change: Partial<Conversation>;
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
