import type { Tx } from '../../kernel/context.ts';
import { rejectOffer } from '../../routing/reject-offer.ts';
import type { Unoffered } from './weigh-offer.ts';

const reasons = {
  'not-now': { reason: 'not-reachable' },
  'agreement-over': {
    reason: 'other',
    text: 'Nothing is offered to this partner: what was agreed with it has ended.',
  },
  'agreement-missing': {
    reason: 'other',
    text: 'Nothing is offered to this partner: an agreement is asked for, and none is in force.',
  },
} as const;

/** A partner is offered nothing: the lead goes to others, and who looks at the offer sees why. */
export async function passOver(tx: Tx, recipientId: string, why: Unoffered): Promise<void> {
  await rejectOffer(tx, { recipientId, ...reasons[why] });
}
