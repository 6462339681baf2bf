import type { ErasureReason } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { listRecipientsOfLead, type Recipient } from '../../routing/store/recipients.ts';
import { partnerOf } from '../feedback/told-by-partner.ts';
import { getPeer } from '../store/peers.ts';
import { insertPrivacyRequest, listPrivacyRequestsOf } from '../store/privacy-requests.ts';
import { listToldOf } from '../store/webhooks.ts';
import { newRequest } from './ask-erasure.ts';

interface Asking {
  readonly reason: ErasureReason;
  readonly actor: LeadActor;
  /** The request of another node that this follows. */
  readonly cause: string | null;
}

/**
 * Partners without a node were told of the lead by webhook or mail, and nothing of theirs can be asked: each is kept as not
 * reached, once, so that people ask its people, and whoever asked us hears of it.
 */
export async function nameUnreached(tx: Tx, leadId: string, { reason, actor, cause }: Asking): Promise<void> {
  const named = new Set((await listPrivacyRequestsOf(tx, leadId)).map(({ conversationId }) => conversationId));
  for (const recipient of await listRecipientsOfLead(tx, leadId)) {
    const { id: conversationId, peerId } = recipient;
    if (peerId === null || named.has(conversationId) || !(await wasTold(tx, recipient))) continue;
    const now = tx.clock.now();
    const facts = { kind: 'erasure', ours: true, askedBy: actor, answerBy: now } as const;
    const request = newRequest(tx, { leadId, peerId, conversationId }, facts);
    const unreached = { outcome: 'unreached', settledAt: now, messageId: tx.ids.uuid(), digest: '' } as const;
    await insertPrivacyRequest(tx, { ...request, ...unreached, reason, cause });
    await tellHistory(tx, leadId, 'ask-erasure', { actor, recipient: await partnerOf(tx, peerId), reason });
  }
}

/** It may have got something: a mail, or a webhook that left. */
async function wasTold(tx: Tx, { id, peerId, personId }: Recipient): Promise<boolean> {
  if (personId !== null) return true;
  if ((await getPeer(tx, peerId ?? '')).kind === 'node') return false;
  return (await listToldOf(tx, id)).some(({ attempts }) => attempts > 0);
}
