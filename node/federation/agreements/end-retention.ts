import { longestLifeMs } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { forgetLead } from '../../leads/forget-lead.ts';
import { forgetOfferValues } from '../../routing/store/recipients.ts';
import {
  findConversation,
  listConversationsOf,
  updateConversation,
  type Conversation,
} from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import { cancelWaiting } from '../privacy/cancel-told.ts';
import { overwriteErased } from '../privacy/overwrite-erased.ts';
import { forgetReports } from '../store/privacy-requests.ts';
import { forgetQuestions } from '../store/questions.ts';
import { findAgreementOf } from './in-force.ts';

/** Plans the deletion of a lead that ended here, when the agreement it came under says until when it may be kept. */
export async function planRetention(tx: Tx, conversation: Conversation): Promise<void> {
  const { peerId, conversationId, endedAt } = conversation;
  if (endedAt === null) return;
  const agreement = await findAgreementOf(tx, conversation);
  if (!agreement) return;
  const dueAt = endedAt + agreement.terms.retentionDays * dayMilliseconds;
  const key = `end-retention:${peerId}:${conversationId}:${dueAt}`;
  await intend(tx, { kind: 'end-retention', payload: { peerId, conversationId, endedAt }, dueAt, key });
}

/** What ends with the data it shows; what the holder did, and what is asked of it, has to arrive all the same. */
const personal = ['Update', 'AccessReport'] as const;

interface Ended {
  readonly peerId: string;
  readonly conversationId: string;
  readonly endedAt: number;
  /** What was on its way then has arrived by now, or expired: its content goes as well. */
  readonly again?: boolean;
}

/**
 * The time is over for which the holder may keep a lead after its end: its personal data is deleted, with a leaf that says so. A
 * lead on which work went on meanwhile stays, until its next end.
 */
export async function endRetention(tx: Tx, { peerId, conversationId, endedAt, again = false }: Ended): Promise<void> {
  const conversation = await findConversation(tx, { peerId, conversationId });
  if (conversation?.endedAt !== endedAt) return;
  const { leadId, agreementDigest } = conversation;
  if (!again) await forgetOfferValues(tx, leadId);
  // Also with those whom it was passed on to.
  for (const each of await listConversationsOf(tx, leadId)) {
    await forgetConversation(tx, each);
    await cancelWaiting(tx, each, personal);
  }
  await forgetQuestions(tx, leadId);
  if (again) return;
  await intend(tx, {
    kind: 'end-retention',
    payload: { peerId, conversationId, endedAt, again: true } satisfies Ended,
    dueAt: tx.clock.now() + longestLifeMs + dayMilliseconds,
  });
  await updateConversation(tx, conversation, { offer: null, told: null });
  await forgetLead(tx, leadId, 'personal');
  await forgetReports(tx, leadId);
  await overwriteErased(tx, leadId);
  const facts = { peer: peerId, lead: leadId, conversation: conversationId, 'agreement-digest': agreementDigest };
  await appendLeaf(tx, 'retention-ended', facts);
}
