import type { ErasureReason } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { isDeafTo } from '../peers/is-deaf-to.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import type { Conversation } from '../store/conversations.ts';
import { insertPrivacyRequest, type PrivacyRequest } from '../store/privacy-requests.ts';
import { partnerOf } from '../peers/partner-of.ts';

interface Asking {
  readonly reason: ErasureReason;
  readonly actor: LeadActor;
  /** Epoch milliseconds. */
  readonly answerBy: number;
  /** The request of another node that this follows. */
  readonly cause: string | null;
}

/** Asks the other side of a conversation to erase what it disclosed. A partner that cannot understand it is kept as not reached. */
export async function askErasure(
  tx: Tx,
  conversation: Conversation,
  { reason, actor, answerBy, cause }: Asking,
): Promise<void> {
  const { peerId } = conversation;
  const reaches = maySay(conversation, 'Erasure') && !(await isDeafTo(tx, peerId, 'Privacy'));
  const messageId = tx.ids.uuid();
  const body = { reason, answerBy: new Date(answerBy).toISOString() };
  const sent = reaches ? await sendMessage(tx, conversation, { type: 'Erasure', body, messageId }) : undefined;
  const settled = sent ? {} : ({ outcome: 'unreached', settledAt: tx.clock.now() } as const);
  const request = newRequest(tx, conversation, { kind: 'erasure', ours: true, askedBy: actor, answerBy });
  await insertPrivacyRequest(tx, {
    ...{ ...request, messageId, digest: sent?.sentDigest ?? '', reason, cause },
    ...settled,
  });
  await planDue(tx, request);
  const told = { actor, recipient: await partnerOf(tx, peerId), reason, until: answerBy };
  await tellHistory(tx, conversation.leadId, 'ask-erasure', told);
}

/** A request nobody has answered. */
export const newRequest = (
  tx: Tx,
  { leadId, peerId, conversationId }: Pick<Conversation, 'leadId' | 'peerId' | 'conversationId'>,
  facts: Pick<PrivacyRequest, 'kind' | 'ours' | 'askedBy' | 'answerBy'>,
): Omit<PrivacyRequest, 'messageId' | 'digest'> => ({
  ...{ id: tx.ids.make('privacy'), leadId, peerId, conversationId, askedAt: tx.clock.now() },
  ...{ reason: null, cause: null, outcome: 'open', holdUntil: null, text: null, answer: {} },
  ...{ answeredAt: null, settledAt: null },
  ...facts,
});

/** When the answer is due it is looked at again, whoever owes it. */
export const planDue = (tx: Tx, { id, answerBy }: Pick<PrivacyRequest, 'id' | 'answerBy'>): Promise<void> =>
  intend(tx, { kind: 'privacy-due', payload: { requestId: id }, dueAt: answerBy, key: `privacy-due:${id}` });
