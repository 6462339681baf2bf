import type { Tx } from '../kernel/context.ts';
import { conflict, invalid } from '../kernel/errors.ts';
import type { LeadActor } from '../leads/history.ts';
import { getLead } from '../leads/store.ts';
import { findUser } from '../people/store.ts';
import { claimOffer } from './claim-offer.ts';
import { openOffer } from './open-offer.ts';
import { openUserBox } from './open-box.ts';
import { returnToRoot } from './reroute-lead.ts';
import { readRouteSetup } from './route-setup.ts';
import { findLastOffer } from './store/offers.ts';

interface Assignment {
  readonly leadId: string;
  readonly userId: string;
  readonly actor: LeadActor;
  /** A code or some words. */
  readonly reason?: string | undefined;
}

/** How long the offer of an assignment is open: it is answered in the same transaction. */
const moment = 60_000;

/**
 * A person gives a lead to a user, whatever the rules say; history tells who did. A lead that a peer has yet to release is
 * accepted in the user's name. Throws `illegal-change`, `held-by-partner`, `award-awaited`, `release-may-have-left`, `user-inactive`.
 */
export async function assignLead(tx: Tx, { leadId, userId, actor, reason }: Assignment): Promise<void> {
  const user = await findUser(tx, userId);
  if (!user) throw invalid('There is no such user.', { path: 'userId' });
  if (!user.active || user.role === 'auditor') throw conflict('user-inactive', 'This user takes no leads.');
  await returnToRoot(tx, leadId, { actor, reason });
  const lead = await getLead(tx, leadId);
  const box = await openUserBox(tx, userId);
  const now = tx.clock.now();
  const last = await findLastOffer(tx, leadId);
  const { recipientIds } = await openOffer(tx, await readRouteSetup(tx), {
    lead,
    round: (last?.round ?? 0) + 1,
    box: { id: box.id, name: user.name, ownerId: userId },
    mode: 'direct',
    to: [{ kind: 'user', id: userId, name: user.name, boxId: box.id }],
    opensAt: now,
    closesAt: now + moment,
    actor,
    quiet: true,
  });
  const [recipientId = ''] = recipientIds;
  await claimOffer(tx, { recipientId, actor });
}
