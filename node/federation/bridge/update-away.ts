import type { UpdateReason } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { getLead } from '../../leads/store.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { pickUpdatableFor } from '../../routing/pick-updatable-for.ts';
import { longestMilliseconds } from './offer-by-webhook.ts';
import { nameOf } from './offer-by-mail.ts';
import { queueWebhook } from './queue-webhook.ts';
import { findHeldAway } from './way-to.ts';

interface Changed {
  readonly reason: UpdateReason;
  /** Paths. */
  readonly fields: readonly string[];
}

/** Fields of a lead changed that a partner without a node holds: it is told what its field policy shows of them. */
export async function updateAway(tx: Tx, leadId: string, { reason, fields }: Changed): Promise<void> {
  const held = await findHeldAway(tx, leadId);
  if (!held) return;
  const { recipient, way } = held;
  const part = await pickUpdatableFor(tx, recipient, await getLead(tx, leadId), fields);
  if (!part) return;
  if (way === 'webhook') {
    await queueWebhook(tx, recipient.peerId ?? '', {
      event: 'lead.updated',
      recipient,
      facts: { reason, changed: part.fields, test: recipient.summary.test === true },
      document: part.lead,
      expiresAt: tx.clock.now() + longestMilliseconds,
      disclosed: { stage: 'updated' },
      changed: part.fields,
      needs: part.fields,
    });
    return;
  }
  const { id: recipientId, offerId: offer } = recipient;
  await appendLeaf(tx, 'disclosure', {
    ...{ recipient: nameOf(recipient), lead: leadId, offer, stage: 'updated', shown: part.fields },
  });
  const payload = { kind: 'updated', recipientId, leadId, fields: part.fields, about: tx.ids.make('told') };
  await intend(tx, { kind: 'notify', payload });
}
