import { expect, it } from 'vitest';
import { changeLead } from '../../node/leads/change-lead.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { sendMessage } from '../../node/federation/sending/send-message.ts';
import {
  findConversation,
  findHolding,
  listConversationsOf,
  type Conversation,
} from '../../node/federation/store/conversations.ts';
import type { Tx } from '../../node/kernel/context.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { decideErasure, holdLead } from '../../node/federation/privacy/decide-request.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { canary, type FederationNode } from '../support/federation.ts';
import { allOf, bytesOf, grace, openChain } from './chain.ts';

it('erasure goes down the chain, hop by hop, and what became of it comes up; nothing of the lead is left anywhere', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer, wire } = world;
  await dealer.write((tx) =>
    changeLead(tx, world.idAt(dealer), 'win', { amount: { amount: '99.00', currency: 'EUR' }, note: canary }),
  );
  await world.settle();
  wire.calls.length = 0;
  for (const node of [vendor, distributor, dealer]) expect(bytesOf(node)).toContain(canary);
  await world.erase(vendor);
  await world.settle();
  expect(wire.story()[0]).toBe('vendor>distributor Erasure');
  // What goes to two at once goes in either order.
  expect(wire.story().slice(1, 3).sort()).toEqual(['distributor>dealer Erasure', 'distributor>vendor ErasureStatus']);
  expect(wire.story().slice(3)).toEqual(['dealer>distributor ErasureStatus', 'distributor>vendor ErasureStatus']);
  expect(wire.calls.every(({ status }) => status === 200)).toBe(true);
  for (const node of [vendor, distributor, dealer]) {
    const { state, document, wonAmount } = await world.lead(node);
    expect({ state, document, wonAmount }).toEqual({ state: 'withdrawn', document: {}, wonAmount: null });
    expect((await allOf(node)).toLowerCase()).not.toContain(canary.toLowerCase());
    expect(await allOf(node)).not.toContain('Acme');
    await sequence(node.ctx);
    expect(await leavesOf(node.ctx, 'lead-erased')).toHaveLength(1);
    expect((await verifyLedger(node.ctx)).findings).toEqual([]);
  }
  expect(await world.requests(vendor)).toMatchObject([
    {
      ours: true,
      outcome: 'done',
      answer: { onwards: [{ recipient: 'dealer', nodeId: dealer.nodeId, outcome: 'done' }] },
    },
  ]);
  await world.advance('10s');
  for (const node of [vendor, distributor, dealer])
    for (const word of [canary, canary.toLowerCase(), 'Acme', 'Lovelace', '170555'])
      expect(bytesOf(node)).not.toContain(word);
  const states = await distributor.ctx.db.selectFrom('conversation').select('state').execute();
  expect(states).toEqual([{ state: 'erased' }, { state: 'erased' }]);
  const told = (await vendor.history(world.idAt(vendor))).map(({ kind, facts }) => [kind, facts.outcome]);
  expect(told.slice(-4)).toEqual([
    ['erase', undefined],
    ['ask-erasure', undefined],
    ['answer-erasure', 'pending'],
    ['answer-erasure', 'done'],
  ]);
});

it('from below it is a request: nothing is erased until a person decides, and what is refused stays', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer, wire } = world;
  await world.erase(dealer);
  await world.settle();
  expect(wire.story()).toEqual(['dealer>distributor Erasure', 'distributor>dealer ErasureStatus']);
  expect((await world.lead(dealer)).document).toEqual({});
  for (const node of [vendor, distributor]) expect(JSON.stringify(await world.lead(node))).toContain(canary);
  const [asked] = await world.requests(distributor);
  expect(asked).toMatchObject({ ours: false, outcome: 'pending', settledAt: null });

  const decide = (outcome: 'agreed' | 'refused', text?: string) =>
    distributor.write((tx) =>
      decideErasure(tx, world.idAt(distributor), { requestId: asked!.id, outcome, text, actor: grace }),
    );
  await expect(decide('refused')).rejects.toThrow(expect.objectContaining({ code: 'fact-missing' }) as Error);
  await decide('refused', 'It is our customer.');
  await world.settle();
  expect(await world.requests(dealer)).toMatchObject([{ outcome: 'refused', text: 'It is our customer.' }]);
  await expect(decide('agreed')).rejects.toThrow(expect.objectContaining({ code: 'question-over' }) as Error);
  expect(JSON.stringify(await world.lead(distributor))).toContain(canary);
});

it('agreed from below: it is erased there, goes on up as a request and down as what binds', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer, wire } = world;
  await world.erase(dealer);
  await world.settle();
  const [asked] = await world.requests(distributor);
  wire.calls.length = 0;
  await distributor.write((tx) =>
    decideErasure(tx, world.idAt(distributor), { requestId: asked!.id, outcome: 'agreed', actor: grace }),
  );
  await world.settle();
  expect(
    wire
      .story()
      .filter((line) => line.endsWith(' Erasure'))
      .sort(),
  ).toEqual(['distributor>dealer Erasure', 'distributor>vendor Erasure']);
  expect((await world.lead(distributor)).document).toEqual({});
  expect(JSON.stringify(await world.lead(vendor))).toContain(canary);
  expect((await world.requests(vendor)).map(({ outcome }) => outcome)).toEqual(['pending']);
  // What was erased speaks of nothing but privacy any more.
  expect(await world.requests(dealer)).toMatchObject([{ ours: true }, { ours: false, outcome: 'done' }]);
});

it('a conversation that ended with an erasure stays so when the release before it is refused because of that', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer, dora, dan, wire } = world;
  const atVendor = await vendor.receive();
  await world.settle();
  const copyAt = async (node: FederationNode) => (await node.leads()).find(({ id }) => id !== world.idAt(node))!.id;
  const [atDistributor, until] = [await copyAt(distributor), world.clock.now() + 20 * 24 * 3_600_000];
  await distributor.accept(atDistributor, dora.id);
  await world.settle();
  await distributor.write((tx) => rerouteLead(tx, atDistributor, { actor: { kind: 'user', id: dora.id } }));
  await world.settle();
  const atDealer = await copyAt(dealer);
  // The release does not get through; meanwhile the dealer erases by itself, and the vendor has everybody erase.
  let releases = 0;
  wire.fault = ({ type }) => (type === 'Release' && ++releases < 3 ? [{ status: 503 }, 'answer-lost' as const][releases - 1] : undefined); // prettier-ignore
  await dealer.accept(atDealer, dan.id);
  await world.settle();
  expect(releases).toBe(1);
  await dealer.write((tx) => eraseLead(tx, atDealer, { reason: 'person-asked', actor: grace }));
  await distributor.write((tx) => holdLead(tx, atDistributor, { until, reason: 'Tax law', actor: grace }));
  await vendor.write((tx) => eraseLead(tx, atVendor, { reason: 'person-asked', actor: grace }));
  await world.settle();
  // Both are tried in one frame, whose answer gets lost; the dealer's own answer to the erasure is there before the next attempt.
  await world.advance('10s');
  expect(releases).toBe(3);
  const [atHolder] = await listConversationsOf(dealer.ctx, atDealer);
  const conversation = (await findConversation(distributor.ctx, { ...atHolder!, peerId: dealer.nodeId }))!;
  const sent = distributor.ctx.db.selectFrom('outbox').select(['state', 'code']).where('type', '=', 'Release');
  expect(await sent.where('conversationId', '=', conversation.conversationId).execute()).toEqual([{ state: 'refused', code: 'erased' }]); // prettier-ignore
  expect([conversation.state, atHolder!.state]).toEqual(['erased', 'erased']);
});

it('a legal hold keeps the lead, and says until when; it goes on to partners at once, and here when the hold is over', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer } = world;
  const until = world.clock.now() + 20 * 24 * 3_600_000;
  const id = world.idAt(distributor);
  await distributor.write((tx) => holdLead(tx, id, { until, reason: 'Tax law', actor: grace }));
  await expect(world.erase(distributor)).rejects.toThrow(expect.objectContaining({ code: 'legal-hold' }) as Error);
  await world.erase(vendor);
  await world.settle();
  expect(await world.requests(vendor)).toMatchObject([
    { outcome: 'refused', holdUntil: until, answer: { onwards: [{ nodeId: dealer.nodeId, outcome: 'done' }] } },
  ]);
  expect((await world.lead(dealer)).document).toEqual({});
  expect(JSON.stringify(await world.lead(distributor))).toContain(canary);
  expect(world.wire.calls.map(({ xml }) => xml).join()).not.toContain('Tax law');
  await world.advance('21d');
  expect((await world.lead(distributor)).document).toEqual({});
  expect((await world.lead(dealer)).document).toEqual({});
  expect(await world.requests(vendor)).toMatchObject([{ outcome: 'done', holdUntil: null }]);
});

it('who does not answer is overdue; the part that is done is told as such, and the rest when it comes', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer, wire } = world;
  wire.fault = ({ to }) => (to === 'dealer' ? 'lost' : undefined);
  await world.erase(vendor);
  await world.settle();
  expect(await world.requests(vendor)).toMatchObject([{ outcome: 'pending', settledAt: null }]);
  await world.advance('8d');
  expect(await world.requests(vendor)).toMatchObject([
    { outcome: 'partial', answer: { onwards: [{ nodeId: dealer.nodeId, outcome: 'pending' }] } },
  ]);
  // Asked once more, it still waits for whoever was asked the first time.
  await world.erase(vendor);
  await world.settle();
  expect(await world.requests(vendor)).toMatchObject([
    { outcome: 'partial' },
    { outcome: 'pending', answer: { onwards: [{ nodeId: dealer.nodeId, outcome: 'pending' }] } },
  ]);
  wire.fault = () => undefined;
  for (let n = 0; n < 3; n++) await world.advance('25h');
  expect((await world.lead(dealer)).document).toEqual({});
  for (const node of [vendor, distributor])
    expect(new Set((await world.requests(node)).map(({ outcome }) => outcome))).toEqual(new Set(['done']));
  expect(await world.requests(distributor)).toHaveLength(3);
});

it('is no weapon: not from another conversation, not by an answer nobody asked for, not by a repetition', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer, wire } = world;
  const holding = (await findHolding(dealer.ctx, world.idAt(dealer)))!;
  const [first] = await listConversationsOf(vendor.ctx, world.idAt(vendor));
  // The dealer names the vendor's conversation with the distributor, in which the lead came.
  const stolen = { ...holding, conversationId: first!.conversationId };
  await dealer.meddle(async (tx) => {
    await tx.db.insertInto('conversation').values(stolen).execute();
    await sendMessage(tx, stolen, { type: 'Erasure', body: { reason: 'person-asked' } });
  });
  await world.settle();
  expect(wire.calls.at(-1)).toMatchObject({ type: 'Erasure', status: 409 });
  // It says “done” though nobody asked.
  await dealer.meddle((tx) =>
    sendMessage(tx, holding, {
      type: 'ErasureStatus',
      body: { outcome: 'done', at: new Date(tx.clock.now()).toISOString() },
      inReplyTo: { messageId: tx.ids.uuid(), digest: holding.offerDigest },
    }),
  );
  await world.settle();
  expect(wire.calls.at(-1)).toMatchObject({ type: 'ErasureStatus', status: 409 });
  const states = await distributor.ctx.db.selectFrom('conversation').select('state').execute();
  expect(states).toEqual([{ state: 'released' }, { state: 'released' }]);

  wire.fault = ({ type }) => (type.startsWith('Erasure') ? 'twice' : undefined);
  await world.erase(vendor);
  await world.settle();
  for (const node of [distributor, dealer]) {
    await sequence(node.ctx);
    expect(await leavesOf(node.ctx, 'lead-erased')).toHaveLength(1);
  }
  expect(await world.requests(distributor)).toHaveLength(2);
});

it('who asks without end is answered so often a day, and makes others work no more often', async () => {
  await using world = await openChain();
  const { vendor, distributor, wire } = world;
  const [{ peerId, conversationId }] = (await listConversationsOf(vendor.ctx, world.idAt(vendor))) as [Conversation];
  const ask = async (tx: Tx) => {
    const conversation = (await findConversation(tx, { peerId, conversationId }))!;
    await sendMessage(tx, conversation, { type: 'AccessRequest', body: {} });
  };
  for (let n = 0; n < 3; n++) {
    for (let m = 0; m < 8; m++) await vendor.meddle(ask);
    await world.settle();
  }
  const heard = async () => (await world.requests(distributor)).filter(({ ours }) => !ours).length;
  expect(await heard()).toBe(20);
  expect(wire.story().filter((line) => line === 'distributor>dealer AccessRequest')).toHaveLength(20);
  expect(wire.calls.map(({ answer }) => answer).join()).toContain('<l:Code>rate</l:Code>');
  await world.advance('25h');
  expect(await heard()).toBe(24);
});
