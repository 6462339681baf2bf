import { hash } from 'node:crypto';
import type { Tx } from '../../kernel/context.ts';
import type { LeadActor } from '../../leads/history.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { freeFromPartner } from '../../routing/free-from-partner.ts';
import { findOffering } from '../store/conversations.ts';
import { withdrawReleases } from '../store/outbox.ts';
import { freeAway } from '../bridge/free-away.ts';
import { recallIfHeard } from './ask-partner.ts';

/**
 * An administrator takes a lead from a partner that is gone (LX-115). What of it still waits to leave is cancelled, the partner is
 * asked for the lead if it ever comes back, or told where it has no node, and the ledger keeps who decided, with the digest of
 * the reason. Throws `not-with-partner`.
 */
export async function freeLead(
  tx: Tx,
  leadId: string,
  { reason, actor }: { reason: string; actor: LeadActor },
): Promise<void> {
  const { recipientId, recipient } = await freeFromPartner(tx, leadId, { reason, actor });
  await freeAway(tx, recipientId, actor);
  const conversation = await findOffering(tx, recipientId);
  if (conversation) {
    await withdrawReleases(tx, conversation);
    await recallIfHeard(tx, conversation, actor);
  }
  await appendLeaf(tx, 'lead-freed', {
    ...{ peer: recipient.id, lead: leadId, conversation: conversation?.conversationId, by: actor.id },
    reason: hash('sha256', reason, 'base64'),
  });
}
