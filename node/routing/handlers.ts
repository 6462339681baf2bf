import type { JobHandler } from '../kernel/jobs.ts';
import { holdStill } from '../leads/store.ts';
import { wakeLead } from '../leads/wake-lead.ts';
import { lapseAward } from './award.ts';
import { expireOffer } from './expire-offer.ts';
import { openUserBox } from './open-box.ts';
import { routeLead } from './route-lead.ts';
import { getOffer } from './store/offers.ts';
import { getRecipient } from './store/recipients.ts';

/** The intents routing carries out. */
export const routingHandlers: readonly JobHandler[] = [
  {
    kind: 'route-lead',
    decides: true,
    lock: (tx, payload) => holdStill(tx, (payload as { leadId: string }).leadId),
    apply: (tx, payload) => routeLead(tx, (payload as { leadId: string }).leadId),
  },
  {
    kind: 'expire-offer',
    decides: true,
    async lock(tx, payload) {
      await holdStill(tx, (await getOffer(tx, (payload as { offerId: string }).offerId)).leadId);
    },
    apply: (tx, payload) => expireOffer(tx, (payload as { offerId: string }).offerId),
  },
  {
    kind: 'lapse-award',
    decides: true,
    async lock(tx, payload) {
      await holdStill(tx, (await getRecipient(tx, (payload as { recipientId: string }).recipientId)).leadId);
    },
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
