import { describe, expect, it } from 'vitest';
import { freeLead } from '../../node/federation/after-release/free-lead.ts';
import { setFeedbackPolicy } from '../../node/federation/feedback/set-feedback-policy.ts';
import { sendMessage } from '../../node/federation/sending/send-message.ts';
import { findHolding } from '../../node/federation/store/conversations.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import type { LeadEvent } from '../../node/leads/life-cycle.ts';
import { listHistory } from '../../node/leads/store.ts';
import { createUser } from '../../node/people/create-user.ts';
import { viewOutcome } from '../../node/leads/views.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
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

  it('says that somebody has it again, when it slept or was lost there and then was given to somebody else', async () => {
    for (const [event, facts, after] of [
      ['sleep', { until: Date.UTC(2030, 0) }, 'working'],
      ['lose', { reason: 'price' }, 'working'],
      ['contact', {}, 'contacted'],
    ] as const) {
      await using world = await openAccepted();
      const { vendor, reseller, leadId, offeredId } = world;
      await world.settle();
      await world.change(event, facts);
      await world.settle();
      const bob = await reseller.user('Bob');
      await reseller.offerAllTo([bob.boxId]);
      await reseller.write((tx) => rerouteLead(tx, offeredId, { actor: { kind: 'system' } }));
      await world.settle();
      await reseller.accept(offeredId, bob.id);
      await world.settle();
      expect(await reseller.lead(offeredId)).toMatchObject({ state: 'assigned', holder: { id: bob.id } });
      expect(await vendor.lead(leadId)).toMatchObject({ state: after, asleepUntil: null });
    }
  });

  it('of won and lost names who reported it, and turns a limited number of times', async () => {
    await using world = await openAccepted();
    const { vendor, leadId, clock } = world;
    await world.settle();
    for (let turn = 0; turn < 6; turn++) {
      await world.change('win', { amount: { amount: '1250.00', currency: 'EUR' } });
      await world.settle();
      if (turn === 0) {
        expect(viewOutcome(await vendor.lead(leadId))).toMatchObject({
          won: { amount: { amount: '1250.00' } },
          closedAt: new Date(clock.now()).toISOString(),
          reportedBy: { id: 'reseller.localhost', name: 'reseller' },
        });
      }
      await world.change('lose', { reason: 'price' });
      await world.settle();
    }
    const story = await world.story();
    expect(story.filter((kind) => kind === 'win' || kind === 'lose')).toHaveLength(10);
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'lost', lostReason: 'price' });
    const { notes, items } = await listHistory(vendor.ctx, leadId, { limit: 100 });
    expect([...notes.values()]).toEqual([
      'Reported as won. Not taken over: this changed too often.',
      'Reported as lost. Not taken over: this changed too often.',
    ]);
    const told = items.filter(({ kind }) => kind === 'win');
    expect(told.every(({ actor, at }) => actor.kind === 'peer' && at === clock.now())).toBe(true);
  });

  it('of returned takes nothing back by itself: it is noted, and a person decides', async () => {
    await using world = await openAccepted();
    const { vendor, reseller, leadId, offeredId } = world;
    const bob = await vendor.user('Bob');
    const ada = { email: 'ada@vendor.example', name: 'Ada', role: 'administrator' } as const;
    await vendor.write((tx) => createUser(tx, ada));
    await world.settle();
    await vendor.offerAllTo([bob.boxId]);
    const sayReturned = (revision: number) =>
      reseller.meddle(async (tx) => {
        const at = new Date(world.clock.now()).toISOString();
        const body = { revision, disposition: 'returned', at, reason: 'not-a-fit', note: 'Too far' } as const;
        await sendMessage(tx, (await findHolding(tx, offeredId))!, { type: 'Status', body });
      });
    await world.advance('480h');
    await sayReturned(7);
    await sayReturned(8);
    await world.settle();
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned', holder: { id: reseller.nodeId } });
    expect(await vendor.recipients(leadId)).toHaveLength(1);
    const { notes } = await listHistory(vendor.ctx, leadId, { limit: 100 });
    expect([...notes.values()]).toEqual([
      'Reported as returned: not-a-fit. Not taken back: a person decides.\nToo far',
    ]);
    const told = await vendor.ctx.db
      .selectFrom('liveEvent')
      .select('payload')
      .where('kind', '=', 'shared-lead')
      .execute();
    expect(told.map(({ payload }) => JSON.parse(payload) as unknown)).toEqual([{ topic: 'said-returned' }]);
    // Who may takes it back with a reason; the holder, which has it still, is asked for it.
    const actor = { kind: 'user', id: 'user_grace', name: 'Grace' } as const;
    await vendor.write((tx) => freeLead(tx, leadId, { reason: 'They said that they gave it back.', actor }));
    await world.settle();
    expect(await vendor.recipients(leadId)).toMatchObject([{ userId: bob.id }]);
    expect(await findHolding(reseller.ctx, offeredId)).toMatchObject({ state: 'recall-asked' });
  });

  it('holds only what the feedback policies of both sides allow; revisions count what was told', async () => {
    await using world = await openAccepted();
    const { vendor, reseller, leadId, wire } = world;
    await world.settle();
    const euros = (amount: string) => ({ amount, currency: 'EUR' });
    const said = () => wire.calls.filter(({ type }) => type === 'Status').map(({ xml }) => xml);
    const tell = {
      dispositions: ['working' as const, 'won' as const],
      amount: 'band' as const,
      assignedTo: true,
      note: true,
    };
    await setFeedbackPolicy(reseller.ctx, vendor.nodeId, { tell });
    await setFeedbackPolicy(vendor.ctx, reseller.nodeId, {
      keep: { dispositions: ['won'], assignedTo: false, note: false },
    });
    await world.change('contact');
    await world.change('work');
    await world.settle();
    expect(said()).toHaveLength(2);
    expect((await vendor.lead(leadId)).state).toBe('assigned');
    await world.change('win', { amount: euros('7400.00'), note: 'They sign in May' });
    await world.settle();
    const last = said().at(-1) ?? '';
    expect(last).toMatch(/<l:Revision>3<.*<l:Disposition>won<.*<l:AssignedTo>Ann<.*They sign in May/s);
    expect(last).toMatch(/<l:AtLeast Currency="EUR">5000<.*<l:Below Currency="EUR">10000</s);
    expect(last).not.toContain('7400');
    const { notes } = await listHistory(vendor.ctx, leadId, { limit: 100 });
    expect([...notes.values()]).toEqual(['Order value: at least 5000, below 10000 EUR.']);
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'won', wonAmount: null });
    // What was not told then is not told now.
    await setFeedbackPolicy(reseller.ctx, vendor.nodeId, { tell: { dispositions: ['contacted', 'working', 'won'] } });
    await world.change('reopen');
    await world.settle();
    expect(said()).toHaveLength(4);
    expect(await findHolding(reseller.ctx, world.offeredId)).toMatchObject({ sentRevision: 4, consideredEvents: 5 });
  });
});
