import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { changeLead } from '../leads/change-lead.ts';
import type { LeadActor } from '../leads/history.ts';
import { getLeadHead, holdStill } from '../leads/store.ts';
import { findGivenAway } from './free-from-partner.ts';
import { recallLiveOffer } from './recall-offer.ts';
import { routeSoon } from './route-soon.ts';
import { getBox, systemBoxId } from './store/boxes.ts';

interface Reroute {
  readonly actor: LeadActor;
  /** A code or some words. */
  readonly reason?: string | undefined;
}

/**
 * A person sends a lead through the rules again, from the root; whatever offer is open is recalled. Throws `illegal-change`,
 * `held-by-partner`, `partner-may-have-it`, `award-awaited`, `release-may-have-left`.
 */
export async function rerouteLead(tx: Tx, leadId: string, { actor, reason }: Reroute): Promise<void> {
  await returnToRoot(tx, leadId, { actor, reason });
  await routeSoon(tx, leadId, tx.ids.make('reroute'));
}

/** Takes a lead from its offer or its holder: it is as new, in the root box, and nobody routes it yet. */
export async function returnToRoot(tx: Tx, leadId: string, { actor, reason }: Reroute): Promise<void> {
  await holdStill(tx, leadId);
  const before = await getLeadHead(tx, leadId);
  if (before.holder?.kind === 'peer' && before.state !== 'claimed')
    throw conflict('held-by-partner', 'A partner holds this lead; only its answer or its return frees it.');
  if (before.state === 'unrouted' && (await findGivenAway(tx, before)))
    throw conflict('partner-may-have-it', 'A partner may have its details; an administrator frees it, with a reason.');
  if (before.state === 'new') return;
  if (before.state === 'claimed') {
    await recallLiveOffer(tx, leadId);
    await changeLead(tx, leadId, 'unroute', { actor, reason: 'recalled' });
  }
  const { id, name } = await getBox(tx, systemBoxId);
  await changeLead(tx, leadId, 'reroute', { actor, reason, box: { id, name } });
  await recallLiveOffer(tx, leadId);
}
