import { transact, type Context } from '../../kernel/context.ts';
import type { JobHandler } from '../../kernel/jobs.ts';
import { holdStill } from '../../leads/store.ts';
import { listPlainQuestions, sealQuestion } from '../store/questions.ts';

const limit = 100;

/** Seals the words that earlier versions kept plain, each question in a transaction of its own; it may run again. */
async function sealQuestions(ctx: Context): Promise<void> {
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page: Awaited<ReturnType<typeof listPlainQuestions>> = await listPlainQuestions(ctx, { cursor, limit });
    for (const { id, leadId } of page.items)
      await transact(ctx, async (tx) => {
        await holdStill(tx, leadId);
        await sealQuestion(tx, id);
      });
    cursor = page.nextCursor;
  }
}

/** After the update to the version that seals them; see migration 0023. */
export const sealQuestionsHandler: JobHandler = { kind: 'seal-questions', run: sealQuestions };
