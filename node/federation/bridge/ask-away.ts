import type { AnswerOutcome, RecallReason } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { intend } from '../../kernel/jobs.ts';
import { when } from '../../kernel/times.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { holdStill, insertNote } from '../../leads/store.ts';
import { holderOf } from '../../routing/open-offer.ts';
import { getRecipient, type Recipient } from '../../routing/store/recipients.ts';
import { takeLeadBack } from '../../routing/take-lead-back.ts';
import { planDue } from '../after-release/question-due.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { closeQuestion, findQuestionBy, insertQuestion, listOpenIn, type Question } from '../store/questions.ts';
import { longestMilliseconds } from './offer-by-webhook.ts';
import { queueWebhook } from './queue-webhook.ts';
import { findHeldAway, type HeldAway } from './way-to.ts';

interface Asking {
  readonly reason: RecallReason;
  /** In words, for people on the other side. */
  readonly text?: string | undefined;
  readonly actor: LeadActor;
  /** Epoch milliseconds. */
  readonly answerBy: number;
}

/**
 * Asks a partner without a node to give the lead back that it holds; until it agrees, the lead stays with it. Answers the
 * question's id. Throws `already-asked`.
 */
export async function askAway(
  tx: Tx,
  { recipient, way }: HeldAway,
  { reason, text, actor, answerBy }: Asking,
): Promise<string> {
  const { id: conversationId, leadId, peerId } = recipient;
  if (await findAsked(tx, recipient))
    throw conflict('already-asked', 'This partner was asked already; the answer comes first.');
  const id = tx.ids.make('question');
  const facts = { reason, answerBy: when(answerBy), ...(text !== undefined && { text }) };
  const told =
    way === 'mail'
      ? await askByMail(tx, recipient, { kind: 'asked-back', about: id, until: answerBy })
      : await queueWebhook(tx, peerId ?? '', {
          ...{ event: 'lead.recall-requested', recipient, facts, document: {} },
          expiresAt: Math.max(answerBy, tx.clock.now() + longestMilliseconds),
        });
  await insertQuestion(tx, {
    ...{ id, leadId, peerId: peerId ?? '', conversationId, kind: 'recall', ours: true, ...told },
    ...{ reason, text: text ?? null, content: undefined, askedBy: actor, askedAt: tx.clock.now(), answerBy },
  });
  await tellHistory(tx, leadId, 'ask-recall', { actor, recipient: holderOf(recipient), reason, until: answerBy });
  await planDue(tx, { id, ours: true, answerBy });
  return id;
}

interface MailAsking {
  readonly kind: 'asked-back' | 'erase';
  /** Tells one mail from another. */
  readonly about: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Asks somebody of a partner by mail; the page behind its link takes the answer. Answers what stands for the message. */
export async function askByMail(
  tx: Tx,
  { id: recipientId, leadId }: Recipient,
  asking: MailAsking,
): Promise<{ messageId: string; digest: string }> {
  await intend(tx, { kind: 'notify', payload: { ...asking, recipientId, leadId } });
  return { messageId: asking.about, digest: '' };
}

/** What we asked somebody without a node and that is not answered. */
export async function findAsked(
  ctx: Context,
  { id: conversationId, leadId, peerId }: Recipient,
): Promise<Question | undefined> {
  const open = await listOpenIn(ctx, { leadId, peerId: peerId ?? '', conversationId });
  return open.find(({ ours, kind }) => ours && kind === 'recall');
}

interface Answer {
  readonly outcome: AnswerOutcome;
  readonly text?: string | undefined;
}

/** A partner without a node decided on giving a lead back. Throws `question-over` when nothing is asked, or not any more. */
export async function answerAway(tx: Tx, recipient: Recipient, { outcome, text }: Answer): Promise<AnswerOutcome> {
  await holdStill(tx, recipient.leadId);
  const question = await findAsked(tx, recipient);
  if (!question) throw conflict('question-over', 'Nothing is asked about this lead, or not any more.');
  const { leadId, peerId } = recipient;
  const actor = holderOf(recipient);
  await closeQuestion(tx, question.id, { state: outcome, by: actor, text });
  const noteId = text === undefined ? undefined : await insertNote(tx, leadId, text);
  await tellHistory(tx, leadId, outcome === 'agreed' ? 'agree' : 'refuse', { actor, ...(noteId && { noteId }) });
  await tellPeople(tx, { leadId, peerId: peerId ?? '', topic: outcome, to: question.askedBy });
  const isTheirs = (await findHeldAway(tx, leadId))?.recipient.id === recipient.id;
  if (outcome === 'agreed' && isTheirs)
    await takeLeadBack(tx, leadId, { reason: question.reason, actor, recipient: actor });
  return outcome;
}

/** A question by webhook that nobody took in its time: everything is as before it, and it may be asked anew. */
export async function unaskAway(
  tx: Tx,
  { peerId, recipientId, messageId, code }: { peerId: string; recipientId: string; messageId: string; code: string },
): Promise<void> {
  const question = await findQuestionBy(tx, { peerId, messageId });
  if (question?.state !== 'open') return;
  const { id, leadId, askedBy } = question;
  await closeQuestion(tx, id, { state: 'void', by: { kind: 'system' } });
  const recipient = holderOf(await getRecipient(tx, recipientId));
  await tellHistory(tx, leadId, 'unheard', { recipient, reason: code });
  await tellPeople(tx, { leadId, peerId, topic: 'unheard', to: askedBy });
}
