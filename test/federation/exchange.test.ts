import { describe, expect, it } from 'vitest';
import { freeLead } from '../../node/federation/after-release/free-lead.ts';
import { changePeer, resumePeer, suspendPeer } from '../../node/federation/peers/pause.ts';
import { setFeedbackPolicy } from '../../node/federation/feedback/set-feedback-policy.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { transact } from '../../node/kernel/context.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { canary, openFederation, sampleLead } from '../support/federation.ts';

/** A vendor that offers every lead to its reseller, who has one representative. */
async function openPair() {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  return Object.assign(federation, { vendor, reseller, ann });
}

describe('a lead that is offered to a partner', () => {
  it('goes all the way: offer, accept, award, release, status', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const leadId = await vendor.receive();
    await world.settle();

    const [offered] = await reseller.leads();
    expect(offered).toMatchObject({ origin: 'peer', originPeer: 'vendor.localhost', state: 'offered' });
    expect(offered?.document.account?.name).toBe('Acme');
    expect(JSON.stringify(offered)).not.toContain(canary);
    expect(offered?.hiddenFields).toContain('contact.emails');

    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    expect(wire.story().slice(0, 4)).toEqual([
      'vendor>reseller Offer',
      'reseller>vendor Accept',
      'vendor>reseller Award',
      'vendor>reseller Release',
    ]);
    const released = await reseller.lead(offered!.id);
    expect(released).toMatchObject({ state: 'assigned', hiddenFields: [], document: sampleLead });
    expect(await vendor.lead(leadId)).toMatchObject({
      state: 'assigned',
      holder: { kind: 'peer', id: 'reseller.localhost' },
    });

    await reseller.write((tx) => changeLead(tx, offered!.id, 'work'));
    const amount = { amount: '1250.00', currency: 'EUR' };
    await reseller.write((tx) => changeLead(tx, offered!.id, 'win', { amount }));
    await world.settle();
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'won', wonAmount: '1250.00', wonCurrency: 'EUR' });
    expect(wire.calls.every((call) => call.status === 200)).toBe(true);
  });

  it('is declined: the vendor routes it on, and the reseller keeps nothing personal', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    await reseller.reject(offered!.id, ann.id, 'out-of-territory');
    await world.settle();
    expect(wire.story()).toEqual(['vendor>reseller Offer', 'reseller>vendor Reject']);
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted' });
    expect((await reseller.lead(offered!.id)).state).toBe('withdrawn');
    expect((await vendor.history(leadId)).find(({ kind }) => kind === 'reject')?.facts).toMatchObject({
      reason: 'out-of-territory',
    });
    const stored = await reseller.ctx.db.selectFrom('inbox').select(['type', 'document']).execute();
    expect(stored).toEqual([{ type: 'Offer', document: null }]);
  });

  it('ends at its time: the vendor decides, whatever the other clock says', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    wire.fault = ({ type }) => (type === 'NoLongerAvailable' ? 'lost' : undefined);
    world.clock.advance('61m');
    await vendor.settle();
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted' });
    expect((await reseller.lead(offered!.id)).state).toBe('offered');
    await expect(reseller.accept(offered!.id, ann.id)).resolves.toMatchObject({ outcome: 'expired' });
    wire.fault = () => undefined;
    await world.advance('1m');
    expect((await reseller.lead(offered!.id)).state).toBe('withdrawn');
  });

  it('is not shown for ever when the vendor falls silent', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    await vendor.receive();
    await world.settle();
    wire.fault = () => 'lost';
    const [offered] = await reseller.leads();
    await world.advance('59m');
    expect((await reseller.lead(offered!.id)).state).toBe('offered');
    await world.advance('12m');
    expect((await reseller.lead(offered!.id)).state).toBe('withdrawn');
  });

  it('is offered anew when the award is not receipted before its lease ends; the late receipt changes nothing', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const bob = await vendor.user('Bob');
    await vendor.offerAllTo([await vendor.partnerBox('reseller'), bob.boxId], { mode: 'direct', offerMinutes: 120 });
    await reseller.offerAllTo([ann.boxId], { offerMinutes: 110 });
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    wire.fault = ({ type }) => (type === 'Award' || type === 'NoLongerAvailable' ? 'answer-lost' : undefined);
    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    await world.advance('30m');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'claimed' });
    await world.advance('31m');
    expect(await vendor.recipients(leadId)).toMatchObject([{ userId: bob.id, state: 'offered' }]);
    wire.fault = () => undefined;
    for (let n = 0; n < 5; n++) await world.advance('2m');
    expect(wire.story()).not.toContain('vendor>reseller Release');
    expect((await reseller.lead(offered!.id)).state).toBe('withdrawn');
    await vendor.accept(leadId, bob.id);
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned', holder: { kind: 'user', id: bob.id } });
  });

  it('waits for people when the partner refuses the release, because it erased the lead meanwhile', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    wire.fault = ({ type }) => (type === 'Release' ? 'lost' : undefined);
    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    const actor = { kind: 'user', id: ann.id, name: 'Ann' } as const;
    await transact(reseller.ctx, (tx) => eraseLead(tx, offered!.id, { reason: 'person-asked', actor }));
    wire.fault = () => undefined;
    for (let n = 0; n < 5; n++) await world.advance('2m');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted', holder: undefined });
    expect((await vendor.history(leadId)).at(-1)).toMatchObject({ kind: 'unroute', facts: { reason: 'erased' } });
    await world.advance('2h');
    expect(wire.story().filter((each) => each === 'vendor>reseller Offer')).toHaveLength(1);
    const boss = { kind: 'user', id: 'user_boss', name: 'Boss' } as const;
    const again = vendor.write((tx) => rerouteLead(tx, leadId, { actor: boss }));
    await expect(again).rejects.toMatchObject({ code: 'partner-may-have-it' });
    await vendor.write((tx) => freeLead(tx, leadId, { reason: 'They deleted it.', actor: boss }));
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'new' });
  });

  it('is accepted no sooner than the offer opens', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    await vendor.offerAllTo([await vendor.partnerBox('reseller')], { opensInMinutes: 10 });
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    expect(wire.story()).toEqual(['vendor>reseller Offer']);
    await world.advance('10m');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned' });
  });

  it('is not accepted by terms that it does not name', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    await vendor.receive();
    await world.settle();
    await reseller.meddle(async (tx) => {
      const [{ offer } = { offer: null }] = await tx.db.selectFrom('conversation').select('offer').execute();
      const other = { ...(JSON.parse(offer ?? '{}') as object), termsDigest: Buffer.alloc(32, 9).toString('base64') };
      await tx.db
        .updateTable('conversation')
        .set({ offer: JSON.stringify(other) })
        .execute();
    });
    await reseller.accept((await reseller.leads())[0]!.id, ann.id);
    await world.settle();
    const accept = wire.calls.find(({ type }) => type === 'Accept');
    expect(accept?.xml).toContain('<l:TermsDigest>');
    expect(accept?.answer).toContain('<l:Code>conflict</l:Code>');
    expect((await vendor.leads())[0]).toMatchObject({ state: 'offered', holder: undefined });
    expect(wire.story()).not.toContain('vendor>reseller Award');
  });

  it('tells upstream only what the feedback policy for that partner allows', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const won = { amount: { amount: '99.00', currency: 'EUR' } };
    const run = async () => {
      const leadId = await vendor.receive();
      await world.settle();
      const offered = (await reseller.leads()).find(({ state }) => state === 'offered');
      await reseller.accept(offered!.id, ann.id);
      await world.settle();
      await reseller.write((tx) => changeLead(tx, offered!.id, 'win', { ...won, note: 'A secret note' }));
      await world.settle();
      return vendor.lead(leadId);
    };
    await setFeedbackPolicy(reseller.ctx, vendor.nodeId, { tell: { amount: 'none' } });
    expect(await run()).toMatchObject({ state: 'won', wonAmount: null });
    // The body alone: in the base64 of digests any short word may stand.
    const quiet = wire.calls
      .filter(({ type }) => type === 'Status')
      .map(({ xml }) => /<l:Body>.*<.l:Body>/s.exec(xml)?.[0]);
    expect(quiet).toHaveLength(2);
    expect(quiet.join()).not.toMatch(/Ann|99\.00|secret/);
    await setFeedbackPolicy(reseller.ctx, vendor.nodeId, { tell: { amount: 'exact', assignedTo: true } });
    expect(await run()).toMatchObject({ state: 'won', wonAmount: '99.00' });
    const open = wire.calls
      .filter(({ type }) => type === 'Status')
      .map(({ xml }) => xml)
      .slice(quiet.length);
    expect(open.join()).toMatch(/Ann.*99\.00/s);
    expect(open.join()).not.toContain('secret');
  });

  it('is not offered to a suspended partner; what waits for it goes out when it is resumed', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    wire.fault = () => 'lost';
    await vendor.receive();
    await world.settle();
    await suspendPeer(vendor.ctx, reseller.nodeId);
    wire.fault = () => undefined;
    const second = await vendor.receive();
    await world.advance('1m');
    expect(wire.calls).toHaveLength(1);
    expect(await vendor.lead(second)).toMatchObject({ state: 'unrouted' });
    await resumePeer(vendor.ctx, reseller.nodeId);
    await world.settle();
    expect(await reseller.leads()).toHaveLength(1);
  });
});

describe('a lead that came from a partner', () => {
  it('is not passed on, neither to another partner nor back', async () => {
    await using world = await openFederation({ nodes: ['vendor', 'distributor', 'dealer'] });
    await world.introduce('vendor', 'distributor');
    await world.introduce('distributor', 'dealer');
    const [vendor, distributor, dealer] = [world.node('vendor'), world.node('distributor'), world.node('dealer')];
    await changePeer(distributor.ctx, vendor.nodeId, { role: 'both' });
    const dora = await distributor.user('Dora');
    await vendor.offerAllTo([await vendor.partnerBox('distributor')]);
    const backAndOn = [await distributor.partnerBox('vendor'), await distributor.partnerBox('dealer')];
    await distributor.offerAllTo([...backAndOn, dora.boxId], { mode: 'direct', offerMinutes: 30 });
    await vendor.receive();
    await world.settle();
    expect(world.wire.story()).toEqual(['vendor>distributor Offer']);
    const [lead] = await distributor.leads();
    expect(await distributor.recipients(lead!.id)).toMatchObject([{ userId: dora.id }]);
    await distributor.accept(lead!.id, dora.id);
    await world.settle();
    await distributor.write((tx) => rerouteLead(tx, lead!.id, { actor: { kind: 'user', id: dora.id } }));
    await world.settle();
    expect(world.wire.story().filter((line) => line.includes('Offer'))).toHaveLength(1);
    expect(await dealer.leads()).toEqual([]);
  });
});

describe('up for grabs', () => {
  it('is won by the first, whoever it is; the others lose it with all they saw', async () => {
    await using world = await openFederation({ nodes: ['vendor', 'reseller', 'dealer'] });
    await world.introduce('vendor', 'reseller');
    await world.introduce('vendor', 'dealer');
    const [vendor, reseller, dealer] = [world.node('vendor'), world.node('reseller'), world.node('dealer')];
    const bob = await vendor.user('Bob');
    const [ann, dan] = [await reseller.user('Ann'), await dealer.user('Dan')];
    await reseller.offerAllTo([ann.boxId]);
    await dealer.offerAllTo([dan.boxId]);
    const partners = [await vendor.partnerBox('reseller'), await vendor.partnerBox('dealer')];
    await vendor.offerAllTo([bob.boxId, ...partners]);
    const leadId = await vendor.receive();
    await world.settle();
    const [atReseller] = await reseller.leads();
    const [atDealer] = await dealer.leads();
    // Losers cannot link their copies: conversations and commitments differ.
    const commitments = world.wire.calls.map(({ xml }) => /<l:Commitment[^>]*>([^<]*)/.exec(xml)?.[1]);
    expect(new Set(commitments).size).toBe(2);

    await Promise.all([reseller.accept(atReseller!.id, ann.id), dealer.accept(atDealer!.id, dan.id)]);
    await world.settle();
    const { holder } = await vendor.lead(leadId);
    expect(holder?.kind).toBe('peer');
    const [winner, loser] = holder?.id === reseller.nodeId ? [reseller, dealer] : [dealer, reseller];
    expect(await winner.leads()).toMatchObject([{ state: 'assigned', document: sampleLead }]);
    const [lost] = await loser.leads();
    expect(lost).toMatchObject({ state: 'withdrawn' });
    expect(lost?.document.contact?.address?.streets).toBeUndefined();
    const told = world.wire.calls.filter(({ to }) => to === loser.name);
    expect(told.map(({ xml }) => xml).join()).not.toContain(winner.nodeId);
    expect(await vendor.accept(leadId, bob.id)).toEqual({ outcome: 'taken' });
  });

  it('is told to its candidates in random order, people and partners', async () => {
    const names = ['anna', 'bert'];
    await using world = await openFederation({ nodes: ['vendor', ...names] });
    const vendor = world.node('vendor');
    const [bob, cleo] = [await vendor.user('Bob'), await vendor.user('Cleo')];
    const boxes = [bob.boxId, cleo.boxId];
    for (const name of names) {
      await world.introduce('vendor', name);
      boxes.push(await vendor.partnerBox(name));
    }
    await vendor.offerAllTo(boxes);
    const first: (string | undefined)[] = [];
    for (let round = 0; round < 24; round++) {
      await vendor.receive();
      const before = world.wire.calls.length;
      await vendor.settle();
      const offers = world.wire.calls.slice(before).filter(({ type }) => type === 'Offer');
      expect(offers).toHaveLength(2);
      first.push(offers[0]?.to);
    }
    const told = vendor.ctx.db.selectFrom('liveEvent').select(['userId', 'leadId']).where('kind', '=', 'offer');
    const events = Map.groupBy(await told.orderBy('id').execute(), ({ leadId }) => leadId);
    const firstUsers = [...events.values()].map(([event]) => event?.userId);
    expect(firstUsers).toHaveLength(24);
    // Of 24 fair draws each falls on either at least twice but for six runs in a million.
    for (const one of [...names, bob.id, cleo.id])
      expect([...first, ...firstUsers].filter((other) => other === one).length, one).toBeGreaterThan(1);
  });
});
