import { getField, leadFields, type Attachment, type Update } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { changeFields } from '../../leads/change-fields.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import { getLead, getLeadHead, insertNote, lockLead } from '../../leads/store.ts';
import { answerMilliseconds } from '../after-release/ask-partner.ts';
import { endOffer } from '../offers/end-offer.ts';
import { feedbackOf } from '../feedback/feedback-policy.ts';
import { forgetLate } from '../receiving/forget-late.ts';
import { planDue } from '../after-release/question-due.ts';
import { isInReturnWindow } from '../after-release/return-window.ts';
import { takeOverConsents } from '../privacy/merge-consents.ts';
import { Refusal } from '../receiving/refusal.ts';
import type { ConversationType } from '../sending/send-message.ts';
import { answerPeer, handOver, isOwnedThrough } from '../after-release/settle-question.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { findOutbox } from '../store/outbox.ts';
import type { Peer } from '../store/peers.ts';
import { closeQuestion, findQuestionBy, insertQuestion, type Question, type QuestionKind } from '../store/questions.ts';
import { suggestCorrection } from '../after-release/suggest-correction.ts';
import { digestFields, retold, type ToldFields } from '../after-release/told-fields.ts';
import { partnerOf } from '../peers/partner-of.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import type { ConversationEffects, Heard } from './effect.ts';

/** The messages about a lead after its release, and recalls before it (section 10 of the specification). */
export const updateEffects = {
  /** Fields changed on the other side. From where the lead came from they count at once; from the holder they are a suggestion. */
  async Update(tx, { peer, conversation, message: { body, header }, digest }, before) {
    await forgetLate(tx, conversation);
    if (body.revision <= conversation.receivedUpdate) return;
    const seen = await updateConversation(tx, conversation, { receivedUpdate: body.revision });
    if (before === 'returned') return;
    const known = leadFields.map(({ path }) => path).filter((path) => body.changedFields.includes(path));
    const update = { fields: known, lead: body.lead };
    if (seen.side === 'holding') return takeOver(tx, seen, body, known);
    const isOfUse = feedbackOf(peer).keep.update && (await isOwnedThrough(tx, seen));
    if (isOfUse) await suggestCorrection(tx, seen, { peer, update, header, digest });
  },

  /** Before the release the lead is gone at once; afterwards our people decide, unless we wanted to give it back ourselves. */
  async Recall(tx, heard, before) {
    const { conversation, peer, message } = heard;
    const { state, leadId } = conversation;
    if (state === 'closed' || state === 'rejected') {
      const ended = { messageId: message.header.messageId, digest: heard.digest };
      return endOffer(tx, conversation, { before, reason: 'recalled', ended });
    }
    const { answerBy, reason, text } = message.body;
    const expectedBy = answerBy === undefined ? tx.clock.now() + answerMilliseconds : Date.parse(answerBy);
    const question = await keepQuestion(tx, heard, { kind: 'recall', reason, text, answerBy: expectedBy });
    if (state === 'recall-asked' || (await getLeadHead(tx, leadId)).holder?.kind === 'peer')
      return tellPeople(tx, { leadId, peerId: peer.nodeId, topic: 'recall-asked', until: expectedBy });
    await answerPeer(tx, question, { outcome: 'agreed', actor: { kind: 'system' } });
  },

  async RecallAnswer(tx, heard, before) {
    const question = await needQuestion(tx, heard, 'Recall');
    if (before === 'closed' || before === 'returned') return;
    await hearAnswer(tx, heard, question);
  },

  /**
   * The holder wants to give the lead back: agreed at once where we wanted it back, or agreed to this reason beforehand and it
   * comes in time (LX-142).
   */
  async Return(tx, heard, before) {
    const { conversation, peer, message } = heard;
    const { reason, text, proofs } = message.body;
    const { leadId } = conversation;
    const answerBy = tx.clock.now() + answerMilliseconds;
    const question = await keepQuestion(tx, heard, { kind: 'return', reason, text, proofs, answerBy });
    const agreed =
      before === 'recall-asked' ||
      (agreesTo(peer, reason) && (await isInReturnWindow(tx, conversation))) ||
      !(await isOwnedThrough(tx, conversation));
    if (agreed) return answerPeer(tx, question, { outcome: 'agreed', actor: { kind: 'system' } });
    await tellPeople(tx, { leadId, peerId: peer.nodeId, topic: 'return-asked', until: answerBy });
  },

  async ReturnAnswer(tx, heard, before) {
    const question = await needQuestion(tx, heard, 'Return');
    if (before === 'returned') return;
    await hearAnswer(tx, heard, question);
  },
} satisfies ConversationEffects;

const agreesTo = ({ agreeReturns }: Peer, reason: string): boolean =>
  (JSON.parse(agreeReturns) as string[]).includes(reason);

/** New values from where the lead came from: what is named and absent has no value any more. */
async function takeOver(tx: Tx, conversation: Conversation, { lead, reason }: Update, known: string[]): Promise<void> {
  const { leadId, peerId } = conversation;
  const values = new Map(known.map((path) => [path, getField(lead, path)]));
  if (values.has('consents')) {
    const { document, receivedAt: since } = await lockLead(tx, leadId);
    const times = { now: tx.clock.now(), since };
    const consents = takeOverConsents(document.consents ?? [], lead.consents ?? [], times);
    values.set('consents', consents.length > 0 ? consents : undefined);
  }
  const fields = await changeFields(tx, leadId, { values, actor: await partnerOf(tx, peerId), reason }).catch(
    (error: unknown) => {
      if (error instanceof CodedError && error.code === 'schema') throw new Refusal('schema', error.message);
      throw error;
    },
  );
  if (fields.length === 0) return;
  const now = digestFields(conversation, (await getLead(tx, leadId)).document);
  const told = retold(JSON.parse(conversation.told ?? '{}') as ToldFields, now, known);
  await updateConversation(tx, conversation, { told: JSON.stringify(told) });
  await tellPeople(tx, { leadId, peerId, topic: 'updated' });
}

interface Asked {
  readonly kind: QuestionKind;
  readonly reason: string;
  readonly text: string | undefined;
  readonly proofs?: readonly Attachment[] | undefined;
  readonly answerBy: number;
}

/** Keeps what a peer asks, for people to answer. */
async function keepQuestion(
  tx: Tx,
  { peer, conversation, message, digest }: Heard,
  { kind, reason, text, proofs = [], answerBy }: Asked,
): Promise<Question> {
  const { leadId, conversationId } = conversation;
  const { messageId } = message.header;
  const id = tx.ids.make('question');
  const askedBy = { kind: 'peer', id: peer.nodeId, name: peer.name } as const;
  await insertQuestion(tx, {
    ...{ id, leadId, peerId: peer.nodeId, conversationId, kind, ours: false, messageId, digest },
    ...{ reason, text: text ?? null, proofs, content: undefined, askedBy, askedAt: tx.clock.now(), answerBy },
  });
  const told = { actor: askedBy, reason, until: answerBy };
  await tellHistory(tx, leadId, kind === 'recall' ? 'ask-recall' : 'ask-return', told);
  await planDue(tx, { id, ours: false, answerBy });
  const question = await findQuestionBy(tx, { peerId: peer.nodeId, messageId });
  if (!question) throw new CodedError('internal', 500, 'A question that was just stored is gone.');
  return question;
}

/** The question of ours that an answer quotes. Refuses one that quotes nothing we asked in this conversation (LX-144). */
async function needQuestion(tx: Tx, { peer, conversation, message }: Heard, type: ConversationType): Promise<Question> {
  const { inReplyTo } = message.header;
  const asked = inReplyTo && (await findOutbox(tx, inReplyTo.messageId));
  const ours =
    asked?.peerId === peer.nodeId &&
    asked.conversationId === conversation.conversationId &&
    asked.type === type &&
    asked.digest === inReplyTo?.digest;
  const question = ours && (await findQuestionBy(tx, { peerId: peer.nodeId, messageId: asked.effectKey }));
  if (!question) throw new Refusal('illegal-transition', 'The answer quotes nothing that this node asked here.');
  return question;
}

/** The peer decided on what we asked. */
async function hearAnswer(
  tx: Tx,
  { peer, conversation, message }: Heard<'RecallAnswer' | 'ReturnAnswer'>,
  question: Question,
): Promise<void> {
  const { outcome, text } = message.body;
  const { leadId } = conversation;
  const actor = { kind: 'peer', id: peer.nodeId, name: peer.name } as const;
  if (question.state === 'open') await closeQuestion(tx, question.id, { state: outcome, by: actor, text });
  const noteId = text !== undefined && outcome === 'refused' ? await insertNote(tx, leadId, text) : undefined;
  await tellHistory(tx, leadId, outcome === 'agreed' ? 'agree' : 'refuse', { actor, ...(noteId && { noteId }) });
  await tellPeople(tx, { leadId, peerId: peer.nodeId, topic: outcome, to: question.askedBy });
  if (outcome === 'agreed') await handOver(tx, conversation, { reason: question.reason, actor });
}
