import type { Tx } from '../../kernel/context.ts';
import { findConversation } from '../store/conversations.ts';
import type { OutboxMessage } from '../store/outbox.ts';
import {
  findPrivacyRequest,
  findPrivacyRequestBy,
  listPrivacyRequestsOf,
  updatePrivacyRequest,
} from '../store/privacy-requests.ts';
import { getLead } from '../../leads/store.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { eraseLead } from './erase-lead.ts';
import { settleAccess } from './report-access.ts';
import { settleErasure, settleErasures } from './settle-erasure.ts';
import type { ErasureReason } from '../../../protocol/index.ts';

/** The time to answer is over: what we owe is said as far as it goes; what a partner owes, our people are told. */
export async function privacyDue(tx: Tx, { requestId }: { requestId: string }): Promise<void> {
  const request = await findPrivacyRequest(tx, requestId);
  if (!request || request.settledAt !== null) return;
  const { leadId, peerId, kind, ours } = request;
  if (leadId !== '') await tellPeople(tx, { leadId, peerId, topic: ours ? 'privacy-overdue' : 'privacy-owed' });
  if (!ours) await (kind === 'erasure' ? settleErasure(tx, requestId) : settleAccess(tx, { requestId }));
}

/** The other side refused our request for good, or it never reached it. Where it knows of no such conversation, nothing is left. */
export async function requestUnheard(
  tx: Tx,
  message: Pick<OutboxMessage, 'peerId' | 'messageId'>,
  code: string,
): Promise<void> {
  const request = await findPrivacyRequestBy(tx, message);
  if (!request || request.settledAt !== null) return;
  const gone = request.kind === 'erasure' && (code === 'illegal-transition' || code === 'erased');
  const now = tx.clock.now();
  const outcome = gone ? 'done' : 'unreached';
  await updatePrivacyRequest(tx, request.id, { outcome, text: code, answeredAt: now, settledAt: now });
  if (!gone && request.leadId !== '')
    await tellPeople(tx, { leadId: request.leadId, peerId: request.peerId, topic: 'privacy-overdue' });
  if (request.kind === 'erasure') await settleErasures(tx, request.leadId);
  else if (request.cause !== null) await settleAccess(tx, { requestId: request.cause });
}

/** A legal duty to keep a lead is over: what it kept us from erasing is erased now, and whoever asked for it is told. */
export async function holdEnded(tx: Tx, { leadId }: { leadId: string }): Promise<void> {
  const { heldUntil } = await getLead(tx, leadId);
  if (heldUntil !== null && heldUntil > tx.clock.now()) return;
  for (const request of await listPrivacyRequestsOf(tx, leadId)) {
    const binds = (await findConversation(tx, request))?.side === 'holding';
    if (request.ours || request.kind !== 'erasure' || !binds || request.outcome === 'done') continue;
    await eraseLead(tx, leadId, {
      ...{ reason: (request.reason ?? 'other') as ErasureReason, actor: request.askedBy, cause: request },
    });
    await settleErasure(tx, request.id);
  }
}
