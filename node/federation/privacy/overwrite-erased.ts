import { deleteMailsAbout } from '../../delivery/mailbox.ts';
import type { Tx } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { intend, type JobHandler } from '../../kernel/jobs.ts';
import { listRecipientsOfLead } from '../../routing/store/recipients.ts';

const kind = 'overwrite-erased';
/** What was being written when the lead was erased has landed by then. */
const delayMilliseconds = 10_000;

/**
 * Soon after an erasure nothing of it is left in the data folder: mails of a node without a mail server are deleted, the pages
 * of the database (SQLite) that it lay on were overwritten, and the log that holds older copies of them is emptied.
 */
export const overwriteErased = (tx: Tx, leadId: string): Promise<void> =>
  intend(tx, { kind, payload: { leadId }, dueAt: tx.clock.now() + delayMilliseconds });

export const overwriteErasedHandler: JobHandler = {
  kind,
  async run(ctx, payload) {
    const { leadId } = payload as { leadId: string };
    const recipients = await listRecipientsOfLead(ctx, leadId);
    await deleteMailsAbout(ctx.config, [leadId, ...recipients.map(({ id }) => id)]);
    if (!(await ctx.writer.emptyLog()))
      throw new CodedError('database-busy', 503, 'Another process reads or writes; the log is emptied later.');
  },
};
