import type { Tx } from '../kernel/context.ts';
import { intend } from '../kernel/jobs.ts';
import { listHistoryOf } from '../leads/store.ts';
import { whyChanged } from '../leads/why-changed.ts';
import { completeRelease } from './award.ts';
import { getRecipient } from './store/recipients.ts';

/**
 * A partner without a node has the details of a lead: it holds it from now on. They were those of the offer: what was changed
 * since follows, and in which ways the person is not to be contacted. Repeated: changes nothing.
 */
export async function releaseAway(tx: Tx, recipientId: string): Promise<void> {
  const { leadId, createdAt, state } = await getRecipient(tx, recipientId);
  // An administrator took the lead from them meanwhile.
  if (state === 'expired') return;
  await completeRelease(tx, recipientId);
  const changes = await listHistoryOf(tx, leadId, { kinds: ['edit', 'consent'], skip: 0 });
  // Closed ways of contact are no part of an offer.
  if (changes.some(({ kind }) => kind === 'consent'))
    await intend(tx, {
      kind: 'consent-to-partner',
      payload: { recipientId },
      key: `consent-to-partner:${recipientId}`,
    });
  const since = changes.filter(({ at }) => at >= createdAt);
  const fields = since.flatMap(({ facts }) => facts.fields ?? []);
  if (fields.length === 0) return;
  const reason = whyChanged(since.filter(({ kind }) => kind === 'edit'));
  const payload = { leadId, fields: [...new Set(fields)], ...(reason !== undefined && { reason }) };
  await intend(tx, { kind: 'update-to-peer', payload, key: `update-to-peer:${recipientId}` });
}
