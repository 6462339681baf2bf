import { describe, expect, it } from 'vitest';
import { findHolding } from '../../node/federation/store/conversations.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import type { LeadEvent } from '../../node/leads/life-cycle.ts';
import { openFederation } from '../support/federation.ts';

/** A reseller's representative who is about to hold a vendor's lead. */
async function openAccepted() {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  const leadId = await vendor.receive();
  await federation.settle();
  const [offered] = await reseller.leads();
  await reseller.accept(offered!.id, ann.id);
  const change = (event: LeadEvent, facts: Parameters<typeof changeLead>[3] = {}) =>
    reseller.write((tx) => changeLead(tx, offered!.id, event, facts));
  const story = async () => {
    const told = (await vendor.history(leadId)).map(({ kind }) => kind);
    return told.slice(told.indexOf('award'));
  };
  return Object.assign(federation, { vendor, reseller, leadId, offeredId: offered!.id, change, story });
}

describe('status of a lead that a partner holds', () => {
  it('proves that the release arrived, when its receipt got lost', async () => {
    await using world = await openAccepted();
    const { vendor, leadId, wire, story } = world;
    wire.fault = ({ type }) => (type === 'Release' ? 'answer-lost' : type === 'Status' ? 'lost' : undefined);
    await world.settle();
    expect((await vendor.lead(leadId)).state).toBe('claimed');
    await world.change('contact');
    await world.change('work');
    await world.change('win', { amount: { amount: '1250.00', currency: 'EUR' } });
    wire.fault = ({ type }) => (type === 'Release' ? 'lost' : undefined);
    await world.advance('10s');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'won', holder: { id: 'reseller.localhost' } });
    const whole = ['award', 'assign', 'disclose', 'contact', 'work', 'win'];
    expect(await story()).toEqual(whole);
    wire.fault = () => undefined;
    for (let n = 0; n < 3; n++) await world.advance('3m');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'won' });
    expect(await story()).toEqual(whole);
    const waiting = await vendor.ctx.db.selectFrom('outbox').select('type').where('state', '<>', 'delivered').execute();
    expect(waiting).toEqual([]);
  });

  it('comes in the order of the events, whichever intent is carried out first', async () => {
    await using world = await openAccepted();
    const { vendor, reseller, leadId, wire } = world;
    await world.settle();
    await world.change('contact');
    // A process took this intent and was killed: it comes back when the lease is over.
    const dueAt = world.clock.now() + 10_000;
    await reseller.write((tx) =>
      tx.db.updateTable('job').set({ leaseToken: 'dead', dueAt }).where('kind', '=', 'status-to-peer').execute(),
    );
    await world.change('work');
    await world.change('lose', { reason: 'price' });
    await world.settle();
    const told = ['award', 'assign', 'disclose', 'contact', 'work', 'lose'];
    expect(await world.story()).toEqual(told);
    const calls = wire.calls.length;
    await world.advance('10s');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'lost', lostReason: 'price' });
    expect(await world.story()).toEqual(told);
    expect(wire.calls.length).toBe(calls);
    expect(await findHolding(reseller.ctx, world.offeredId)).toMatchObject({ sentRevision: 4 });
  });
});
