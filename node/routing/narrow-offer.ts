import type { DisclosurePlan } from '../disclosure/decide-disclosure.ts';
import type { Tx } from '../kernel/context.ts';
import { getLead } from '../leads/store.ts';
import { fieldsOf } from './open-offer.ts';
import { replacePlan } from './store/recipients.ts';

/** The recipient of an offer is shown less than was planned: what is kept of the plan says so, too. */
export async function narrowOffer(
  tx: Tx,
  { recipientId, leadId }: { recipientId: string; leadId: string },
  plan: DisclosurePlan,
): Promise<void> {
  await replacePlan(tx, recipientId, { plan, fields: fieldsOf(plan, await getLead(tx, leadId)) });
}
