import { describe, expect, it } from 'vitest';
import { applyPartnerStatus } from '../../node/routing/apply-partner-status.ts';
import { completeRelease, confirmAward } from '../../node/routing/award.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { rejectOffer } from '../../node/routing/reject-offer.ts';
import { releaseLead } from '../../node/routing/release-lead.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { systemBoxId } from '../../node/routing/store/boxes.ts';
import { findPlan } from '../../node/routing/store/recipients.ts';
import { withdrawLead } from '../../node/routing/withdraw-lead.ts';
import { onEachDatabase } from '../support/databases.ts';
import { acme, withWorld, type World } from './world.ts';

const boss = { kind: 'user', id: 'user_boss', name: 'Boss' } as const;

onEachDatabase((database) => {
  const inWorld = (body: (world: World) => Promise<void>) => withWorld(database, body);

  describe('a partner that holds a lead', () => {
    async function heldByPeer(world: World) {
      const ann = await world.user('Ann');
      const reseller = await world.partner('reseller.example');
      await world.rules(systemBoxId, { to: [reseller.boxId, ann.boxId] });
      const leadId = await world.receive();
      await world.settle();
      const recipientId = (await world.offer(leadId)).recipients[0]!.id;
      await world.write(async (tx) => {
        await claimOffer(tx, { recipientId, round: 1 });
        await confirmAward(tx, recipientId);
        await completeRelease(tx, recipientId);
      });
      const status = (
        facts: Omit<Parameters<typeof applyPartnerStatus>[1], 'leadId' | 'peerId'>,
        peerId = reseller.peerId,
      ) => world.write((tx) => applyPartnerStatus(tx, { leadId, peerId, ...facts }));
      return { leadId, ann, status };
    }

    it('says what became of it', async () => {
      await inWorld(async (world) => {
        const { leadId, status } = await heldByPeer(world);
        await status({ disposition: 'assigned', assignedTo: 'Jane' });
        await status({ disposition: 'contacted' });
        expect((await world.lead(leadId)).state).toBe('contacted');
        await status({ disposition: 'asleep', until: world.clock.now() + 1_000 });
        expect((await world.lead(leadId)).state).toBe('asleep');
        await status({ disposition: 'lost', reason: 'budget' });
        await status({ disposition: 'working' });
        expect((await world.lead(leadId)).state).toBe('working');
        await status({ disposition: 'won', amount: { amount: '10.00', currency: 'EUR' } });
        expect(await world.lead(leadId)).toMatchObject({ state: 'won', wonAmount: '10.00', wonCurrency: 'EUR' });
        await expect(status({ disposition: 'lost' }, 'other.example')).rejects.toMatchObject({
          code: 'not-the-holder',
        });
      });
    });

    it('may return it; it then goes to somebody else', async () => {
      await inWorld(async (world) => {
        const { leadId, ann, status } = await heldByPeer(world);
        await expect(world.write((tx) => rerouteLead(tx, leadId, { actor: boss }))).rejects.toMatchObject({
          code: 'held-by-partner',
        });
        await status({ disposition: 'returned', reason: 'not-a-fit' });
        await world.settle();
        expect(await world.offer(leadId)).toMatchObject({ round: 2, recipients: [{ userId: ann.id }] });
      });
    });
  });

  describe('a lead that a partner offers us', () => {
    async function fromPeer(world: World, minutes = 30) {
      const ann = await world.user('Ann');
      const bob = await world.user('Bob');
      const other = await world.partner('other.example');
      await world.rules(systemBoxId, { mode: 'grab', to: [ann.boxId, bob.boxId, other.boxId] });
      const leadId = await world.receive({
        origin: 'peer',
        originPeer: 'vendor.example',
        document: { account: { name: 'Acme' } },
        hiddenFields: ['contact.emails', 'contact.familyName'],
        originClosesAt: world.clock.now() + minutes * 60_000,
      });
      await world.settle();
      return { leadId, ann, bob };
    }
    const first = async (world: World, leadId: string) => (await world.offer(leadId)).recipients[0]!;

    it('is offered to our people only, not longer than the partner’s own offer', async () => {
      await inWorld(async (world) => {
        const { leadId } = await fromPeer(world);
        const offer = await world.offer(leadId);
        expect(offer.recipients.map((one) => one.kind)).toEqual(['user', 'user']);
        expect(offer.closesAt).toBe(world.clock.now() + 30 * 60_000);
        expect(offer.recipients[0]!.fields.withheld).toEqual(['contact.emails', 'contact.familyName']);
      });
    });

    it('is claimed here, and held once it is released', async () => {
      await inWorld(async (world) => {
        const { leadId } = await fromPeer(world);
        const recipient = await first(world, leadId);
        world.heard();
        await world.write((tx) => claimOffer(tx, { recipientId: recipient.id, round: 1 }));
        await world.settle();
        expect(world.heard('accept-to-peer')).toEqual([{ kind: 'accept-to-peer', payload: { leadId } }]);
        expect(await world.lead(leadId)).toMatchObject({ state: 'claimed' });
        await expect(world.write((tx) => rerouteLead(tx, leadId, { actor: boss }))).rejects.toMatchObject({
          code: 'award-awaited',
        });
        await world.write((tx) => releaseLead(tx, leadId, acme));
        await world.settle();
        expect(await world.lead(leadId)).toMatchObject({
          state: 'assigned',
          contactName: 'Ada Lovelace',
          hiddenFields: [],
        });
        expect(await world.offer(leadId)).toMatchObject({ state: 'done' });
        expect(world.heard('notify').map(({ payload }) => payload['kind'])).toContain('released');
      });
    });

    it('is forgotten when somebody elsewhere was first', async () => {
      await inWorld(async (world) => {
        const { leadId, ann, bob } = await fromPeer(world);
        const recipient = await first(world, leadId);
        await world.write((tx) => claimOffer(tx, { recipientId: recipient.id, round: 1 }));
        await world.settle();
        world.heard();
        for (let n = 0; n < 2; n++) await world.write((tx) => withdrawLead(tx, leadId, 'taken'));
        await world.settle();
        expect(await world.lead(leadId)).toMatchObject({ state: 'withdrawn', contactName: null });
        const { recipients, state } = await world.offer(leadId);
        expect([state, ...recipients.map((one) => one.state)]).toEqual(['taken', 'lost', 'lost']);
        const winner = recipient.userId === ann.id ? ann : bob;
        expect(world.heard('notify').map(({ payload }) => [payload['userId'], payload['kind']])).toEqual([
          [winner.id, 'taken'],
        ]);
        expect(await findPlan(world.ctx, recipient.id)).toBeUndefined();
      });
    });

    it('is declined in the words of our people when nobody wants it, and forgotten', async () => {
      await inWorld(async (world) => {
        const { leadId } = await fromPeer(world);
        for (const { id: recipientId } of (await world.offer(leadId)).recipients)
          await world.write((tx) => rejectOffer(tx, { recipientId, reason: 'out-of-territory' }));
        await world.settle();
        expect(world.heard('reject-to-peer')).toEqual([
          { kind: 'reject-to-peer', payload: { leadId, reason: 'out-of-territory' } },
        ]);
        expect((await world.lead(leadId)).state).toBe('withdrawn');
      });
    });

    it('is forgotten when its time has passed without an answer of ours', async () => {
      await inWorld(async (world) => {
        const { leadId } = await fromPeer(world);
        world.clock.advance('31m');
        await world.settle();
        expect((await world.lead(leadId)).state).toBe('withdrawn');
        expect((await world.offer(leadId)).round).toBe(1);
      });
    });
  });
});
