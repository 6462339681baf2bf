import { describe, expect, it } from 'vitest';
import { federationHandlers } from '../../node/federation/handlers.ts';
import { findOffering } from '../../node/federation/store/conversations.ts';
import { listOutbox } from '../../node/federation/store/outbox.ts';
import { leaseDue } from '../../node/federation/store/outbox-due.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { settle } from '../../node/kernel/workers.ts';
import { routingHandlers } from '../../node/routing/handlers.ts';
import { onEachDatabase } from '../support/databases.ts';
import { openFederation, type Call, type Fault } from '../support/federation.ts';
import { post } from '../support/foreign-peer.ts';
import { makeFolder, type Place } from '../support/store.ts';

/** A vendor of two processes whose leads are up for grabs between its own Bob and its reseller. */
async function openRace(place: Place) {
  const federation = await openFederation({
    nodes: ['vendor', 'reseller'],
    place: (name) => (name === 'vendor' ? place : { dataFolder: `${place.dataFolder}/reseller` }),
  });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const bob = await vendor.user('Bob');
  const ann = await reseller.user('Ann');
  const day = { offerMinutes: 24 * 60 };
  await vendor.offerAllTo([bob.boxId, await vendor.partnerBox('reseller')], day);
  await reseller.offerAllTo([ann.boxId], day);
  const twin = await federation.twin('vendor');
  const jobs = makeJobWorkers([...routingHandlers, ...federationHandlers]);
  return Object.assign(federation, {
    vendor,
    reseller,
    twin,
    bob,
    /** Carries out the vendor's intents, but sends nothing. */
    workJobs: () => settle(vendor.ctx, jobs),
    async take(leadId: string) {
      await vendor.accept(leadId, bob.id);
      await settle(vendor.ctx, jobs);
    },
  });
}
type Race = Awaited<ReturnType<typeof openRace>>;

const sent = async ({ vendor, reseller }: Race) =>
  (await listOutbox(vendor.ctx, { peerId: reseller.nodeId, limit: 50 })).toReversed();

/** In the end the reseller knows that the lead is gone, and both sides tell the same of every message. */
async function expectAgreement(world: Race): Promise<void> {
  const { vendor, reseller } = world;
  expect((await reseller.leads()).filter(({ state }) => state !== 'withdrawn')).toEqual([]);
  const messages = await sent(world);
  expect(messages.filter(({ state }) => state === 'waiting')).toEqual([]);
  const taken = await reseller.ctx.db.selectFrom('inbox').select('messageId').where('code', 'is', null).execute();
  const delivered = messages.filter(({ state }) => state === 'delivered');
  expect(taken.map(({ messageId }) => messageId).sort()).toEqual(delivered.map(({ messageId }) => messageId).sort());
  const conversations = await vendor.ctx.db.selectFrom('conversation').select('state').execute();
  expect(conversations).toEqual([{ state: 'closed' }]);
}

/** What happens to the Offer's first request, after `then` has run while it was on its way. */
function duringFirstOffer(world: Race, then: () => Promise<void>, fault?: Fault): void {
  let seen = false;
  world.wire.fault = async ({ type }: Call) => {
    if (type !== 'Offer' || seen) return undefined;
    seen = true;
    await then();
    return fault;
  };
}

async function pass(world: Race, ...times: string[]): Promise<void> {
  await world.settle();
  for (const time of times) await world.advance(time);
}

onEachDatabase((database) => {
  const inRace = (story: (world: Race) => Promise<void>) => () =>
    database.withPlace(async (place) => {
      await using world = await openRace(place);
      await story(world);
    });

  describe('a lead that somebody else took: the partner is told,', () => {
    it(
      'when its offer had not left: then it never hears of it',
      inRace(async (world) => {
        const leadId = await world.vendor.receive();
        await world.workJobs();
        await world.take(leadId);
        await pass(world, '1m');
        expect(world.wire.calls).toEqual([]);
        expect(await sent(world)).toMatchObject([{ type: 'Offer', state: 'cancelled', code: 'taken' }]);
        await expectAgreement(world);
      }),
    );

    const fates: readonly (readonly [string, Fault | undefined])[] = [
      ['arrives', undefined],
      ['arrives twice', 'twice'],
      ['arrives, but its answer gets lost', 'answer-lost'],
      ['is answered by half a receipt', 'cut'],
      ['meets a broken proxy', { status: 502 }],
    ];
    for (const [what, fault] of fates)
      it(
        `when that happened while the offer was on its way, which then ${what}`,
        inRace(async (world) => {
          const leadId = await world.vendor.receive();
          duringFirstOffer(
            world,
            async () => {
              await world.take(leadId);
              // Nothing overtakes the offer, through the other process either.
              await world.twin.settle();
              expect(world.wire.story()).toEqual(['vendor>reseller Offer']);
              expect(await sent(world)).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }]);
            },
            fault,
          );
          await pass(world, '10s', '1m');
          expect((await sent(world)).map(({ type, state }) => `${type} ${state}`)).toEqual([
            'Offer delivered',
            'NoLongerAvailable delivered',
          ]);
          await expectAgreement(world);
        }),
      );

    it(
      'when its offer had arrived',
      inRace(async (world) => {
        const leadId = await world.vendor.receive();
        await pass(world);
        await world.take(leadId);
        await pass(world);
        expect(world.wire.story()).toEqual(['vendor>reseller Offer', 'vendor>reseller NoLongerAvailable']);
        await expectAgreement(world);
      }),
    );

    it.each([true, false])('when the process that sent its offer was killed meanwhile (arrived: %s)', (arrived) =>
      inRace(async (world) => {
        const { vendor, reseller, wire } = world;
        const leadId = await vendor.receive();
        await world.workJobs();
        const leaseEndsAt = world.clock.now() + 10_000;
        const [offer] = await vendor.write((tx) => leaseDue(tx, reseller.nodeId, { limit: 1, leaseEndsAt }));
        if (arrived) await post(reseller, offer!.document!);
        await world.take(leadId);
        await pass(world, '9s');
        expect(wire.calls).toEqual([]);
        await pass(world, '1s');
        expect(wire.story()).toEqual(['vendor>reseller Offer', 'vendor>reseller NoLongerAvailable']);
        await expectAgreement(world);
      })(),
    );
  });
});

describe('an offer that is over', () => {
  const inRace = (story: (world: Race) => Promise<void>) => async () => {
    const place = makeFolder();
    try {
      await using world = await openRace(place);
      await story(world);
    } finally {
      place.remove();
    }
  };

  it(
    'is not sent to a partner that could not be reached before',
    inRace(async (world) => {
      world.wire.fault = () => 'lost';
      const leadId = await world.vendor.receive();
      await pass(world, '10s');
      expect(world.wire.calls.length).toBeGreaterThan(1);
      await world.take(leadId);
      world.wire.fault = () => undefined;
      const before = world.wire.calls.length;
      await pass(world, '30m');
      expect(world.wire.calls.length).toBe(before);
      await expectAgreement(world);
    }),
  );

  it(
    'is never overtaken by its end',
    inRace(async (world) => {
      const { vendor, reseller, wire } = world;
      wire.fault = ({ type }) => (type === 'Offer' ? { status: 502 } : undefined);
      const leadId = await vendor.receive();
      await pass(world, '1s');
      await world.take(leadId);
      for (let hours = 0; hours < 6; hours++) await world.advance('1h');
      expect((await sent(world)).map(({ type, state }) => `${type} ${state}`)).toEqual([
        'Offer waiting',
        'NoLongerAvailable waiting',
      ]);
      wire.fault = () => undefined;
      await pass(world, '11h');
      expect((await sent(world)).map(({ type, state }) => `${type} ${state}`)).toEqual([
        'Offer delivered',
        'NoLongerAvailable delivered',
      ]);
      expect(await reseller.leads()).toMatchObject([{ state: 'withdrawn' }]);
    }),
  );

  it(
    'is given up at its closing time, without an alarm',
    inRace(async (world) => {
      const { vendor, wire } = world;
      wire.fault = () => ({ status: 502 });
      const leadId = await vendor.receive();
      await pass(world, '1s');
      await world.take(leadId);
      for (let hours = 0; hours < 25; hours++) await world.advance('1h');
      const [offer] = await sent(world);
      expect(offer).toMatchObject({ type: 'Offer', state: 'cancelled', code: 'unsigned-502' });
      const [recipient] = (await vendor.recipients(leadId)).filter(({ kind }) => kind === 'peer');
      expect(await findOffering(vendor.ctx, recipient!.id)).toMatchObject({ state: 'closed' });
    }),
  );
});
