import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import type { Conversation } from '../store/conversations.ts';
import { eraseSent } from '../store/outbox-content.ts';
import { reopenAnswered } from '../store/privacy-requests.ts';

/**
 * Nothing of a lead that is deleted leaves any more in this conversation. Who asked for a report that had not arrived gets one
 * of what is left instead (LX-154): it waits for an answer.
 */
export async function cancelTold(tx: Tx, conversation: Conversation): Promise<void> {
  const since = await eraseSent(tx, conversation);
  if (since === undefined) return;
  for (const requestId of await reopenAnswered(tx, conversation, since))
    await intend(tx, { kind: 'settle-access', payload: { requestId } });
}
