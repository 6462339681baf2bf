import type { JobHandler } from '../kernel/jobs.ts';
import { wakeLead } from '../leads/wake-lead.ts';
import { lapseAward } from './award.ts';
import { expireOffer } from './expire-offer.ts';
import { openUserBox } from './open-box.ts';
import { routeLead } from './route-lead.ts';

/** The intents routing carries out. */
export const routingHandlers: readonly JobHandler[] = [
  { kind: 'route-lead', decides: true, apply: (tx, payload) => routeLead(tx, (payload as { leadId: string }).leadId) },
  {
    kind: 'expire-offer',
    decides: true,
    apply: (tx, payload) => expireOffer(tx, (payload as { offerId: string }).offerId),
  },
  {
    kind: 'lapse-award',
    decides: true,
    async apply(tx, payload) {
      await lapseAward(tx, (payload as { recipientId: string }).recipientId);
    },
  },
  {
    kind: 'open-user-box',
    async apply(tx, payload) {
      await openUserBox(tx, (payload as { userId: string }).userId);
    },
  },
  wakeLead,
];
