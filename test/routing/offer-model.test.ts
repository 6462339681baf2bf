import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../node/kernel/errors.ts';
import { assignLead } from '../../node/routing/assign-lead.ts';
import { applyPartnerStatus } from '../../node/routing/apply-partner-status.ts';
import { completeRelease, confirmAward, lapseAward } from '../../node/routing/award.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { expireOffer } from '../../node/routing/expire-offer.ts';
import { recallOffer } from '../../node/routing/recall-offer.ts';
import { rejectOffer } from '../../node/routing/reject-offer.ts';
import { releaseLead } from '../../node/routing/release-lead.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { routeLead } from '../../node/routing/route-lead.ts';
import { listOffers, liveOfferStates } from '../../node/routing/store/offers.ts';
import { systemBoxId } from '../../node/routing/store/boxes.ts';
import { listRecipientsOfLead } from '../../node/routing/store/recipients.ts';
import { withdrawLead } from '../../node/routing/withdraw-lead.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import { acme, makeWorld } from './world.ts';
import type { World } from './world.ts';

const boss = { kind: 'user', id: 'user_boss', name: 'Boss' } as const;
/** Commands are aimed at a recipient (of any round) or at the lead by these numbers. */
const target = fc.nat({ max: 7 });
const onRecipient = fc.constantFrom('accept', 'reject', 'confirm', 'complete', 'lapse', 'status');
const onLead = fc.constantFrom('expire', 'recall', 'reroute', 'assign', 'withdraw', 'release', 'route', 'settle');
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: onRecipient, target }) },
  { weight: 2, arbitrary: fc.record({ what: onLead, target }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('5m', '40m', '2h'), target }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
/** The commands of a batch run at once. */
const history = fc.array(fc.array(command, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });

/** Answers that a late, repeated or impossible command may get. */
const refusals = new Set([
  'illegal-change', 'offer-closed', 'release-may-have-left', 'award-awaited', 'held-by-partner', 'already-rejected',
  'answered-meanwhile', 'award-not-confirmed', 'not-the-holder', 'offer-not-open', 'fact-missing',
]); // prettier-ignore

async function carryOut(world: World, leadId: string, { what, target: n }: Command, users: readonly string[]) {
  const recipients = await listRecipientsOfLead(world.ctx, leadId);
  const recipient = recipients.length === 0 ? undefined : recipients[recipients.length - 1 - (n % recipients.length)];
  const [offer] = await listOffers(world.ctx, leadId);
  switch (what) {
    case 'settle':
      return world.settle();
    case 'route':
      return world.write((tx) => routeLead(tx, leadId));
    case 'reroute':
      return world.write((tx) => rerouteLead(tx, leadId, { actor: boss }));
    case 'assign':
      return world.write((tx) => assignLead(tx, { leadId, userId: users[n % users.length]!, actor: boss }));
    case 'withdraw':
      return (await world.lead(leadId)).origin === 'peer' && world.write((tx) => withdrawLead(tx, leadId, 'taken'));
    case 'release':
      return (await world.lead(leadId)).origin === 'peer' && world.write((tx) => releaseLead(tx, leadId, acme));
    case 'expire':
      return offer && world.write((tx) => expireOffer(tx, offer.id));
    case 'recall':
      return offer && world.write((tx) => recallOffer(tx, offer.id, boss));
    case 'accept':
      return recipient && world.write((tx) => claimOffer(tx, { recipientId: recipient.id }));
    case 'reject':
      return recipient && world.write((tx) => rejectOffer(tx, { recipientId: recipient.id, reason: 'other' }));
    case 'confirm':
      return recipient?.peerId && world.write((tx) => confirmAward(tx, recipient.id));
    case 'complete':
      return recipient?.peerId && world.write((tx) => completeRelease(tx, recipient.id));
    case 'lapse':
      return recipient?.peerId && world.write((tx) => lapseAward(tx, recipient.id));
    case 'status': {
      const peerId = recipient?.peerId;
      const disposition = n % 2 === 0 ? 'returned' : 'contacted';
      return peerId && world.write((tx) => applyPartnerStatus(tx, { leadId, peerId, disposition }));
    }
    default:
      world.clock.advance(what);
  }
}

/** What must hold after every step, whatever happened. */
async function checkInvariants(world: World, leadId: string): Promise<void> {
  const lead = await world.lead(leadId);
  const offers = await listOffers(world.ctx, leadId);
  const recipients = await listRecipientsOfLead(world.ctx, leadId);
  const live = offers.filter((offer) => liveOfferStates.includes(offer.state));
  expect(live.length).toBeLessThanOrEqual(1);
  expect(offers.map((offer) => offer.round)).toEqual(offers.map((_, n) => offers.length - n));
  for (const offer of offers) {
    const asked = recipients.filter((one) => one.offerId === offer.id);
    const ahead = asked.filter((one) => one.state === 'accepted' || one.state === 'won');
    const won = ['claimed', 'awarded', 'done'].includes(offer.state);
    expect(ahead.map((one) => one.id)).toEqual(won ? [offer.winnerId] : []);
    expect(asked.some((one) => one.state === 'offered')).toBe(offer.state === 'open');
  }
  const [last] = offers;
  const now = live[0]?.state ?? 'none';
  const fits: Record<string, string[]> = {
    new: ['none'],
    offered: ['open', 'none'],
    claimed: ['claimed', 'awarded'],
    unrouted: ['none'],
    withdrawn: ['none'],
  };
  expect(fits[lead.state] ?? ['none']).toContain(now);
  const winner = recipients.find((one) => one.id === last?.winnerId);
  const held = ['claimed', 'assigned', 'contacted', 'working'].includes(lead.state);
  expect(lead.holder?.id).toBe(held ? (winner?.userId ?? winner?.peerId) : undefined);
}

onEachDatabase((database) => {
  describe('offers, whatever is answered in whatever order', () => {
    const runs = database.kind === 'sqlite' ? 150 : 15;

    it('have one winner at most, agree with the lead, and end with it held, closed or in the tray', async () => {
      const clock = makeFakeClock();
      await database.withStore(
        async (store) => {
          const world = makeWorld(store.ctx, clock);
          const ann = await world.user('Ann');
          const bob = await world.user('Bob');
          const first = await world.partner('first.example');
          const second = await world.partner('second.example');
          await world.rules(
            systemBoxId,
            { mode: 'grab', to: [ann.boxId, first.boxId, second.boxId], offerMinutes: 30 },
            { mode: 'round-robin', to: [bob.boxId, second.boxId], offerMinutes: 10 },
          );
          const users = [ann.id, bob.id];
          await fc.assert(
            fc.asyncProperty(history, fc.boolean(), async (batches, fromPeer) => {
              const leadId = await world.receive(
                fromPeer
                  ? { origin: 'peer', originPeer: 'vendor.example', originClosesAt: clock.now() + 45 * 60_000 }
                  : {},
              );
              await world.settle();
              let confirmed: string | undefined;
              for (const batch of batches) {
                const answers = await Promise.allSettled(batch.map((one) => carryOut(world, leadId, one, users)));
                for (const answer of answers) {
                  if (answer.status === 'fulfilled') continue;
                  if (!(answer.reason instanceof CodedError) || !refusals.has(answer.reason.code)) throw answer.reason;
                }
                await checkInvariants(world, leadId);
                const [last] = await listOffers(world.ctx, leadId);
                // Once a release may have left, this offer ends by the partner's word alone.
                if (confirmed !== undefined && last?.id !== confirmed)
                  expect((await listOffers(world.ctx, leadId)).find((offer) => offer.id === confirmed)?.state).toBe(
                    'done',
                  );
                confirmed = last?.confirmedAt != null ? last.id : undefined;
              }
              await comeToRest(world, leadId);
            }),
            { numRuns: runs, endOnFailure: true },
          );
        },
        { clock },
      );
    });
  });
});

/** Time passes and nobody says anything any more. */
async function comeToRest(world: World, leadId: string): Promise<void> {
  for (let n = 0; n < 8; n++) {
    await world.settle();
    world.clock.advance('2h');
  }
  await world.settle();
  await checkInvariants(world, leadId);
  const lead = await world.lead(leadId);
  const [last] = await listOffers(world.ctx, leadId);
  // A lead may wait for a partner that was told it has it, or that has yet to release it to us: both end by its word.
  const awaited = last?.confirmedAt != null || (lead.origin === 'peer' && last?.state === 'claimed');
  expect(lead.state).toMatch(awaited ? /^(claimed|assigned|contacted)$/ : /^(assigned|contacted|unrouted|withdrawn)$/);
}
