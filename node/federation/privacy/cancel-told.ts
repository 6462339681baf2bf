import type { MessageType } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { openText } from '../../leads/content-key.ts';
import type { Conversation } from '../store/conversations.ts';
import { eraseSent, keepDocumentAs, listAnswersWaiting } from '../store/outbox-content.ts';
import { reopenAnswered } from '../store/privacy-requests.ts';

/**
 * Before the key of a lead's content is destroyed: nothing of the lead leaves any more in this conversation, see `cancelWaiting`.
 * An answer that has to arrive all the same stays readable until then.
 */
export async function cancelTold(tx: Tx, conversation: Conversation): Promise<void> {
  for (const { messageId, document } of await listAnswersWaiting(tx, conversation))
    await keepDocumentAs(tx, messageId, await openText(tx, document));
  await cancelWaiting(tx, conversation);
}

/**
 * Nothing of a lead that is deleted leaves any more in this conversation, or nothing of these types. Who asked for a report that
 * had not arrived gets one of what is left instead (LX-154): it waits for an answer.
 */
export async function cancelWaiting(tx: Tx, conversation: Conversation, types?: readonly MessageType[]): Promise<void> {
  const since = await eraseSent(tx, conversation, types);
  if (since === undefined) return;
  for (const requestId of await reopenAnswered(tx, conversation, since))
    await intend(tx, { kind: 'settle-access', payload: { requestId } });
}
