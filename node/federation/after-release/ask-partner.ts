import type { Attachment, RecallReason, ReturnReason } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { conflict, invalid } from '../../kernel/errors.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getLeadHead, holdStill } from '../../leads/store.ts';
import { askAway } from '../bridge/ask-away.ts';
import { findHeldAway } from '../bridge/way-to.ts';
import { findHeldByPeer, findHeldFromPeer, isOfferedToPartner } from './find-held.ts';
import { isDeafTo } from '../peers/is-deaf-to.ts';
import { planDue } from './question-due.ts';
import { isInReturnWindow } from './return-window.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { heldStates, type Conversation } from '../store/conversations.ts';
import { insertQuestion } from '../store/questions.ts';
import { partnerOf } from '../peers/partner-of.ts';

/** How long the other side has to answer when nobody says otherwise. */
export const answerMilliseconds = 3 * dayMilliseconds;

interface Asking<Reason> {
  readonly reason: Reason;
  /** In words, for people on the other side. */
  readonly text?: string | undefined;
  readonly actor: LeadActor;
}

/**
 * Asks the partner that holds a lead of ours to give it back; until it agrees, the lead stays with it. Answers the question's
 * id. Throws `not-with-partner`, `already-asked`, `partner-cannot-answer`, `invalid` for a time that is past.
 */
export async function askBack(
  tx: Tx,
  leadId: string,
  { reason, text, actor, answerBy = tx.clock.now() + answerMilliseconds }: Asking<RecallReason> & { answerBy?: number },
): Promise<string> {
  await holdStill(tx, leadId);
  const conversation = await findHeldByPeer(tx, leadId);
  const away = conversation ? undefined : await findHeldAway(tx, leadId);
  if (answerBy <= tx.clock.now()) throw invalid('“answerBy” is not in the future.', { path: 'answerBy' });
  if (away) return askAway(tx, away, { reason, text, actor, answerBy });
  if (!conversation) throw conflict('not-with-partner', 'No partner holds this lead.');
  if (!maySay(conversation, 'Recall')) throw alreadyAsked();
  const body = { reason, answerBy: new Date(answerBy).toISOString(), ...(text !== undefined && { text }) };
  return ask(tx, conversation, { saying: { type: 'Recall', body }, reason, text, actor, answerBy });
}

/**
 * Asks the partner a lead came from to take it back; until it agrees, the lead stays here, and no partner of ours is offered it.
 * Answers the question's id. Throws `not-from-partner`, `held-by-partner`, `offered-to-partner`, `already-asked`,
 * `partner-cannot-answer`, `return-window-over`.
 */
export async function giveBack(
  tx: Tx,
  leadId: string,
  { reason, text, proofs = [], actor }: Asking<ReturnReason> & { proofs?: Attachment[] | undefined },
): Promise<string> {
  await holdStill(tx, leadId);
  const conversation = await findHeldFromPeer(tx, leadId);
  const { holder } = await getLeadHead(tx, leadId);
  if (!conversation) throw conflict('not-from-partner', 'This lead is not one that a partner released to us.');
  if (holder?.kind === 'peer')
    throw conflict('held-by-partner', 'A partner of ours holds this lead; ask that one first to give it back.');
  if (await isOfferedToPartner(tx, leadId))
    throw conflict('offered-to-partner', 'A partner of ours is offered this lead; recall that offer first.');
  if (!maySay(conversation, 'Return')) throw alreadyAsked();
  if (!(await isInReturnWindow(tx, conversation)))
    throw conflict('return-window-over', 'The time in which this lead could be given back is over.');
  const answerBy = tx.clock.now() + answerMilliseconds;
  const body = { reason, ...(text !== undefined && { text }), ...(proofs.length > 0 && { proofs }) };
  return ask(tx, conversation, { saying: { type: 'Return', body }, reason, text, proofs, actor, answerBy });
}

/** Asks for a lead that was taken from a partner without its answer: whoever comes back reads that it is theirs no more. */
export async function recallIfHeard(tx: Tx, conversation: Conversation, actor: LeadActor): Promise<void> {
  const isHeld = heldStates.includes(conversation.state) && maySay(conversation, 'Recall');
  if (!isHeld || (await isDeafTo(tx, conversation.peerId, 'Update'))) return;
  const [reason, answerBy] = ['other', tx.clock.now() + answerMilliseconds] as const;
  const body = { reason, answerBy: new Date(answerBy).toISOString() };
  await ask(tx, conversation, { saying: { type: 'Recall', body }, reason, actor, answerBy });
}

const alreadyAsked = () => conflict('already-asked', 'One of the two sides has asked already; the answer comes first.');

interface Ask extends Asking<string> {
  readonly saying:
    | { readonly type: 'Recall'; readonly body: { reason: RecallReason; answerBy?: string; text?: string } }
    | { readonly type: 'Return'; readonly body: { reason: ReturnReason; text?: string; proofs?: Attachment[] } };
  readonly proofs?: readonly Attachment[];
  readonly answerBy: number;
}

async function ask(
  tx: Tx,
  conversation: Conversation,
  { saying, reason, text, proofs = [], actor, answerBy }: Ask,
): Promise<string> {
  const { peerId, conversationId, leadId } = conversation;
  if (await isDeafTo(tx, peerId, 'Update'))
    throw conflict(
      'partner-cannot-answer',
      'The partner’s node does not know this question; ask its people by other means.',
    );
  const messageId = tx.ids.uuid();
  const { sentDigest } = await sendMessage(tx, conversation, { ...saying, messageId });
  const id = tx.ids.make('question');
  const kind = saying.type === 'Recall' ? 'recall' : 'return';
  await insertQuestion(tx, {
    ...{ id, leadId, peerId, conversationId, kind, ours: true, messageId, digest: sentDigest ?? '' },
    ...{ reason, text: text ?? null, proofs, content: undefined, askedBy: actor, askedAt: tx.clock.now(), answerBy },
  });
  const recipient = await partnerOf(tx, peerId);
  await tellHistory(tx, leadId, `ask-${kind}`, { actor, recipient, reason, until: answerBy });
  await planDue(tx, { id, ours: true, answerBy });
  return id;
}
