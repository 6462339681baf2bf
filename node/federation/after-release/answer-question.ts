import type { AnswerOutcome } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { CodedError, conflict } from '../../kernel/errors.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { holdStill } from '../../leads/store.ts';
import { answerPeer } from './settle-question.ts';
import { closeQuestion, listQuestionsOf } from '../store/questions.ts';
import { acceptCorrection } from './suggest-correction.ts';

interface PersonsAnswer {
  readonly questionId: string;
  readonly outcome: AnswerOutcome;
  /** Needed to refuse to give or take a lead back: the other side reads it. */
  readonly text?: string | undefined;
  readonly actor: LeadActor;
}

/**
 * A person answers what a partner asked about a lead: gives it back, takes it back, takes values over, or refuses. Throws
 * `question-over` when it is settled, `fact-missing` for a refusal without a word, `held-by-partner`.
 */
export async function answerQuestion(
  tx: Tx,
  leadId: string,
  { questionId, outcome, text, actor }: PersonsAnswer,
): Promise<void> {
  await holdStill(tx, leadId);
  const question = (await listQuestionsOf(tx, leadId)).find(({ id, ours }) => id === questionId && !ours);
  if (question?.state !== 'open') throw conflict('question-over', 'This was settled meanwhile; look again.');
  if (question.kind !== 'correction') {
    if (outcome === 'refused' && text === undefined)
      throw new CodedError('fact-missing', 422, 'Whoever asked wants to know why not.', { path: 'text' });
    return answerPeer(tx, question, { outcome, text, actor });
  }
  if (outcome === 'agreed') await acceptCorrection(tx, question, actor);
  await closeQuestion(tx, questionId, { state: outcome, by: actor, text });
  await tellHistory(tx, leadId, outcome === 'agreed' ? 'agree' : 'refuse', { actor });
}
