import type { Tx } from '../kernel/context.ts';
import { changeLead } from '../leads/change-lead.ts';
import type { Holder, LeadActor } from '../leads/history.ts';
import { routeSoon } from './route-soon.ts';
import { getBox, systemBoxId } from './store/boxes.ts';

interface TakingBack {
  /** A code. */
  readonly reason: string;
  readonly actor: LeadActor;
  /** The peer that held the lead. */
  readonly recipient: Holder;
}

/**
 * A lead that a peer held is ours again, as both sides agreed: it goes the way of a new one, but not to that peer again.
 * Throws `illegal-change` for a lead that nobody holds.
 */
export async function takeLeadBack(tx: Tx, leadId: string, { reason, actor, recipient }: TakingBack): Promise<void> {
  const { id, name } = await getBox(tx, systemBoxId);
  await changeLead(tx, leadId, 'take-back', { reason, actor, box: { id, name }, told: { recipient } });
  await routeSoon(tx, leadId, tx.ids.make('return'));
}
