import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePeer } from '../../node/federation/peers/pause.ts';
import { listOutbox } from '../../node/federation/store/outbox.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { batchMediaType, endpointPath, makeHeader, open, readBatch, seal, writeBatch } from '../../protocol/index.ts';
import { openFederation, sampleLead, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, type ForeignPeer } from '../support/foreign-peer.ts';

/** A vendor, a dealer it reaches, and a reseller that nobody reaches: it asks every minute. */
async function openWorld() {
  const world = await openFederation({ nodes: ['vendor', 'dealer', 'reseller'] });
  for (const name of ['dealer', 'reseller']) await world.introduce('vendor', name);
  const [vendor, dealer, reseller] = [world.node('vendor'), world.node('dealer'), world.node('reseller')];
  await changePeer(vendor.ctx, reseller.nodeId, { fetches: true });
  Object.assign(reseller.ctx.config, { fetchEverySeconds: 60 });
  const people = { dealer: await dealer.user('Dora'), reseller: await reseller.user('Ann') };
  for (const name of ['dealer', 'reseller'] as const) await world.node(name).offerAllTo([people[name].boxId]);
  world.wire.fault = ({ to }) => (to === 'reseller' ? 'lost' : undefined);
  await world.settle();
  return Object.assign(world, { vendor, dealer, reseller, people });
}

describe('a partner that nobody can reach', () => {
  it('does the whole job by asking, grabs against a partner that is reached included', async () => {
    await using world = await openWorld();
    const { vendor, dealer, reseller, people, wire } = world;
    const boxes = [await vendor.partnerBox('dealer'), await vendor.partnerBox('reseller')];
    // The opening leaves it time to ask.
    await vendor.offerAllTo(boxes, { opensInMinutes: 3, offerMinutes: 60 });
    const leadId = await vendor.receive();
    await world.settle();
    const [fast] = await dealer.leads();
    expect(fast).toMatchObject({ state: 'offered' });
    await world.advance('80s');
    const [offered] = await reseller.leads();
    expect(offered).toMatchObject({ state: 'offered' });
    await reseller.accept(offered!.id, people.reseller.id);
    await world.advance('110s');
    await world.advance('80s');
    expect(await reseller.lead(offered!.id)).toMatchObject({ state: 'assigned', document: sampleLead });
    expect(await vendor.lead(leadId)).toMatchObject({ holder: { id: reseller.nodeId } });
    expect(await dealer.lead(fast!.id)).toMatchObject({ state: 'withdrawn' });
    await reseller.write((tx) => changeLead(tx, offered!.id, 'win'));
    await world.advance('80s');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'won' });
    expect(wire.story().filter((line) => line.startsWith('vendor>reseller'))).toEqual([]);
    expect(wire.story()).toContain('reseller>vendor Pull');
    const left = await listOutbox(vendor.ctx, { peerId: reseller.nodeId, limit: 50 });
    expect(left.map(({ state }) => state)).toEqual(left.map(() => 'delivered'));
  });

  it('gets everything once, however often its questions and their answers get lost', async () => {
    await using world = await openWorld();
    const { vendor, reseller, people, wire } = world;
    await vendor.offerAllTo([await vendor.partnerBox('reseller')], { offerMinutes: 600 });
    for (let n = 0; n < 5; n++) await vendor.receive();
    const faults = ['answer-lost', 'twice', 'cut', 'lost', 'answer-lost', 'twice'] as const;
    let next = 0;
    wire.fault = ({ to, type }) => (to === 'reseller' ? 'lost' : type === 'Pull' ? faults[next++] : undefined);
    for (let n = 0; n < 12; n++) await world.advance('5m');
    const leads = await reseller.leads();
    expect(leads).toHaveLength(5);
    for (const { id } of leads) await reseller.accept(id, people.reseller.id);
    for (let n = 0; n < 6; n++) await world.advance('5m');
    for (const { id } of leads) expect(await reseller.lead(id)).toMatchObject({ state: 'assigned', hiddenFields: [] });
  });

  it('that never asks loses what expires, and nothing is posted to it', async () => {
    await using world = await openWorld();
    const { vendor, reseller, wire } = world;
    Object.assign(reseller.ctx.config, { fetchEverySeconds: undefined });
    await vendor.offerAllTo([await vendor.partnerBox('reseller')], { offerMinutes: 60 });
    const leadId = await vendor.receive();
    await world.advance('2h');
    await world.advance('15d');
    await world.advance('15d');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted' });
    expect(wire.story().filter((line) => line.startsWith('vendor>'))).toEqual([]);
    const rows = await listOutbox(vendor.ctx, { peerId: reseller.nodeId, limit: 50, state: 'waiting' });
    expect(rows).toEqual([]);
  });
});

describe('whoever asks for messages', () => {
  let federation: Federation;
  let vendor: FederationNode;
  let partner: ForeignPeer;
  beforeAll(async () => {
    federation = await openFederation({ nodes: ['vendor'] });
    vendor = federation.node('vendor');
    partner = makeForeignPeer('partner.localhost', federation.clock.now);
    await partner.introduceTo(vendor);
    await changePeer(vendor.ctx, partner.nodeId, { fetches: true });
    await vendor.offerAllTo([await vendor.partnerBox('partner')], { offerMinutes: 600 });
    for (let n = 0; n < 3; n++) await vendor.receive();
    await federation.settle();
  });
  afterAll(() => federation[Symbol.asyncDispose]());

  const pull = (peer: ForeignPeer, body = { maxMessages: 50, maxBytes: 1_000_000 }, minutes = 5) => {
    const facts = { type: 'Pull', from: peer.nodeId, to: vendor.nodeId, now: federation.clock.now() } as const;
    return seal({ header: makeHeader({ ...facts, lifeMs: minutes * 60_000 }), body }, peer.key).xml;
  };
  const frameFor = async (...documents: string[]) => {
    const headers = { 'content-type': batchMediaType };
    const body = new Uint8Array(writeBatch(documents));
    const response = await fetch(vendor.url + endpointPath, { method: 'POST', headers, body });
    return new Uint8Array(await response.arrayBuffer());
  };
  /** Per document its type, the code of a Problem, or nothing. */
  const ask = async (...documents: string[]) =>
    readBatch(await frameFor(...documents)).map((document) => {
      if (document.byteLength === 0) return '';
      const { header, body: said } = open(document, () => vendor.ctx.keys.signing).message;
      return 'code' in said ? said.code : header.type;
    });

  it('is handed what waits within the limits it names, again until it answers', async () => {
    expect(await ask(pull(partner, { maxMessages: 2, maxBytes: 1_000_000 }))).toEqual(['Receipt', 'Offer', 'Offer']);
    expect(await ask(pull(partner))).toEqual(['Receipt', 'Offer', 'Offer', 'Offer']);
    expect(await ask(pull(partner, { maxMessages: 50, maxBytes: 2_500 }))).toEqual(['Receipt']);
    // The whole frame counts, the Receipt and the lengths included.
    const { byteLength } = await frameFor(pull(partner, { maxMessages: 2, maxBytes: 1_000_000 }));
    for (const maxBytes of [byteLength - 1, byteLength + 2_000]) {
      const frame = await frameFor(pull(partner, { maxMessages: 50, maxBytes }));
      expect(frame.byteLength).toBeLessThanOrEqual(maxBytes);
      expect(readBatch(frame).length).toBe(maxBytes > byteLength ? 3 : 2);
    }
  });

  it('gets the receipt alone for a repeated question, and a refusal for one that lives too long', async () => {
    const asked = pull(partner);
    expect(await ask(asked)).toHaveLength(4);
    expect(await ask(asked)).toEqual(['Receipt']);
    expect(await ask(pull(partner, undefined, 6))).toEqual(['expired']);
  });

  it('gets nothing of another’s messages, and a stranger nothing at all', async () => {
    const other = makeForeignPeer('other.localhost', federation.clock.now);
    await other.introduceTo(vendor);
    expect(await ask(pull(other))).toEqual(['Receipt']);
    expect(await ask(pull(makeForeignPeer('nobody.localhost', federation.clock.now)))).toEqual(['']);
    expect(await ask(pull(makeForeignPeer(partner.nodeId, federation.clock.now)))).toEqual(['']);
  });

  it('cannot answer for another', async () => {
    const [first] = await listOutbox(vendor.ctx, { peerId: partner.nodeId, limit: 1 });
    const row = await vendor.ctx.db.selectFrom('outbox').selectAll().where('messageId', '=', first!.messageId).executeTakeFirst(); // prettier-ignore
    const receipt = (peer: ForeignPeer) => {
      const inReplyTo = { messageId: row!.messageId, digest: row!.digest };
      const facts = { type: 'Receipt', from: peer.nodeId, to: vendor.nodeId, now: federation.clock.now() } as const;
      const body = { receivedAt: new Date(federation.clock.now()).toISOString() };
      return seal({ header: makeHeader({ ...facts, inReplyTo }), body }, peer.key).xml;
    };
    const thief = makeForeignPeer('thief.localhost', federation.clock.now);
    await thief.introduceTo(vendor);
    await ask(pull(thief), receipt(thief), receipt(partner));
    const state = async () => (await listOutbox(vendor.ctx, { peerId: partner.nodeId, limit: 1 }))[0]?.state;
    expect(await state()).toBe('waiting');
    expect(await ask(pull(partner), receipt(partner), 'hello')).toEqual(['Receipt', 'Offer', 'Offer']);
    expect(await state()).toBe('delivered');
  });
});
