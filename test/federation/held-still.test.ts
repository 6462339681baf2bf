import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { answerQuestion } from '../../node/federation/after-release/answer-question.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { federationHandlers } from '../../node/federation/handlers.ts';
import { listQuestionsOf } from '../../node/federation/store/questions.ts';
import type { Tx } from '../../node/kernel/context.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { routeLead } from '../../node/routing/route-lead.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { listRecipients } from '../../node/routing/store/recipients.ts';
import { agree } from '../agreements/support.ts';
import { grace } from '../privacy/chain.ts';
import { onDatabase } from '../support/databases.ts';
import { canary, openFederation, type FederationNode } from '../support/federation.ts';
import type { Place } from '../support/store.ts';

/** A distributor in two processes, to whom a vendor released leads that it may pass on to a dealer. */
async function openPassing(place: Place) {
  const world = await openFederation({
    nodes: ['vendor', 'distributor', 'dealer'],
    place: (name) => (name === 'distributor' ? place : { dataFolder: `${place.dataFolder}/${name}` }),
  });
  await world.introduce('vendor', 'distributor');
  await world.introduce('distributor', 'dealer');
  const [vendor, distributor, dealer] = [world.node('vendor'), world.node('distributor'), world.node('dealer')];
  await agree(world, [vendor, distributor], { onward: { to: 'any' } });
  await agree(world, [distributor, dealer]);
  const [dora, dan] = [await distributor.user('Dora'), await dealer.user('Dan')];
  await vendor.offerAllTo([await vendor.partnerBox('distributor')]);
  await dealer.offerAllTo([dan.boxId]);
  return Object.assign(world, {
    ...{ vendor, distributor, dealer },
    again: await world.twin('distributor'),
    /** A lead of the vendor's that Dora holds; from now on leads go to the dealer. */
    async held() {
      await distributor.offerAllTo([dora.boxId]);
      await vendor.receive();
      await world.settle();
      const lead = (await distributor.leads()).find(({ state }) => state === 'offered');
      await distributor.accept(lead?.id ?? '', dora.id);
      await world.settle();
      await distributor.offerAllTo([await distributor.partnerBox('dealer')], { mode: 'direct' });
      return lead?.id ?? '';
    },
  });
}
type Passing = Awaited<ReturnType<typeof openPassing>>;

const codeOf = (settled: PromiseSettledResult<unknown>) =>
  settled.status === 'fulfilled' ? 'done' : (settled.reason as { code: string }).code;

/**
 * Two transactions of two processes at once: the second begins when the first has done its work, and the first commits when
 * the second has done its own, or waits for it.
 */
async function cross(
  [one, other]: readonly [FederationNode, FederationNode],
  [first, second]: readonly [(tx: Tx) => Promise<unknown>, (tx: Tx) => Promise<unknown>],
): Promise<string[]> {
  const begun = Promise.withResolvers<undefined>();
  let over = false;
  const later = begun.promise.then(() => other.write(second)).finally(() => (over = true));
  const sooner = one.write(async (tx) => {
    await first(tx);
    begun.resolve(undefined);
    const waits = sql<{ n: number }>`select count(*) as n from pg_locks where not granted`;
    while (!over && (await waits.execute(tx.db)).rows[0]?.n === 0);
  });
  return (await Promise.allSettled([sooner, later])).map(codeOf);
}

/** What a worker does with an intent. */
async function carryOut(tx: Tx, kind: string, payload: unknown): Promise<void> {
  const handler = federationHandlers.find((each) => each.kind === kind);
  if (!handler || !('apply' in handler)) throw new Error(`Nobody carries out ${kind}.`);
  await handler.lock?.(tx, payload);
  await handler.apply(tx, payload);
}

onDatabase('postgres', (database) => {
  it('a lead is given back or passed on, whichever comes first; an erasure is overtaken by nothing', () =>
    database.withPlace(async (place) => {
      await using world = await openPassing(place);
      for (const story of [giveBackFirst, passOnFirst, eraseMeanwhile, claimMeanwhile]) await story(world);
    }));
});

const back = (leadId: string) => (tx: Tx) => giveBack(tx, leadId, { reason: 'not-a-fit', actor: grace });
const offersOf = async ({ distributor }: Passing, leadId: string) => {
  const recipients = await distributor.recipients(leadId);
  return recipients.map(({ kind, state }) => `${kind} ${state}`);
};
const takenBack = async ({ vendor }: Passing) => {
  for (const { id } of await vendor.leads())
    for (const { id: questionId, state } of await listQuestionsOf(vendor.ctx, id))
      if (state === 'open')
        await vendor.write((tx) => answerQuestion(tx, id, { questionId, outcome: 'agreed', actor: grace }));
};

async function giveBackFirst(world: Passing): Promise<void> {
  const { distributor, again, dealer } = world;
  const leadId = await world.held();
  await distributor.write((tx) => rerouteLead(tx, leadId, { actor: grace }));
  // Both steps in one, so that nothing comes between them.
  const passOn = async (tx: Tx) => {
    await routeLead(tx, leadId);
    const [offer] = await listOffers(tx, leadId);
    const [recipient] = await listRecipients(tx, offer?.id ?? '');
    await carryOut(tx, 'offer-to-peer', { recipientId: recipient?.id });
  };
  expect(await cross([distributor, again], [back(leadId), passOn])).toEqual(['done', 'done']);
  await world.settle();
  // The dealer is offered nothing that may have to be given back any moment.
  expect(await offersOf(world, leadId)).toEqual(['peer rejected']);
  await takenBack(world);
  await world.settle();
  expect(await distributor.lead(leadId)).toMatchObject({ state: 'withdrawn' });
  expect(await dealer.leads()).toEqual([]);
}

async function passOnFirst(world: Passing): Promise<void> {
  const { distributor, again, dealer } = world;
  const leadId = await world.held();
  await distributor.write((tx) => rerouteLead(tx, leadId, { actor: grace }));
  const passOn = (tx: Tx) => routeLead(tx, leadId);
  expect(await cross([distributor, again], [passOn, back(leadId)])).toEqual(['done', 'offered-to-partner']);
  await world.settle();
  expect((await dealer.leads()).map(({ state }) => state)).toEqual(['offered']);
}

async function eraseMeanwhile(world: Passing): Promise<void> {
  const { distributor, again, dealer } = world;
  const leadId = await world.held();
  await distributor.write(async (tx) => {
    await rerouteLead(tx, leadId, { actor: grace });
    await routeLead(tx, leadId);
  });
  const [{ id: recipientId } = { id: '' }] = await distributor.recipients(leadId);
  const offer = (tx: Tx) => carryOut(tx, 'offer-to-peer', { recipientId });
  const erase = (tx: Tx) => eraseLead(tx, leadId, { reason: 'person-asked', actor: grace });
  const before = await dealer.leads();
  expect(await cross([distributor, again], [offer, erase])).toEqual(['done', 'done']);
  const left = await distributor.ctx.db.selectFrom('conversation').selectAll().where('leadId', '=', leadId).execute();
  expect(left.map(({ told, secret }) => [told, secret])).toEqual([
    [null, null],
    [null, null],
  ]);
  await world.settle();
  expect(await dealer.leads()).toHaveLength(before.length);
  expect(JSON.stringify(await distributor.lead(leadId))).not.toContain(canary);
}

async function claimMeanwhile(world: Passing): Promise<void> {
  const { distributor, again } = world;
  const reroute = (leadId: string) => (tx: Tx) => rerouteLead(tx, leadId, { actor: grace });
  const leadId = await world.held();
  await distributor.write(reroute(leadId));
  await world.settle();
  const claim = (recipientId: string) => (tx: Tx) => claimOffer(tx, { recipientId });
  const [{ id: first } = { id: '' }] = await distributor.recipients(leadId);
  expect(await cross([distributor, again], [claim(first), reroute(leadId)])).toEqual(['done', 'done']);
  expect(await offersOf(world, leadId)).toEqual(['peer lost']);
  await world.settle();
  const [{ id: second } = { id: '' }] = await distributor.recipients(leadId);
  expect(await cross([distributor, again], [reroute(leadId), claim(second)])).toEqual(['done', 'done']);
  expect(await offersOf(world, leadId)).toEqual(['peer lost']);
  expect(await distributor.lead(leadId)).toMatchObject({ state: 'new', holder: undefined });
}
