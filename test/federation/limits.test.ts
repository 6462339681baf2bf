import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findSpeech, updateSpeech } from '../../node/federation/store/speech.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { openFederation, sampleLead, type FederationNode } from '../support/federation.ts';
import type { Capabilities } from '../../protocol/index.ts';

async function openPair() {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  await federation.settle();
  return Object.assign(federation, { vendor, reseller, ann });
}

/** As if the partner had announced other limits. */
async function announce(at: FederationNode, peerId: string, limits: Partial<Capabilities>) {
  const said = JSON.parse((await findSpeech(at.ctx, peerId))?.capabilities ?? '{}') as Capabilities;
  await at.write((tx) => updateSpeech(tx, peerId, { capabilities: JSON.stringify({ ...said, ...limits }) }));
}

describe('what a partner announced of its limits', () => {
  it('is kept to: no more messages a minute leave than it takes', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    await announce(vendor, reseller.nodeId, { messagesPerMinute: 3 });
    const offers = () => wire.calls.filter(({ type }) => type === 'Offer').length;
    for (let count = 0; count < 8; count++) await vendor.receive();
    await world.settle();
    expect(offers()).toBe(3);
    await world.advance('19s');
    expect(offers()).toBe(3);
    await world.advance('1s');
    expect(offers()).toBe(4);
    await world.advance('1m');
    expect(offers()).toBe(7);
    await world.advance('1m');
    expect(offers()).toBe(8);
    expect(wire.calls.every(({ status }) => status === 200)).toBe(true);
  });

  it('is kept to: no more bytes are under way than it takes at a time', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    let [underWay, most] = [0, 0];
    wire.fault = async () => {
      most = Math.max(most, ++underWay);
      for (let turns = 0; turns < 20; turns++) await turn();
      underWay--;
      return undefined;
    };
    const offerMany = async () => {
      for (let count = 0; count < 12; count++) await vendor.receive();
      await world.settle();
      const found = most;
      most = 0;
      return found;
    };
    await announce(vendor, reseller.nodeId, { levels: ['Core', 'Withhold'], bytesInFlight: 4_194_304 });
    expect(await offerMany()).toBeGreaterThan(2);
    await announce(vendor, reseller.nodeId, { bytesInFlight: 524_288 });
    expect(await offerMany()).toBe(2);
    expect(wire.calls.filter(({ type }) => type === 'Offer')).toHaveLength(24);
  });

  it('is kept to: a lead that is too large for it is not offered, and the lead’s page says why', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    await announce(vendor, reseller.nodeId, { maxMessageBytes: 20_000 });
    const interest = { comments: 'x'.repeat(15_000) };
    const leadId = await vendor.receive({ document: { ...sampleLead, interest } });
    await world.settle();
    expect(wire.calls.filter(({ type }) => type === 'Offer')).toEqual([]);
    expect(await vendor.recipients(leadId)).toMatchObject([
      { state: 'rejected', rejectReason: 'other', rejectText: expect.stringContaining('20000 bytes') as string },
    ]);
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted' });
    await vendor.receive();
    await world.settle();
    expect(wire.calls.filter(({ type }) => type === 'Offer')).toHaveLength(1);
  });
});

it('a full outbox ends offers to a partner, and never what it is told of leads that it has or gave', async () => {
  await using world = await openPair();
  const { vendor, reseller, ann, wire } = world;
  await vendor.receive();
  await world.settle();
  const [offered] = await reseller.leads();
  await reseller.accept(offered!.id, ann.id);
  await world.settle();
  wire.fault = () => 'lost';
  await fillOutbox(reseller, vendor.nodeId, 1_000);
  await reseller.write((tx) => changeLead(tx, offered!.id, 'work'));
  await reseller.settle();
  const waiting = await reseller.ctx.db.selectFrom('outbox').select('type').where('state', '=', 'waiting').execute();
  expect(waiting.map(({ type }) => type)).toContain('Status');

  await fillOutbox(vendor, reseller.nodeId, 1_000);
  const leadId = await vendor.receive();
  await vendor.settle();
  expect(await vendor.recipients(leadId)).toMatchObject([{ state: 'rejected', rejectReason: 'not-reachable' }]);
});

/** Copies of a message that was delivered, waiting for years. */
async function fillOutbox({ ctx, write }: FederationNode, peerId: string, count: number) {
  const row = await ctx.db.selectFrom('outbox').selectAll().where('peerId', '=', peerId).limit(1).executeTakeFirst();
  if (!row) throw new Error('Nothing was sent yet.');
  const dueAt = ctx.clock.now() + 1e10;
  const copies = Array.from({ length: count }, () => ({
    ...{ ...row, messageId: ctx.ids.uuid(), state: 'waiting' as const, dueAt, expiresAt: dueAt },
    conversationId: ctx.ids.uuid(),
  }));
  for (let from = 0; from < count; from += 100)
    await write((tx) => tx.db.insertInto('outbox').values(copies.slice(from, from + 100)).execute()); // prettier-ignore
}
