import { describe, expect, it } from 'vitest';
import { changeLead } from '../../node/leads/change-lead.ts';
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
});
