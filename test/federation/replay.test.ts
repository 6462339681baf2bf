import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { freeLead } from '../../node/federation/after-release/free-lead.ts';
import { rollKey } from '../../node/federation/keys/roll-key.ts';
import { replayMessage } from '../../node/federation/sending/replay-message.ts';
import { findOutbox, listOutbox } from '../../node/federation/store/outbox.ts';
import { listSecurityEvents } from '../../node/federation/store/peers.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { recallOffer } from '../../node/routing/recall-offer.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { findLastOffer } from '../../node/routing/store/offers.ts';
import type { MessageType } from '../../protocol/index.ts';
import type { Fault } from '../support/federation.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { grace, openAccepted, type SharedLead } from './shared-lead.ts';

/** Longer than any message lives, shorter than a claim waits for an award. */
async function beSilent(world: SharedLead) {
  for (let times = 0; times < 3; times++) await world.advance('120h');
}

/** A person sends the dead message of a type again, and the network is well: what became of it. */
async function replayDead(world: SharedLead, by: 'vendor' | 'reseller', type: MessageType) {
  const [from, to] = by === 'vendor' ? [world.vendor, world.reseller] : [world.reseller, world.vendor];
  const dead = await listOutbox(from.ctx, { peerId: to.nodeId, state: 'dead', limit: 100 });
  world.wire.fault = () => undefined;
  const id = await replayMessage(from.ctx, to.nodeId, dead.find((message) => message.type === type)?.messageId ?? '');
  await world.settle();
  return findOutbox(from.ctx, id);
}

/** How the lead stands on both sides, and the conversation about it. */
const standing = async (world: SharedLead) => {
  const conversations = await world.conversations();
  return [
    `${(await world.vendor.lead(world.leadId)).state} ${conversations.vendor[0]}`,
    `${(await world.reseller.lead(world.heldId)).state} ${conversations.reseller[0]}`,
  ];
};

interface Row {
  readonly type: MessageType;
  readonly by: 'vendor' | 'reseller';
  /** What the network does to it, and to what would give away that it arrived. */
  readonly faults: Partial<Record<MessageType, Fault>>;
  /** Makes somebody send it, once the reseller has the lead; absent: it is on the way there. */
  readonly send?: (world: SharedLead) => Promise<unknown>;
  /** Of the Problem that what is sent anew is answered with; null: a Receipt. */
  readonly code: 'illegal-transition' | null;
  readonly standing: readonly [vendor: string, reseller: string];
}

const kept = ['assigned released', 'assigned released'] as const;
const back = ['unrouted returned', 'withdrawn returned'] as const;
const asked = async (world: SharedLead, kind: 'askBack' | 'giveBack') => {
  await world[kind]();
  await world.settle();
};

const rows: readonly Row[] = [
  { type: 'Accept', by: 'reseller', faults: { Accept: 'answer-lost' }, code: 'illegal-transition', standing: kept },
  { type: 'Release', by: 'vendor', faults: { Release: 'answer-lost', Status: 'lost' }, code: null, standing: kept },
  { type: 'Release', by: 'vendor', faults: { Release: 'lost' }, code: null, standing: kept },
  {
    ...{ type: 'NoLongerAvailable', by: 'vendor', faults: { Award: 'lost', NoLongerAvailable: 'answer-lost' } },
    send: async ({ vendor, leadId }) =>
      vendor.write(async (tx) => recallOffer(tx, (await findLastOffer(tx, leadId))?.id ?? '', grace)),
    ...{ code: null, standing: ['unrouted closed', 'withdrawn closed'] },
  },
  {
    ...{ type: 'Status', by: 'reseller', faults: { Status: 'answer-lost' } },
    send: ({ reseller, heldId }) => reseller.write((tx) => changeLead(tx, heldId, 'work')),
    ...{ code: null, standing: ['working released', 'working released'] },
  },
  {
    ...{ type: 'Update', by: 'vendor', faults: { Update: 'answer-lost' } },
    send: (world) => world.edit(world.vendor, { 'account.name': 'Acme Works' }),
    ...{ code: null, standing: kept },
  },
  {
    ...{ type: 'RecallAnswer', by: 'reseller', faults: { RecallAnswer: 'answer-lost' } },
    send: async (world) => (await asked(world, 'askBack'), world.answer(world.reseller, 'refused', 'No.')),
    ...{ code: 'illegal-transition', standing: kept },
  },
  {
    ...{ type: 'RecallAnswer', by: 'reseller', faults: { RecallAnswer: 'answer-lost' } },
    send: async (world) => (await asked(world, 'askBack'), world.answer(world.reseller, 'agreed')),
    ...{ code: null, standing: back },
  },
  {
    ...{ type: 'ReturnAnswer', by: 'vendor', faults: { ReturnAnswer: 'answer-lost' } },
    send: async (world) => (await asked(world, 'giveBack'), world.answer(world.vendor, 'refused', 'No.')),
    ...{ code: 'illegal-transition', standing: kept },
  },
  {
    ...{ type: 'ReturnAnswer', by: 'vendor', faults: { ReturnAnswer: 'answer-lost' } },
    send: async (world) => (await asked(world, 'giveBack'), world.answer(world.vendor, 'agreed')),
    ...{ code: null, standing: back },
  },
];

describe('a message that died, sent again by a person', () => {
  it.each(rows)('has its effect once: $type of the $by, $faults', async (row) => {
    await using world = await openAccepted();
    if (row.send) {
      if (row.type === 'NoLongerAvailable') world.wire.fault = ({ type }) => row.faults[type as MessageType];
      await world.settle();
    }
    world.wire.fault = ({ type }) => row.faults[type as MessageType];
    await row.send?.(world);
    await world.settle();
    await beSilent(world);
    expect(await replayDead(world, row.by, row.type)).toMatchObject({ state: 'delivered', code: row.code });
    expect(await standing(world)).toEqual(row.standing);
  });

  it('leaves a released lead with the partner that may have it, and tells people', async () => {
    await using world = await openAccepted();
    const { vendor, leadId, wire } = world;
    wire.fault = ({ type }) => (type === 'Release' ? { status: 502 } : undefined);
    await world.settle();
    await beSilent(world);
    // By now the partner waits no longer.
    await world.advance('48h');
    expect(await replayDead(world, 'vendor', 'Release')).toMatchObject({
      state: 'refused',
      code: 'illegal-transition',
    });
    expect(await standing(world)).toEqual(['claimed released', 'withdrawn closed']);
    expect((await world.kinds(vendor)).at(-1)).toBe('doubt');
    await expect(vendor.write((tx) => rerouteLead(tx, leadId, { actor: grace }))).rejects.toMatchObject({
      code: 'release-may-have-left',
    });

    const reason = 'They say that they never got it.';
    await vendor.write((tx) => freeLead(tx, leadId, { reason, actor: grace }));
    await world.settle();
    // Nobody else is there to be asked.
    expect(await standing(world)).toEqual(['unrouted recall-asked', 'withdrawn closed']);
    expect((await vendor.history(leadId)).map(({ kind, actor }) => [kind, actor.name])).toContainEqual([
      'free',
      'Grace',
    ]);
    const [refused] = await listOutbox(vendor.ctx, { peerId: world.reseller.nodeId, state: 'cancelled', limit: 9 });
    expect(refused).toMatchObject({ type: 'Release', code: 'freed' });
    await expect(replayMessage(vendor.ctx, world.reseller.nodeId, refused!.messageId)).rejects.toMatchObject({
      code: 'not-replayable',
    });
    await sequence(vendor.ctx);
    const [leaf = ''] = await leavesOf(vendor.ctx, 'lead-freed');
    expect(leaf).toContain(`reason: ${hash('sha256', reason, 'base64')}\nby: ${grace.id}\n`);
    expect(leaf).not.toContain('never');
    await expect(vendor.write((tx) => freeLead(tx, leadId, { reason, actor: grace }))).rejects.toMatchObject({
      code: 'not-with-partner',
    });
  });

  it('leaves it there also where the partner’s clock says that the message it took has expired', async () => {
    await using world = await openAccepted();
    const { vendor, wire } = world;
    wire.fault = ({ type }) => (type === 'Release' ? 'answer-lost' : type === 'Status' ? 'lost' : undefined);
    await world.settle();
    // Ours is so late that we try once more.
    await vendor.meddle((tx) => tx.db.updateTable('outbox').set((row) => ({ expiresAt: row('expiresAt', '+', 172_800_000) })).where('type', '=', 'Release').execute()); // prettier-ignore
    await world.advance('337h');
    wire.fault = ({ type }) => (type === 'Status' ? 'lost' : undefined);
    await world.advance('24h');
    expect(wire.calls.filter(({ type }) => type === 'Release').at(-1)?.answer).toContain('<l:Code>expired</l:Code>');
    expect(await standing(world)).toEqual(['claimed released', 'assigned released']);
    // Whoever reports on it has it.
    wire.fault = () => undefined;
    await world.reseller.write((tx) => changeLead(tx, world.heldId, 'work'));
    await world.settle();
    expect(await standing(world)).toEqual(['working released', 'working released']);
  });
});

it('counts a key as announced that the partner knows from an announcement whose answers were lost', async () => {
  await using world = await openAccepted();
  const { vendor, reseller, wire } = world;
  await world.settle();
  wire.fault = ({ type }) => (type === 'KeyRollover' ? 'answer-lost' : undefined);
  await rollKey(vendor.ctx, { days: 90 });
  await world.settle();
  await beSilent(world);
  wire.fault = () => undefined;
  await world.advance('25h');
  const told = await listOutbox(vendor.ctx, { peerId: reseller.nodeId, limit: 100 });
  expect(told.filter(({ type }) => type === 'KeyRollover').map(({ state, code }) => [state, code])).toEqual([
    ['delivered', 'conflict'],
    ['dead', expect.any(String)],
  ]);
  expect((await listSecurityEvents(vendor.ctx, reseller.nodeId, 9)).map(({ code }) => code)).not.toContain('refused-as-conflict'); // prettier-ignore
});

describe('a lead that a partner has who is gone', () => {
  it('is taken by an administrator; whoever comes back changes nothing and is asked for it', async () => {
    await using world = await openAccepted();
    const { vendor, reseller, leadId, heldId, wire } = world;
    await world.settle();
    const bob = await vendor.user('Bob');
    await vendor.offerAllTo([await vendor.partnerBox('reseller'), bob.boxId], { mode: 'direct' });
    wire.fault = () => 'lost';
    await expect(vendor.write((tx) => rerouteLead(tx, leadId, { actor: grace }))).rejects.toMatchObject({
      code: 'held-by-partner',
    });
    await vendor.write((tx) => freeLead(tx, leadId, { reason: 'Out of business.', actor: grace }));
    await world.settle();
    expect(await vendor.recipients(leadId)).toMatchObject([{ userId: bob.id, state: 'offered' }]);
    await vendor.accept(leadId, bob.id);

    wire.fault = () => undefined;
    await reseller.write((tx) => changeLead(tx, heldId, 'work'));
    await world.advance('24h');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned', holder: { id: bob.id } });
    expect(await standing(world)).toEqual(['assigned recall-asked', 'working recall-asked']);
    await world.answer(reseller, 'agreed');
    await world.settle();
    expect(await standing(world)).toEqual(['assigned returned', 'withdrawn returned']);
    expect(await vendor.lead(leadId)).toMatchObject({ holder: { id: bob.id } });
  });

  it('waits for an administrator, too, where the release was refused for good', async () => {
    await using world = await openAccepted();
    const { vendor, leadId, wire } = world;
    wire.fault = async ({ type }) => {
      if (type === 'Release') await world.reseller.meddle((tx) => tx.db.updateTable('conversation').set({ state: 'closed' }).execute()); // prettier-ignore
      return undefined;
    };
    await world.settle();
    expect(await standing(world)).toMatchObject(['unrouted closed', expect.any(String)]);
    await expect(vendor.write((tx) => rerouteLead(tx, leadId, { actor: grace }))).rejects.toMatchObject({
      code: 'partner-may-have-it',
    });
    const bob = await vendor.user('Bob');
    await vendor.offerAllTo([bob.boxId]);
    await vendor.write((tx) => freeLead(tx, leadId, { reason: 'They never had it.', actor: grace }));
    await world.settle();
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'offered' });
    await vendor.write((tx) => rerouteLead(tx, leadId, { actor: grace }));
  });
});
