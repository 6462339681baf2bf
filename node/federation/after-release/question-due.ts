import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import { getLeadHead } from '../../leads/store.ts';
import { findQuestion, type Question } from '../store/questions.ts';
import { partnerOf } from '../peers/partner-of.ts';
import { tellPeople } from '../feedback/tell-people.ts';

/** People are reminded this long before an answer is due, or after half of the time they have. */
const reminderMilliseconds = dayMilliseconds;

/** Sees to it that a question is remembered shortly before, and at, the time its answer is due. */
export async function planDue(
  tx: Tx,
  { id, ours, answerBy }: Pick<Question, 'id' | 'ours'> & { answerBy: number },
): Promise<void> {
  const now = tx.clock.now();
  const payload = { questionId: id };
  const remindAt = answerBy - Math.min(reminderMilliseconds, (answerBy - now) / 2);
  if (!ours && answerBy > now)
    await intend(tx, { kind: 'question-due', payload, dueAt: Math.round(remindAt), key: `question-remind:${id}` });
  await intend(tx, { kind: 'question-due', payload, dueAt: answerBy, key: `question-due:${id}` });
}

/** An answer is due soon, or was not given in time: people are told, and the lead stays where it is. */
export async function questionDue(tx: Tx, { questionId }: { questionId: string }): Promise<void> {
  const question = await findQuestion(tx, questionId);
  if (question?.state !== 'open' || question.answerBy === null) return;
  const { leadId, peerId, ours, kind, answerBy, askedBy } = question;
  if (tx.clock.now() < answerBy) return tellPeople(tx, { leadId, peerId, topic: 'remind', until: answerBy });
  const partner = await partnerOf(tx, peerId);
  const us = { kind: 'peer', id: tx.config.nodeId, name: tx.config.name } as const;
  const staysHere = (kind === 'recall') !== ours;
  const here = (await getLeadHead(tx, leadId)).holder ?? us;
  const told = { recipient: ours ? partner : us, holder: staysHere ? here : partner };
  await tellHistory(tx, leadId, 'unanswered', told);
  await tellPeople(tx, { leadId, peerId, topic: 'unanswered', to: ours ? askedBy : undefined });
}
