import type { AnswerOutcome, ErasureReason } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { CodedError, conflict, invalid } from '../../kernel/errors.ts';
import { intend } from '../../kernel/jobs.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getLead, holdStill, lockLead } from '../../leads/store.ts';
import { setHold } from '../../leads/store/privacy.ts';
import { listPrivacyRequestsOf } from '../store/privacy-requests.ts';
import { eraseLead } from './erase-lead.ts';
import { answerErasure, settleErasure } from './settle-erasure.ts';

interface Deciding {
  readonly requestId: string;
  readonly outcome: AnswerOutcome;
  /** Needed to refuse: the partner reads it. Without values of the lead. */
  readonly text?: string | undefined;
  readonly actor: LeadActor;
}

/**
 * A person decides on the erasure a holder asked for: the lead is erased here and everywhere it went, or stays. Throws
 * `question-over`, `fact-missing` for a refusal without a word, `legal-hold`.
 */
export async function decideErasure(
  tx: Tx,
  leadId: string,
  { requestId, outcome, text, actor }: Deciding,
): Promise<void> {
  await holdStill(tx, leadId);
  const requests = await listPrivacyRequestsOf(tx, leadId);
  const request = requests.find(({ id, ours, kind }) => id === requestId && !ours && kind === 'erasure');
  if (request?.outcome !== 'pending' || (await getLead(tx, leadId)).erasedAt !== null)
    throw conflict('question-over', 'This was settled meanwhile; look again.');
  if (outcome === 'agreed') {
    await eraseLead(tx, leadId, { reason: (request.reason ?? 'other') as ErasureReason, actor, cause: request });
    for (const { ours, kind, id } of requests) if (!ours && kind === 'erasure') await settleErasure(tx, id);
    return;
  }
  if (text === undefined)
    throw new CodedError('fact-missing', 422, 'Whoever asked wants to know why not.', { path: 'text' });
  await answerErasure(tx, request, { outcome: 'refused', holdUntil: null, text });
  await tellHistory(tx, leadId, 'refuse', { actor });
}

interface Holding {
  /** Epoch milliseconds; null ends the hold. */
  readonly until: number | null;
  /** Which duty, in words; never leaves this node. */
  readonly reason?: string | undefined;
  readonly actor: LeadActor;
}

/** Keeps a lead from being erased until a time, because a legal duty says so, or ends that. Throws `invalid`, `lead-erased`. */
export async function holdLead(tx: Tx, leadId: string, { until, reason, actor }: Holding): Promise<void> {
  const { erasedAt } = await lockLead(tx, leadId);
  if (erasedAt !== null) throw conflict('lead-erased', 'This lead was erased: there is nothing to keep.');
  if (until !== null && until <= tx.clock.now()) throw invalid('“until” is not in the future.', { path: 'until' });
  if (until !== null && reason === undefined)
    throw new CodedError('fact-missing', 422, 'A legal hold needs its reason.', { path: 'reason' });
  await setHold(tx, leadId, { heldUntil: until, holdReason: until === null ? null : (reason ?? null) });
  await tellHistory(tx, leadId, 'hold', { actor, ...(until !== null && { until }) });
  const by = actor.kind === 'user' ? actor.id : undefined;
  await appendLeaf(tx, 'legal-hold', {
    lead: leadId,
    until: until === null ? null : new Date(until).toISOString(),
    by,
  });
  const dueAt = until ?? tx.clock.now();
  await intend(tx, { kind: 'hold-ended', payload: { leadId }, dueAt, key: `hold-ended:${leadId}:${dueAt}` });
}
