import { describe, expect, it } from 'vitest';
import { updateUser } from '../../node/people/update-user.ts';
import { assignLead } from '../../node/routing/assign-lead.ts';
import { completeRelease, confirmAward, lapseAward } from '../../node/routing/award.ts';
import { claimOffer, leaseMilliseconds } from '../../node/routing/claim-offer.ts';
import { recallOffer } from '../../node/routing/recall-offer.ts';
import { rejectOffer } from '../../node/routing/reject-offer.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { systemBoxId } from '../../node/routing/store/boxes.ts';
import { findPlan, getRecipient } from '../../node/routing/store/recipients.ts';
import { onEachDatabase } from '../support/databases.ts';
import { withWorld, type World } from './world.ts';

const boss = { kind: 'user', id: 'user_boss', name: 'Boss' } as const;

onEachDatabase((database) => {
  const inWorld = (body: (world: World) => Promise<void>) => withWorld(database, body);

  describe('a direct offer', () => {
    it('goes to the first of the list, and belongs to whoever accepts it', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        await world.rules(systemBoxId, { to: [ann.boxId] });
        const leadId = await world.receive();
        await world.settle();

        const offer = await world.offer(leadId);
        expect(offer).toMatchObject({ mode: 'direct', state: 'open', round: 1, boxId: systemBoxId });
        expect(offer.closesAt - offer.opensAt).toBe(60 * 60_000);
        expect(offer.recipients).toMatchObject([{ kind: 'user', userId: ann.id, state: 'offered' }]);
        expect(await world.lead(leadId)).toMatchObject({ state: 'offered', boxId: systemBoxId });
        const [recipient] = offer.recipients;
        expect(world.heard()).toEqual([
          { kind: 'notify', payload: { kind: 'offer', userId: ann.id, recipientId: recipient!.id, leadId } },
        ]);

        const claim = () => world.write((tx) => claimOffer(tx, { recipientId: recipient!.id, round: 1 }));
        expect(await claim()).toEqual({ outcome: 'won' });
        expect(await claim()).toEqual({ outcome: 'already-yours' });
        expect(await world.offer(leadId)).toMatchObject({ state: 'done', winnerId: recipient!.id });
        const lead = await world.lead(leadId);
        expect(lead).toMatchObject({ state: 'assigned', boxId: ann.boxId, boxUserId: ann.id });
        expect(lead.holder).toEqual({ kind: 'user', id: ann.id, name: 'Ann' });
        world.clock.advance('2h');
        await world.settle();
        expect((await world.lead(leadId)).state).toBe('assigned');
        expect(world.heard().map(({ payload }) => [payload['userId'], payload['kind']])).toEqual([
          [ann.id, 'released'],
        ]);
      });
    });

    it('goes on to the next when it is declined, and ends in the tray when all declined', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        const bob = await world.user('Bob');
        await world.rules(systemBoxId, { to: [ann.boxId, bob.boxId] });
        const leadId = await world.receive();
        await world.settle();
        for (const user of [ann, bob]) {
          const [recipient] = (await world.offer(leadId)).recipients;
          expect(recipient).toMatchObject({ userId: user.id, state: 'offered' });
          const reject = () =>
            world.write((tx) =>
              rejectOffer(tx, { recipientId: recipient!.id, reason: 'no-capacity', text: 'Too busy' }),
            );
          expect(await reject()).toEqual({ outcome: 'rejected' });
          expect(await reject()).toEqual({ outcome: 'already-rejected' });
          await world.settle();
        }
        expect(await world.lead(leadId)).toMatchObject({ state: 'unrouted' });
        const trace = await world.lastTrace(leadId);
        expect(trace.outcome).toBe('unrouted');
        expect(trace.steps.filter((step) => step.kind === 'excluded').map((step) => step.why)).toEqual([
          'declined this lead before',
          'declined this lead before',
        ]);
      });
    });

    it('goes on when nobody answers, and the silent one may not accept any more', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        const bob = await world.user('Bob');
        await world.rules(systemBoxId, { to: [ann.boxId, bob.boxId], offerMinutes: 5 });
        const leadId = await world.receive();
        await world.settle();
        const [first] = (await world.offer(leadId)).recipients;
        world.clock.advance('5m');
        const claim = () => world.write((tx) => claimOffer(tx, { recipientId: first!.id, round: 1 }));
        expect(await claim()).toEqual({ outcome: 'expired' });
        await world.settle();
        expect(await claim()).toEqual({ outcome: 'expired' });
        expect(await world.offer(leadId)).toMatchObject({ round: 2, recipients: [{ userId: bob.id }] });
        const reasons = world.heard('notify').map(({ payload }) => [payload['userId'], payload['kind']]);
        expect(reasons).toEqual([
          [ann.id, 'offer'],
          [ann.id, 'expired'],
          [bob.id, 'offer'],
        ]);
        const late = await world.write((tx) => rejectOffer(tx, { recipientId: first!.id, reason: 'other' }));
        expect(late).toEqual({ outcome: 'too-late' });
      });
    });
  });

  describe('an offer to somebody who left', () => {
    it('cannot be accepted any more, not by an old link either', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        await world.rules(systemBoxId, { to: [ann.boxId] });
        const leadId = await world.receive();
        await world.settle();
        await world.write((tx) => updateUser(tx, ann.id, { active: false }));
        const [recipient] = (await world.offer(leadId)).recipients;
        await expect(world.write((tx) => claimOffer(tx, { recipientId: recipient!.id }))).rejects.toMatchObject({
          code: 'user-inactive',
        });
        world.clock.advance('2h');
        await world.settle();
        expect((await world.lead(leadId)).state).toBe('unrouted');
      });
    });
  });

  describe('a grab over users and partners', () => {
    async function openGrab(world: World) {
      const ann = await world.user('Ann');
      const bob = await world.user('Bob');
      const reseller = await world.partner('reseller.example');
      await world.rules(systemBoxId, { mode: 'grab', to: [ann.boxId, bob.boxId, reseller.boxId] });
      const leadId = await world.receive();
      await world.settle();
      const { recipients } = await world.offer(leadId);
      const of = (id: string) => recipients.find((one) => one.userId === id || one.peerId === id)!.id;
      return { leadId, ann, bob, ids: { ann: of(ann.id), bob: of(bob.id), peer: of('reseller.example') } };
    }
    const claim = (world: World, recipientId: string) => world.write((tx) => claimOffer(tx, { recipientId, round: 1 }));

    it('shows partners nothing personal before they have won', async () => {
      await inWorld(async (world) => {
        const { ids } = await openGrab(world);
        const plan = await findPlan(world.ctx, ids.peer);
        expect(JSON.stringify(plan?.offered)).not.toContain('Lovelace');
        expect(JSON.stringify(plan?.released)).toContain('Lovelace');
        const { fields, summary } = await getRecipient(world.ctx, ids.peer);
        expect(fields.withheld).toContain('contact.emails');
        expect(fields.shown).toContain('account.name');
        expect(JSON.stringify(summary)).not.toContain('Lovelace');
        expect((await getRecipient(world.ctx, ids.ann)).fields.withheld).toEqual([]);
      });
    });

    it('is won by the first; the others are told, and keep no data', async () => {
      await inWorld(async (world) => {
        const { leadId, ann, bob, ids } = await openGrab(world);
        world.heard();
        expect(await claim(world, ids.bob)).toEqual({ outcome: 'won' });
        expect(await claim(world, ids.ann)).toEqual({ outcome: 'taken' });
        expect(await claim(world, ids.peer)).toEqual({ outcome: 'taken' });
        await world.settle();
        expect((await world.lead(leadId)).holder).toMatchObject({ kind: 'user', id: bob.id });
        expect(world.heard()).toEqual(
          expect.arrayContaining([
            { kind: 'notify', payload: { kind: 'taken', userId: ann.id, recipientId: ids.ann, leadId } },
            { kind: 'close-to-peer', payload: { recipientId: ids.peer, reason: 'taken' } },
          ]),
        );
        expect(await findPlan(world.ctx, ids.peer)).toBeUndefined();
      });
    });

    it('is awarded to a partner, released once the award is receipted, and then the partner’s', async () => {
      await inWorld(async (world) => {
        const { leadId, ids } = await openGrab(world);
        world.heard();
        expect(await claim(world, ids.peer)).toEqual({ outcome: 'won' });
        await world.settle();
        expect(world.heard('award-to-peer')).toEqual([{ kind: 'award-to-peer', payload: { recipientId: ids.peer } }]);
        expect(await world.lead(leadId)).toMatchObject({ state: 'claimed' });
        await expect(world.write((tx) => completeRelease(tx, ids.peer))).rejects.toMatchObject({
          code: 'award-not-confirmed',
        });
        expect(await world.write((tx) => confirmAward(tx, ids.peer))).toBe(true);
        expect(await world.write((tx) => confirmAward(tx, ids.peer))).toBe(true);
        expect(await world.write((tx) => lapseAward(tx, ids.peer))).toBe(false);
        await expect(
          world.write(async (tx) => recallOffer(tx, (await getRecipient(tx, ids.peer)).offerId, boss)),
        ).rejects.toMatchObject({ code: 'release-may-have-left' });
        await expect(world.write((tx) => rerouteLead(tx, leadId, { actor: boss }))).rejects.toMatchObject({
          code: 'release-may-have-left',
        });
        world.clock.advance('100h');
        await world.settle();
        expect((await world.lead(leadId)).state).toBe('claimed');
        for (let n = 0; n < 2; n++) await world.write((tx) => completeRelease(tx, ids.peer));
        expect(await world.lead(leadId)).toMatchObject({
          state: 'assigned',
          holder: { kind: 'peer', id: 'reseller.example' },
        });
        expect(await world.offer(leadId)).toMatchObject({ state: 'done' });
        expect(await findPlan(world.ctx, ids.peer)).toBeUndefined();
      });
    });

    it('is opened again, without the silent partner, when the award is not receipted in time', async () => {
      await inWorld(async (world) => {
        const { leadId, ann, bob, ids } = await openGrab(world);
        await claim(world, ids.peer);
        await world.settle();
        world.heard();
        world.clock.advance(leaseMilliseconds);
        await world.settle();
        const offer = await world.offer(leadId);
        expect(offer).toMatchObject({ round: 2, state: 'open' });
        expect(offer.recipients.map((one) => one.userId).sort()).toEqual([ann.id, bob.id].sort());
        expect(world.heard('close-to-peer')).toEqual([
          { kind: 'close-to-peer', payload: { recipientId: ids.peer, reason: 'recalled' } },
        ]);
        expect(await world.write((tx) => confirmAward(tx, ids.peer))).toBe(false);
        expect(await claim(world, ids.peer)).toEqual({ outcome: 'expired' });
      });
    });

    it('may be declined by the partner that was first, until it has receipted', async () => {
      await inWorld(async (world) => {
        const { leadId, ids } = await openGrab(world);
        await claim(world, ids.peer);
        const answer = await world.write((tx) => rejectOffer(tx, { recipientId: ids.peer, reason: 'not-a-fit' }));
        expect(answer).toEqual({ outcome: 'rejected' });
        await world.settle();
        expect(await world.offer(leadId)).toMatchObject({ round: 2, state: 'open' });
        expect(await world.write((tx) => confirmAward(tx, ids.peer))).toBe(false);
      });
    });

    it('goes on only when the last has declined', async () => {
      await inWorld(async (world) => {
        const { leadId, ids } = await openGrab(world);
        const reject = (recipientId: string) =>
          world.write((tx) => rejectOffer(tx, { recipientId, reason: 'out-of-territory' }));
        await reject(ids.ann);
        await reject(ids.peer);
        await world.settle();
        expect(await world.offer(leadId)).toMatchObject({ round: 1, state: 'open' });
        await expect(claim(world, ids.ann)).rejects.toMatchObject({ code: 'already-rejected' });
        await reject(ids.bob);
        await world.settle();
        expect(await world.lead(leadId)).toMatchObject({ state: 'unrouted' });
        expect(await world.offer(leadId)).toMatchObject({ round: 1, state: 'rejected' });
      });
    });

    it('cannot be accepted before it opens', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        await world.rules(systemBoxId, { mode: 'grab', to: [ann.boxId], opensInMinutes: 10, offerMinutes: 5 });
        const leadId = await world.receive();
        await world.settle();
        const [recipient] = (await world.offer(leadId)).recipients;
        await expect(claim(world, recipient!.id)).rejects.toMatchObject({ code: 'offer-not-open' });
        world.clock.advance('10m');
        expect(await claim(world, recipient!.id)).toEqual({ outcome: 'won' });
      });
    });
  });

  describe('people decide', () => {
    it('a manager gives an offered lead to somebody: the offer is recalled, the rules are not asked', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        const bob = await world.user('Bob');
        const reseller = await world.partner('reseller.example');
        await world.rules(systemBoxId, { mode: 'grab', to: [ann.boxId, reseller.boxId] });
        const leadId = await world.receive();
        await world.settle();
        world.heard();
        const assign = (userId: string) => world.write((tx) => assignLead(tx, { leadId, userId, actor: boss }));
        await assign(bob.id);
        await world.settle();
        expect((await world.lead(leadId)).holder).toMatchObject({ id: bob.id });
        expect(
          world
            .heard()
            .map(({ kind, payload }) => payload['reason'] ?? payload['kind'] ?? kind)
            .sort(),
        ).toEqual(['recalled', 'recalled', 'released']);
        await assign(ann.id);
        await world.settle();
        expect(await world.lead(leadId)).toMatchObject({ state: 'assigned', holder: { id: ann.id } });
        await expect(assign('user_nobody')).rejects.toMatchObject({ code: 'invalid' });
      });
    });

    it('a manager gives a partner’s lead to somebody: it is accepted in that name', async () => {
      await inWorld(async (world) => {
        const bob = await world.user('Bob');
        const leadId = await world.receive({
          origin: 'peer',
          originPeer: 'vendor.example',
          originClosesAt: world.clock.now() + 60_000,
        });
        await world.write((tx) => assignLead(tx, { leadId, userId: bob.id, actor: boss }));
        await world.settle();
        expect(world.heard('accept-to-peer')).toHaveLength(1);
        expect(await world.lead(leadId)).toMatchObject({ state: 'claimed', holder: { id: bob.id } });
      });
    });

    it('recalls an offer into the tray, and routes it again: those who merely lost it are asked again', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        await world.rules(systemBoxId, { to: [ann.boxId] });
        const leadId = await world.receive();
        await world.settle();
        const offer = await world.offer(leadId);
        await world.write((tx) => recallOffer(tx, offer.id, boss));
        await world.settle();
        expect((await world.lead(leadId)).state).toBe('unrouted');
        await expect(world.write((tx) => recallOffer(tx, offer.id, boss))).rejects.toMatchObject({
          code: 'offer-closed',
        });
        const late = await world.write((tx) => claimOffer(tx, { recipientId: offer.recipients[0]!.id }));
        expect(late).toEqual({ outcome: 'recalled' });
        await world.write((tx) => rerouteLead(tx, leadId, { actor: boss, reason: 'wrong-box' }));
        await world.settle();
        expect(await world.offer(leadId)).toMatchObject({ round: 2, recipients: [{ userId: ann.id }] });
      });
    });

    it('takes a lead from its holder and routes it to others', async () => {
      await inWorld(async (world) => {
        const ann = await world.user('Ann');
        const bob = await world.user('Bob');
        await world.rules(systemBoxId, { to: [ann.boxId, bob.boxId] });
        const leadId = await world.receive();
        await world.settle();
        await world.write(async (tx) => claimOffer(tx, { recipientId: (await world.offer(leadId)).recipients[0]!.id }));
        await world.write((tx) => rerouteLead(tx, leadId, { actor: boss }));
        await world.settle();
        expect(await world.offer(leadId)).toMatchObject({ recipients: [{ userId: bob.id }] });
      });
    });
  });
});
