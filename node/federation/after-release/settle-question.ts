import type { AnswerOutcome } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getLeadHead } from '../../leads/store.ts';
import { completeRelease } from '../../routing/award.ts';
import { findLastOffer } from '../../routing/store/offers.ts';
import { takeLeadBack } from '../../routing/take-lead-back.ts';
import { giveLeadBack } from '../../routing/withdraw-lead.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import {
  findConversation,
  listConversationsOf,
  updateConversation,
  type Conversation,
} from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import { forgetSent } from '../store/outbox-content.ts';
import { forgetReports } from '../store/privacy-requests.ts';
import { closeQuestion, forgetQuestions, listOpenIn, type Question } from '../store/questions.ts';
import { partnerOf } from '../peers/partner-of.ts';

interface Settling {
  readonly outcome: AnswerOutcome;
  readonly text?: string | undefined;
  readonly actor: LeadActor;
}

/**
 * Answers what a peer asked about giving a lead back, and does what was agreed on, all in this transaction. Throws
 * `question-over` when the conversation went on meanwhile, `held-by-partner` when we have given the lead on.
 */
export async function answerPeer(tx: Tx, question: Question, { outcome, text, actor }: Settling): Promise<void> {
  const { leadId, kind, messageId, digest, reason } = question;
  const conversation = await findConversation(tx, question);
  const type = kind === 'recall' ? 'RecallAnswer' : 'ReturnAnswer';
  if (!conversation || !maySay(conversation, type, outcome))
    throw conflict('question-over', 'This was settled meanwhile; look again.');
  const body = { outcome, ...(text !== undefined && { text }) };
  const answered = await sendMessage(tx, conversation, { type, body, inReplyTo: { messageId, digest } });
  await closeQuestion(tx, question.id, { state: outcome, by: actor, text });
  await tellHistory(tx, leadId, outcome === 'agreed' ? 'agree' : 'refuse', { actor });
  if (outcome === 'agreed') await handOver(tx, answered, { reason, actor });
}

/** Both sides agree that the lead goes back where it came from; whatever else was asked about it is settled with that. */
export async function handOver(
  tx: Tx,
  conversation: Conversation,
  { reason, actor }: { reason: string; actor: LeadActor },
): Promise<void> {
  const { leadId, peerId, side } = conversation;
  for (const { id } of await listOpenIn(tx, conversation)) await closeQuestion(tx, id, { state: 'void', by: actor });
  const recipient = await partnerOf(tx, peerId);
  if (side === 'offering') {
    if (await isOwnedThrough(tx, conversation)) await takeLeadBack(tx, leadId, { reason, actor, recipient });
    return;
  }
  await giveLeadBack(tx, leadId, { reason, actor, recipient });
  await updateConversation(tx, conversation, { offer: null, told: null });
  // Also with those whom it was passed on to.
  for (const each of await listConversationsOf(tx, leadId)) {
    await forgetConversation(tx, each);
    await forgetSent(tx, each);
  }
  await forgetQuestions(tx, leadId);
  await forgetReports(tx, leadId);
}

/** Whether the peer owns the lead by this conversation, and not by a later one, or no longer. */
export async function isOwnedThrough(tx: Tx, { leadId, recipientId }: Conversation): Promise<boolean> {
  const last = await findLastOffer(tx, leadId);
  if (recipientId === null || last?.winnerId !== recipientId) return false;
  // Whoever speaks of the lead has the release, also when its receipt got lost.
  if (last.state === 'awarded' && last.confirmedAt !== null) await completeRelease(tx, recipientId);
  return (await getLeadHead(tx, leadId)).holder?.kind === 'peer';
}
