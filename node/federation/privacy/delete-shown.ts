import type { Header } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { destroyContentKey } from '../../leads/content-key.ts';
import { forgetOfferValues } from '../../routing/store/recipients.ts';
import { findAgreementOf } from '../agreements/in-force.ts';
import { isDeafTo } from '../peers/is-deaf-to.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { findConversation, updateConversation, type Conversation } from '../store/conversations.ts';
import { forgetConversation, trimConversation } from '../store/inbox.ts';
import { cancelTold } from './cancel-told.ts';

const hourMilliseconds = 3_600_000;
/** What the specification gives a loser where nothing was agreed on (LX-116). */
const unagreedHours = 24;
/** Losers of one grab do not all confirm in the same second: each waits a time of its own, of five minutes at most. */
const spreadMilliseconds = 5 * 60_000;

/** Until when the side that did not get the lead deletes what it saw, in epoch milliseconds (LX-116). */
export async function findDeleteBy(ctx: Context, conversation: Conversation): Promise<number> {
  const agreement = await findAgreementOf(ctx, conversation);
  return ctx.clock.now() + (agreement?.terms.deleteShownHours ?? unagreedHours) * hourMilliseconds;
}

type Quoted = NonNullable<Header['inReplyTo']>;

/**
 * The offer of a peer is over for us: what we saw of the lead is deleted and that is said in the ledger, and to the peer in
 * reply to `ended`, the message that ended it; without one nobody is told.
 */
export async function planDeletion(tx: Tx, conversation: Conversation, ended?: Quoted): Promise<void> {
  const { peerId, conversationId, round } = conversation;
  const deleteBy = await findDeleteBy(tx, conversation);
  await updateConversation(tx, conversation, { deleteBy, deletedAt: null });
  const wait = (tx.ids.random(2).readUInt16BE() / 0xffff) * spreadMilliseconds;
  const dueAt = Math.min(deleteBy, tx.clock.now() + 1 + Math.floor(wait));
  const payload = { peerId, conversationId, round, ended };
  const key = `delete-shown:${peerId}:${conversationId}:${round}`;
  await intend(tx, { kind: 'delete-shown', payload, dueAt, key });
}

/** Deletes what is left of an offer that another got, or nobody here wanted, and confirms it (LX-152). */
export async function deleteShown(
  tx: Tx,
  { peerId, conversationId, round, ended }: { peerId: string; conversationId: string; round: number; ended?: Quoted },
): Promise<void> {
  const conversation = await findConversation(tx, { peerId, conversationId });
  const over = conversation?.round === round && ['closed', 'rejected'].includes(conversation.state);
  if (!over || conversation.deletedAt !== null) return;
  const { leadId, agreementDigest, deleteBy } = conversation;
  if (leadId !== '') await forgetOfferValues(tx, leadId);
  await forgetConversation(tx, conversation);
  await trimConversation(tx, conversation);
  // What waits still and is sealed could not be read any more to be sent.
  await cancelTold(tx, conversation);
  if (conversation.contentKeyId !== null) await destroyContentKey(tx, conversation.contentKeyId);
  const change = { offer: null, told: null, contentKeyId: null, deletedAt: tx.clock.now() };
  const deleted = await updateConversation(tx, conversation, change);
  await appendLeaf(tx, 'offer-deleted', {
    ...{ peer: peerId, lead: leadId === '' ? null : leadId, conversation: conversationId, round },
    ...{ 'due-at': deleteBy === null ? null : new Date(deleteBy).toISOString(), 'agreement-digest': agreementDigest },
  });
  const told = ended && maySay(deleted, 'ErasureStatus', 'offer-deleted') && !(await isDeafTo(tx, peerId, 'Privacy'));
  if (!told) return;
  const body = { outcome: 'offer-deleted', at: new Date(tx.clock.now()).toISOString() } as const;
  await sendMessage(tx, deleted, { type: 'ErasureStatus', body, inReplyTo: ended });
}
