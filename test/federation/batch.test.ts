import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSpeech, updateSpeech } from '../../node/federation/store/speech.ts';
import { listOutbox } from '../../node/federation/store/outbox.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import {
  batchMediaType,
  endpointPath,
  mediaType,
  open,
  readBatch,
  writeBatch,
  type Offer,
} from '../../protocol/index.ts';
import { openFederation, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, type ForeignPeer } from '../support/foreign-peer.ts';

async function openPair() {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')], { offerMinutes: 24 * 60 });
  await reseller.offerAllTo([ann.boxId], { offerMinutes: 24 * 60 });
  await federation.settle();
  return Object.assign(federation, { vendor, reseller, ann });
}

const waiting = async (node: FederationNode, peerId: string) =>
  (await listOutbox(node.ctx, { peerId, limit: 50 })).filter(({ state }) => state === 'waiting');

describe('what waits for a partner that takes frames', () => {
  it('goes in one request, each message answered by its own receipt', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    for (let n = 0; n < 12; n++) await vendor.receive();
    await world.settle();
    expect(wire.story()).toEqual(Array<string>(12).fill('vendor>reseller Offer'));
    expect(wire.requests).toEqual([12]);
    expect(new Set(wire.calls.map(({ answer }) => answer)).size).toBe(12);
    expect(await reseller.leads()).toHaveLength(12);
    expect(await waiting(vendor, reseller.nodeId)).toEqual([]);
  });

  it('keeps the order of each conversation, however often the frame gets lost', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const leadIds = [await vendor.receive(), await vendor.receive()];
    await world.settle();
    for (const { id } of await reseller.leads()) await reseller.accept(id, ann.id);
    await world.settle();
    wire.fault = ({ type, from }) => (from === 'reseller' && type === 'Status' ? 'answer-lost' : undefined);
    for (const { id } of await reseller.leads()) {
      await reseller.write((tx) => changeLead(tx, id, 'work'));
      await reseller.write((tx) => changeLead(tx, id, 'win'));
    }
    await world.settle();
    expect(wire.requests.at(-1)).toBeGreaterThan(2);
    wire.fault = () => undefined;
    for (let n = 0; n < 3; n++) await world.advance('1m');
    for (const id of leadIds) expect(await vendor.lead(id)).toMatchObject({ state: 'won' });
    expect(await waiting(reseller, vendor.nodeId)).toEqual([]);
    expect(wire.calls.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it('keeps to the limits it announced, and goes singly to one that no longer says it takes frames', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const said = JSON.parse((await findSpeech(vendor.ctx, reseller.nodeId))?.capabilities ?? '') as object;
    const tell = (more: object) =>
      vendor.write((tx) => updateSpeech(tx, reseller.nodeId, { capabilities: JSON.stringify({ ...said, ...more }) }));
    await tell({ maxBatchMessages: 5 });
    for (let n = 0; n < 11; n++) await vendor.receive();
    await world.settle();
    expect(wire.requests.toSorted()).toEqual([1, 5, 5]);
    wire.requests.length = 0;
    await tell({ maxBatchBytes: 9_000 });
    for (let n = 0; n < 4; n++) await vendor.receive();
    await world.settle();
    expect(wire.requests.length).toBeGreaterThan(1);
    wire.requests.length = 0;
    await tell({ levels: ['Core'] });
    for (let n = 0; n < 3; n++) await vendor.receive();
    await world.settle();
    expect(wire.requests).toEqual([1, 1, 1]);
    expect(await reseller.leads()).toHaveLength(18);
  });
});

describe('a frame that is posted', () => {
  let federation: Federation;
  let node: FederationNode;
  let peer: ForeignPeer;
  beforeAll(async () => {
    federation = await openFederation({ nodes: ['reseller'] });
    node = federation.node('reseller');
    peer = makeForeignPeer('peer.localhost', federation.clock.now);
    await peer.introduceTo(node);
  });
  afterAll(() => federation[Symbol.asyncDispose]());

  const offer = (): Offer => ({
    mode: 'grab',
    closesAt: new Date(federation.clock.now() + 3_600_000).toISOString(),
    lead: { account: { name: 'Acme' } },
  });
  const say = (conversation: string) => peer.say(node.nodeId, 'Offer', offer(), { conversation }).xml;
  const post = async (frame: Uint8Array) => {
    const headers = { 'content-type': batchMediaType };
    const response = await fetch(node.url + endpointPath, { method: 'POST', headers, body: new Uint8Array(frame) });
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  /** Per document: `Receipt`, the code of a Problem, or nothing for the constant answer. */
  const send = async (documents: readonly string[]) => {
    const { status, bytes } = await post(writeBatch(documents));
    expect(status).toBe(200);
    return readBatch(bytes).map((document) => {
      if (document.byteLength === 0) return '';
      const { header, body } = open(document, () => node.ctx.keys.signing).message;
      return 'code' in body ? body.code : header.type;
    });
  };

  it('is answered in order; one bad message fails no other', async () => {
    const stranger = makeForeignPeer('stranger.localhost', federation.clock.now);
    const elsewhere = peer.say('elsewhere.localhost', 'Offer', offer(), { conversation: 'b2' }).xml;
    const documents = [
      say('b1'),
      'hello',
      say('b3').replace('Acme', 'Acmf'),
      stranger.say(node.nodeId, 'Offer', offer(), { conversation: 'b4' }).xml,
      elsewhere,
      say('b5'),
      '',
    ];
    expect(await send(documents)).toEqual(['Receipt', '', '', '', 'audience', 'Receipt', '']);
    expect(await node.leads()).toHaveLength(2);
    // The same frame again gets the same answers and has no effect.
    expect(await send(documents)).toEqual(['Receipt', '', '', '', 'audience', 'Receipt', '']);
    expect(await node.leads()).toHaveLength(2);
  });

  it('lets a message wait behind one of its conversation that is to come again', async () => {
    const early = { created: new Date(federation.clock.now() + 3_600_000).toISOString() };
    const first = peer.say(node.nodeId, 'Offer', offer(), { conversation: 'b6', ...early }).xml;
    const second = peer.say(node.nodeId, 'NoLongerAvailable', { reason: 'taken' }, { conversation: 'b6' }).xml;
    expect(await send([first, second, say('b7')])).toEqual(['from-future', 'overloaded', 'Receipt']);
  });

  it.each([
    ['empty', () => new Uint8Array()],
    ['cut off', () => writeBatch([say('b8')]).subarray(0, 900)],
    ['of a quarter of a million messages', () => new Uint8Array(1024 * 1024)],
    ['longer than its limit', () => new Uint8Array(1024 * 1024 + 1)],
  ])('is refused as a whole when it is %s, with the constant answer', async (_, frame) => {
    const before = (await node.leads()).length;
    const { status, bytes } = await post(frame());
    expect({ status, text: Buffer.from(bytes).toString() }).toEqual({ status: 401, text: 'unauthenticated' });
    expect(await node.leads()).toHaveLength(before);
  });

  // The last: it uses up what this address may get wrong in a minute.
  it('is forged is read a bounded number of times a minute, then nothing of its address is', async () => {
    const forged = writeBatch(Array.from({ length: 100 }, (_, n) => say(`c${n}`).replace('Acme', 'Acmf')));
    const statuses: number[] = [];
    for (let frames = 0; frames < 11; frames++) statuses.push((await post(forged)).status);
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(10);
    expect(statuses.at(-1)).toBe(429);
    const headers = { 'content-type': mediaType };
    const response = await fetch(node.url + endpointPath, { method: 'POST', headers, body: say('c100') });
    expect([response.status, Number(response.headers.get('retry-after')) <= 60]).toEqual([429, true]);
  });
});
