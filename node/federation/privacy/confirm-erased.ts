import type { Context, Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { lockLead } from '../../leads/store.ts';
import { findRecipient } from '../../routing/store/recipients.ts';
import { partnerOf } from '../peers/partner-of.ts';
import { listPrivacyRequestsOf, updatePrivacyRequest, type PrivacyRequest } from '../store/privacy-requests.ts';
import { settleErasures } from './settle-erasure.ts';

/**
 * Whether a person here may say that a partner deleted what it was asked to: it has no node that could, or its node was never
 * reached.
 */
export async function mayConfirmErased(ctx: Context, request: PrivacyRequest): Promise<boolean> {
  const { ours, kind, outcome, conversationId } = request;
  if (!ours || kind !== 'erasure') return false;
  // Partners without a node are asked about the offer they were made.
  return outcome === 'unreached' || (outcome === 'open' && (await findRecipient(ctx, conversationId)) !== undefined);
}

interface Confirming {
  readonly requestId: string;
  /** How it is known; stays on this node. Without values of the lead. */
  readonly text: string;
  readonly actor: LeadActor;
}

/**
 * A person heard from a partner, by phone or letter, that what it had of a lead is deleted; whoever made us ask hears of it.
 * Throws `question-over` when that is known already, or for the partner's node to say.
 */
export async function confirmErased(tx: Tx, leadId: string, { requestId, text, actor }: Confirming): Promise<void> {
  await lockLead(tx, leadId);
  const request = (await listPrivacyRequestsOf(tx, leadId)).find(({ id }) => id === requestId);
  if (!request || !(await mayConfirmErased(tx, request)))
    throw conflict('question-over', 'This was settled meanwhile, or is for the partner’s node to say; look again.');
  const { peerId, conversationId: conversation, messageId: message } = request;
  const now = tx.clock.now();
  await updatePrivacyRequest(tx, requestId, { outcome: 'done', text, answeredAt: now, settledAt: now });
  const by = actor.kind === 'user' ? actor.id : undefined;
  await appendLeaf(tx, 'erasure-answered', { peer: peerId, lead: leadId, conversation, message, outcome: 'done', by });
  await tellHistory(tx, leadId, 'answer-erasure', { actor, recipient: await partnerOf(tx, peerId), outcome: 'done' });
  await settleErasures(tx, leadId);
}
