import type { Tx } from '../../kernel/context.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import type { OutboxMessage } from '../store/outbox.ts';
import { closeQuestion, findQuestionBy } from '../store/questions.ts';
import { partnerOf } from '../peers/partner-of.ts';
import { tellPeople } from '../feedback/tell-people.ts';

/**
 * A question of ours had no effect on the other side, or never reached it: everything is as before it, and it may be asked anew.
 * An answer that comes in spite of that still counts.
 */
export async function unask(
  tx: Tx,
  conversation: Conversation,
  { message, code }: { message: OutboxMessage; code: string },
): Promise<void> {
  const { leadId, peerId, state } = conversation;
  const asked = message.type === 'Recall' ? 'recall-asked' : 'return-asked';
  if (state === asked) await updateConversation(tx, conversation, { state: 'released' });
  const question = await findQuestionBy(tx, { peerId, messageId: message.effectKey });
  if (question?.state !== 'open') return;
  await closeQuestion(tx, question.id, { state: 'void', by: { kind: 'system' } });
  await tellHistory(tx, leadId, 'unheard', { recipient: await partnerOf(tx, peerId), reason: code });
  await tellPeople(tx, { leadId, peerId, topic: 'unheard', to: question.askedBy });
}
