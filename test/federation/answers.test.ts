import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptToPeer } from '../../node/federation/offers/answer-upstream.ts';
import { giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { findConversation } from '../../node/federation/store/conversations.ts';
import { openText } from '../../node/leads/content-key.ts';
import { canary, openFederation, sampleLead, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, post, type ForeignPeer } from '../support/foreign-peer.ts';
import { hedy } from './shared-lead.ts';

/** A node that holds a lead of a vendor with software of its own. */
let world: Federation;
let node: FederationNode;
let vendor: ForeignPeer;
let ann: { id: string; boxId: string };
const hour = 3_600_000;
const iso = (later: number) => new Date(world.clock.now() + later).toISOString();
const aDigest = Buffer.alloc(32, 7).toString('base64');
const someId = '019cebab-8748-7102-846c-d1fa1bfd7822';

beforeAll(async () => {
  world = await openFederation({ nodes: ['reseller'] });
  node = world.node('reseller');
  world.wire.fault = () => 'lost';
  vendor = makeForeignPeer('vendor.localhost', world.clock.now);
  await vendor.introduceTo(node, 'primary');
  ann = await node.user('Ann');
  await node.offerAllTo([ann.boxId]);
});
afterAll(() => world[Symbol.asyncDispose]());

let count = 0;
/** Offers a lead in a new conversation; `say` goes on in it. */
async function offered() {
  const conversation = `c-${++count}`;
  const key = { peerId: vendor.nodeId, conversationId: conversation };
  const say = async (
    ...[type, body, header]: Parameters<typeof vendor.say> extends [string, ...infer Rest] ? Rest : never
  ) => post(node, vendor.say(node.nodeId, type, body, { conversation, ...header }).xml);
  await say('Offer', { mode: 'direct', closesAt: iso(hour), lead: { account: { name: 'Acme' } } });
  await node.settle();
  const leadId = (await findConversation(node.ctx, key))?.leadId ?? '';
  const state = async () => (await findConversation(node.ctx, key))?.state;
  const accept = () => node.accept(leadId, ann.id);
  return { leadId, say, state, accept, key };
}

/** The same, released to Ann. */
async function held() {
  const lead = await offered();
  await lead.accept();
  await node.settle();
  await lead.say('Award', { leaseUntil: iso(hour) });
  expect((await lead.say('Release', { lead: { ...sampleLead, account: { name: 'Acme' } } })).status).toBe(200);
  await node.settle();
  return lead;
}

describe('a local acceptance after the partner ended its offer', () => {
  it.each([
    ['taken', 'taken'],
    ['recalled', 'recalled'],
    ['expired', 'expired'],
  ] as const)('says %s', async (reason, outcome) => {
    const { say, accept } = await offered();
    await say('NoLongerAvailable', { reason });
    expect(await accept()).toEqual({ outcome });
  });

  it('says recalled after a Recall, too: before the release the lead is gone at once', async () => {
    const { say, accept, state, leadId } = await offered();
    expect((await say('Recall', { reason: 'mistake' })).status).toBe(200);
    expect([await state(), (await node.lead(leadId)).state]).toEqual(['closed', 'withdrawn']);
    expect(await accept()).toEqual({ outcome: 'recalled' });
    // Again, in words of its own: nothing is left to take back.
    expect((await say('Recall', { reason: 'mistake' })).status).toBe(200);
    await node.write((tx) => acceptToPeer(tx, { leadId }));
    expect(await state()).toBe('closed');
  });
});

describe('an answer quotes its question (LX-144)', () => {
  it('one that quotes a message this node never sent is refused, and nothing changes', async () => {
    const { say, state, leadId } = await held();
    await node.write((tx) => giveBack(tx, leadId, { reason: 'not-a-fit', actor: hedy }));
    const inReplyTo = { messageId: someId, digest: aDigest };
    expect((await say('ReturnAnswer', { outcome: 'agreed' }, { inReplyTo })).code).toBe('illegal-transition');
    expect([await state(), (await node.lead(leadId)).state]).toEqual(['return-asked', 'assigned']);
  });

  it('one that quotes another message of the conversation, another conversation, or another digest is refused', async () => {
    const [first, second] = [await held(), await held()];
    for (const { leadId } of [first, second])
      await node.write((tx) => giveBack(tx, leadId, { reason: 'not-a-fit', actor: hedy }));
    const sent = await node.ctx.db
      .selectFrom('outbox')
      .select(['messageId', 'digest', 'type', 'conversationId'])
      .execute();
    const find = (type: string, { key }: typeof first) =>
      sent.find((each) => each.type === type && each.conversationId === key.conversationId);
    const quote = (type: string, of: typeof first) => {
      const { messageId = '', digest = '' } = find(type, of) ?? {};
      return { messageId, digest };
    };
    for (const inReplyTo of [
      quote('Accept', first),
      quote('Return', second),
      { ...quote('Return', first), digest: aDigest },
    ])
      expect((await first.say('ReturnAnswer', { outcome: 'agreed' }, { inReplyTo })).code).toBe('illegal-transition');
    expect(await first.state()).toBe('return-asked');
    const inReplyTo = quote('Return', first);
    expect((await first.say('ReturnAnswer', { outcome: 'agreed' }, { inReplyTo })).status).toBe(200);
    expect([await first.state(), (await node.lead(first.leadId)).state]).toEqual(['returned', 'withdrawn']);
    // Once more under another id: agreed before, nothing happens; to refuse now is too late and changes nothing.
    expect((await first.say('ReturnAnswer', { outcome: 'agreed' }, { inReplyTo })).status).toBe(200);
    expect((await first.say('ReturnAnswer', { outcome: 'refused' }, { inReplyTo })).status).toBe(200);
    expect(await first.state()).toBe('returned');
  });
});

describe('a new offer in the conversation of a lead that we asked to give back', () => {
  it('means that it was taken back: the old one is deleted here', async () => {
    const { say, leadId, key } = await held();
    expect((await say('AccessRequest', {})).status).toBe(200);
    await node.settle();
    await node.write((tx) => giveBack(tx, leadId, { reason: 'not-a-fit', actor: hedy }));
    const sent = () =>
      node.ctx.db
        .selectFrom('outbox')
        .select(['type', 'state', 'document'])
        .where('conversationId', '=', key.conversationId)
        .where('type', 'in', ['AccessReport', 'Return'])
        .orderBy('seq')
        .execute();
    const report = async (n: number) => (await openText(node.ctx, (await sent())[n]?.document ?? null)) ?? '';
    expect(await report(0)).toContain(canary);
    const offer = { mode: 'direct', closesAt: iso(hour), lead: { account: { name: 'Acme' } } } as const;
    expect((await say('Offer', offer, { round: 2 })).status).toBe(200);
    // What waited is not sent any more, nor kept; who asked for a report gets one of what is left.
    expect(await sent()).toEqual([
      { type: 'AccessReport', state: 'cancelled', document: null },
      { type: 'Return', state: 'cancelled', document: null },
    ]);
    await node.settle();
    expect((await sent()).map(({ type, state }) => `${type} ${state}`).at(-1)).toBe('AccessReport waiting');
    expect(await report(2)).not.toContain(canary);
    const conversation = await findConversation(node.ctx, key);
    expect(conversation).toMatchObject({ state: 'offered', round: 2 });
    expect(conversation?.leadId).not.toBe(leadId);
    expect((await node.lead(leadId)).state).toBe('withdrawn');
    const inbox = await node.ctx.db
      .selectFrom('inbox')
      .select(['type', 'document'])
      .where('conversationId', '=', key.conversationId)
      .execute();
    expect(inbox.filter(({ document }) => document !== null).map(({ type }) => type)).toEqual(['Offer']);
  });

  it('and one in an earlier round that was not ended here replaces that one', async () => {
    const { say, leadId } = await offered();
    const offer = { mode: 'direct', closesAt: iso(hour), lead: { account: { name: 'Acme' } } } as const;
    expect((await say('Offer', offer, { round: 2 })).status).toBe(200);
    expect((await node.lead(leadId)).state).toBe('withdrawn');
  });
});
