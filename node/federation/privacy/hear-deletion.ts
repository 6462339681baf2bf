import type { Header } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { Refusal } from '../receiving/refusal.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { findInbox } from '../store/inbox.ts';
import { findOutbox } from '../store/outbox.ts';

/**
 * A peer that did not get a lead says that what it saw is gone (LX-152). Refuses `illegal-transition` what quotes no end of an
 * offer in this conversation. One about an earlier round tells nothing about this one.
 */
export async function hearDeletion(
  tx: Tx,
  conversation: Conversation,
  { header, digest }: { header: Header; digest: string },
): Promise<void> {
  const { peerId, conversationId, leadId, round, side, state, deletedAt } = conversation;
  const ended = side === 'offering' && ['closed', 'rejected', 'erased'].includes(state);
  if (!(await quotesEnd(tx, conversation, header.inReplyTo)))
    throw new Refusal('illegal-transition', 'This quotes no end of an offer of this conversation.');
  if (!ended || header.round !== round || deletedAt !== null) return;
  await updateConversation(tx, conversation, { deletedAt: tx.clock.now() });
  const message = { message: header.messageId, digest };
  await appendLeaf(tx, 'deletion-confirmed', {
    ...{ peer: peerId, lead: leadId, conversation: conversationId, round },
    ...message,
  });
}

/** Ours said that the offer was over, or theirs that they do not want the lead. */
async function quotesEnd(
  tx: Tx,
  { peerId, conversationId }: Conversation,
  quoted: Header['inReplyTo'],
): Promise<boolean> {
  if (!quoted) return false;
  const ours = await findOutbox(tx, quoted.messageId);
  const said = ours?.peerId === peerId ? ours : await findInbox(tx, peerId, quoted.messageId);
  return (
    said?.conversationId === conversationId &&
    said.digest === quoted.digest &&
    ['NoLongerAvailable', 'Recall', 'Reject'].includes(said.type)
  );
}
