import { expect, it, describe } from 'vitest';
import { answerQuestion } from '../../node/federation/after-release/answer-question.ts';
import { giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { addPeoplePartner } from '../../node/federation/bridge/add-partner.ts';
import { addPerson } from '../../node/federation/bridge/add-person.ts';
import { changePeer } from '../../node/federation/peers/pause.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { recallOffer } from '../../node/routing/recall-offer.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { findBoxOf } from '../../node/routing/store/boxes.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { listRecipientsOfLead } from '../../node/routing/store/recipients.ts';
import type { OnwardTerms } from '../../protocol/index.ts';
import { canary, openFederation, sampleLead, type Federation } from '../support/federation.ts';
import { agree } from './support.ts';

/** A vendor, its distributor with Dora, and the distributor's dealer with Dan; agreements between each two. */
async function openChain(onward: OnwardTerms, purposes = ['Sales of pumps']) {
  const world = await openFederation({ nodes: ['vendor', 'distributor', 'dealer'] });
  await world.introduce('vendor', 'distributor');
  await world.introduce('distributor', 'dealer');
  const [vendor, distributor, dealer] = [world.node('vendor'), world.node('distributor'), world.node('dealer')];
  await agree(world, [vendor, distributor], { onward });
  await agree(world, [distributor, dealer], { purposes });
  const [dora, dan] = [await distributor.user('Dora'), await dealer.user('Dan')];
  await vendor.offerAllTo([await vendor.partnerBox('distributor')]);
  await distributor.offerAllTo([await distributor.partnerBox('dealer'), dora.boxId], { mode: 'direct' });
  await dealer.offerAllTo([dan.boxId]);
  world.wire.calls.length = 0;
  return Object.assign(world, { vendor, distributor, dealer, dora, dan });
}
type Chain = Awaited<ReturnType<typeof openChain>>;

/** The vendor's lead is Dora's, who routes it again. Answers its ids at vendor and distributor. */
async function passOn({ vendor, distributor, dora, settle }: Chain) {
  const atVendor = await vendor.receive();
  await settle();
  const [held] = await distributor.leads();
  const atDistributor = held!.id;
  await distributor.accept(atDistributor, dora.id);
  await settle();
  await distributor.write((tx) => rerouteLead(tx, atDistributor, { actor: { kind: 'user', id: dora.id } }));
  await settle();
  return { atVendor, atDistributor };
}
const offersIn = ({ wire }: Federation) => wire.story().filter((line) => line.endsWith('Offer'));

describe('a lead that came from a partner', () => {
  it('is passed on after its release where the agreement allows it; what becomes of it travels up, hop by hop', async () => {
    await using world = await openChain({ to: 'listed', partners: ['dealer.localhost'] });
    const { vendor, distributor, dealer, dan, wire } = world;
    const { atVendor, atDistributor } = await passOn(world);
    expect(offersIn(world)).toEqual(['vendor>distributor Offer', 'distributor>dealer Offer']);
    const onward = wire.calls.find(({ from, type }) => from === 'distributor' && type === 'Offer')?.xml ?? '';
    // One for the vendor, one for the distributor; the id of neither.
    expect(onward.match(/<l:Hop>/g)).toHaveLength(2);
    expect(onward).not.toContain('vendor.localhost');
    expect(onward.toLowerCase()).not.toContain(canary.toLowerCase());

    const [offered] = await dealer.leads();
    await dealer.accept(offered!.id, dan.id);
    await world.settle();
    expect(await dealer.lead(offered!.id)).toMatchObject({ state: 'assigned', document: sampleLead });
    expect(await distributor.lead(atDistributor)).toMatchObject({ holder: { kind: 'peer', id: dealer.nodeId } });
    await dealer.write((tx) => changeLead(tx, offered!.id, 'work'));
    await dealer.write((tx) => changeLead(tx, offered!.id, 'note', { note: 'Between us.' }));
    await dealer.write((tx) => changeLead(tx, offered!.id, 'win', { amount: { amount: '1250.00', currency: 'EUR' } }));
    await world.settle();
    for (const [node, id] of [
      [distributor, atDistributor],
      [vendor, atVendor],
    ] as const)
      // prettier-ignore
      expect(await node.lead(id)).toMatchObject({ state: 'won', wonAmount: '1250.00' });
    const toldVendor = wire.calls.filter(({ to, type }) => to === 'vendor' && type === 'Status').map(({ xml }) => xml);
    expect(toldVendor.map((xml) => /<l:Disposition>(.*)<\/l:Disposition>/.exec(xml)?.[1])).toEqual([
      'assigned',
      // Somebody else has it: who, is not told.
      'assigned',
      'working',
      'won',
    ]);
    // The vendor does not learn who the dealer is, and no notes.
    expect(toldVendor.join('')).not.toMatch(/dealer|Dan|Between/);
    expect(wire.calls.every(({ status }) => status === 200)).toBe(true);
  });

  it.each<[string, OnwardTerms, string[]]>([
    ['to nobody', { to: 'none' }, ['Sales of pumps']],
    ['to others only', { to: 'listed', partners: ['somebody.example'] }, ['Sales of pumps']],
    ['for other purposes', { to: 'any' }, ['Sales of pumps', 'Market research']],
    ['for fewer purposes', { to: 'any', purposes: ['Repairs'] }, ['Sales of pumps']],
  ])('is not passed on where the agreement allows it %s', async (_, onward, purposes) => {
    await using world = await openChain(onward, purposes);
    await passOn(world);
    expect(offersIn(world)).toEqual(['vendor>distributor Offer']);
    expect(await world.dealer.leads()).toEqual([]);
  });

  it('is not passed on to people who work by mail: there is no agreement with them', async () => {
    await using world = await openChain({ to: 'any' });
    const { distributor, dora } = world;
    const { nodeId: peerId } = await addPeoplePartner(distributor.ctx, { name: 'Harbour Agency' });
    await distributor.write((tx) => addPerson(tx, { peerId, email: 'pat@harbour.example', name: 'Pat' }));
    await world.settle();
    const box = await findBoxOf(distributor.ctx, { peerId });
    await distributor.offerAllTo([box?.id ?? '', dora.boxId], { mode: 'direct' });
    const { atDistributor } = await passOn(world);
    const own = await distributor.receive();
    await world.settle();
    const offered = async (leadId: string) =>
      (await listRecipientsOfLead(distributor.ctx, leadId)).filter((each) => each.peerId === peerId);
    expect(await offered(own)).toMatchObject([{ state: 'offered' }]);
    expect(await offered(atDistributor)).toMatchObject([{ state: 'rejected', rejectReason: 'not-reachable' }]);
  });

  it('is not passed on while its holder asks to give it back, nor given back while it is offered on', async () => {
    await using world = await openChain({ to: 'any' });
    const { vendor, distributor, dora } = world;
    const actor = { kind: 'user', id: dora.id } as const;
    const giveUp = (id: string) =>
      distributor.write((tx) => giveBack(tx, id, { reason: 'not-a-fit', actor: { ...actor, name: 'Dora' } }));
    const { atDistributor } = await passOn(world);
    await expect(giveUp(atDistributor)).rejects.toMatchObject({ code: 'offered-to-partner' });
    const [offer] = await listOffers(distributor.ctx, atDistributor);
    await distributor.write((tx) => recallOffer(tx, offer!.id, { ...actor, name: 'Dora' }));
    await giveUp(atDistributor);
    await world.settle();
    await distributor.write((tx) => rerouteLead(tx, atDistributor, { actor }));
    await world.settle();
    expect(offersIn(world)).toEqual(['vendor>distributor Offer', 'distributor>dealer Offer']);
    const [question] = await vendor.ctx.db.selectFrom('leadQuestion').select(['id', 'leadId']).execute();
    await vendor.write((tx) => answerQuestion(tx, question!.leadId, { questionId: question!.id, outcome: 'agreed', actor })); // prettier-ignore
    await world.settle();
    expect(await distributor.lead(atDistributor)).toMatchObject({ state: 'withdrawn' });
    expect(world.wire.calls.every(({ status }) => status === 200)).toBe(true);
  });

  it('is refused by a node it passed before, which keeps nothing of it', async () => {
    await using world = await openChain({ to: 'any' });
    const { vendor, distributor, dealer, dan } = world;
    await world.introduce('dealer', 'vendor');
    await changePeer(vendor.ctx, dealer.nodeId, { role: 'both' });
    world.clock.advance('1m');
    await agree(world, [distributor, dealer], { onward: { to: 'any' } });
    await agree(world, [dealer, vendor]);
    await dealer.offerAllTo([await dealer.partnerBox('vendor'), dan.boxId], { mode: 'direct' });
    await passOn(world);
    const [offered] = await dealer.leads();
    await dealer.accept(offered!.id, dan.id);
    await world.settle();
    const before = (await vendor.leads()).length;
    await dealer.write((tx) => rerouteLead(tx, offered!.id, { actor: { kind: 'user', id: dan.id } }));
    await world.settle();
    expect(world.wire.story().slice(-2)).toEqual(['dealer>vendor Offer', 'vendor>dealer Reject']);
    expect(world.wire.calls.at(-1)?.xml).toContain('<l:Reason>duplicate</l:Reason>');
    expect(await vendor.leads()).toHaveLength(before);
    const kept = await vendor.ctx.db.selectFrom('inbox').selectAll().where('type', '=', 'Offer').execute();
    expect(kept).toMatchObject([{ peerId: dealer.nodeId, document: null }]);
  });
});
