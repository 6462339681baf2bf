import { describe, expect, it } from 'vitest';
import { listMails } from '../../node/delivery/mailbox.ts';
import { endAgreement } from '../../node/federation/agreements/agree.ts';
import { waiveCaps } from '../../node/federation/agreements/caps.ts';
import { getPeer } from '../../node/federation/store/peers.ts';
import { beginRestoration } from '../../node/federation/restoration/begin-restoration.ts';
import { insertRestoration } from '../../node/kernel/restoration.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import {
  countOpenReleased,
  countReleasedSince,
  countReturnedOfLast,
  countUnderway,
} from '../../node/federation/store/released.ts';
import { createUser } from '../../node/people/create-user.ts';
import type { AgreementCaps } from '../../protocol/index.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { openFederation, type FederationNode } from '../support/federation.ts';
import { explain, recordStatements } from '../support/statements.ts';
import { makeFolder, openStore } from '../support/store.ts';
import { agree, newest } from './support.ts';

async function openPair(caps: AgreementCaps) {
  const world = await openFederation({ nodes: ['vendor', 'reseller'] });
  await world.introduce('vendor', 'reseller');
  const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
  for (const node of [vendor, reseller]) await addAdministrator(node);
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  await agree(world, [vendor, reseller], { caps });
  return Object.assign(world, { vendor, reseller, ann });
}
type Pair = Awaited<ReturnType<typeof openPair>>;

const addAdministrator = ({ name, write }: FederationNode) =>
  write((tx) => createUser(tx, { email: `root@${name}.example`, name: 'Root', role: 'administrator' }));

/** A lead all the way to its release; answers its id at the reseller, undefined when it was not even offered. */
async function release({ vendor, reseller, ann, settle }: Pair): Promise<string | undefined> {
  const known = new Set((await reseller.leads()).map(({ id }) => id));
  await vendor.receive();
  await settle();
  const lead = (await reseller.leads()).find(({ id }) => !known.has(id));
  if (!lead) return undefined;
  await reseller.accept(lead.id, ann.id);
  await settle();
  return lead.id;
}

const pausedFor = async ({ vendor, reseller }: Pair) => (await getPeer(vendor.ctx, reseller.nodeId)).offersPausedFor;
const mailsOf = async ({ ctx }: FederationNode) =>
  (await listMails(ctx, { limit: 100, page: 0 })).mails.map(({ mail }) => mail.subject);

describe('caps against harvesting', () => {
  it('releases a day: offers pause, both sides’ administrators are told once, and go on when the day is over', async () => {
    await using world = await openPair({ releasesPerDay: 2 });
    const { vendor, reseller, clock } = world;
    expect(await release(world)).toBeDefined();
    clock.advance('1h');
    expect(await release(world)).toBeDefined();
    expect(await pausedFor(world)).toBeNull();
    expect(await release(world)).toBeUndefined();
    expect(await release(world)).toBeUndefined();
    expect(await pausedFor(world)).toBe('releases-per-day');
    expect((await mailsOf(vendor)).filter((subject) => subject === 'Offers to reseller pause')).toHaveLength(1);
    const told = 'A limit of your agreement with vendor was reached';
    expect((await mailsOf(reseller)).filter((subject) => subject === told)).toHaveLength(1);

    clock.advance('23h');
    expect(await release(world)).toBeDefined();
    expect(await pausedFor(world)).toBeNull();
    await sequence(vendor.ctx);
    expect(await leavesOf(vendor.ctx, 'offers-paused')).toEqual([
      'offers-paused\npeer: reseller.localhost\nchange: paused\nreason: releases-per-day\n',
      'offers-paused\npeer: reseller.localhost\nchange: resumed\n',
    ]);
  });

  it('open leads: whoever ends one may get another; an administrator may waive the cap for a day', async () => {
    await using world = await openPair({ openLeads: 1 });
    const { vendor, reseller, clock } = world;
    const first = await release(world);
    expect(await release(world)).toBeUndefined();
    await reseller.write((tx) => changeLead(tx, first ?? '', 'lose', { reason: 'price' }));
    await world.settle();
    const second = await release(world);
    expect(second).toBeDefined();
    // Work on the first one goes on: two are open.
    await reseller.write((tx) => changeLead(tx, first ?? '', 'reopen'));
    await world.settle();
    expect(await release(world)).toBeUndefined();
    await waiveCaps(vendor.ctx, reseller.nodeId);
    expect(await release(world)).toBeDefined();
    clock.advance('25h');
    expect(await release(world)).toBeUndefined();
    await expect(waiveCaps(reseller.ctx, vendor.nodeId)).rejects.toMatchObject({ code: 'offers-not-paused' });
  });

  it('claims: what was offered before is not had beyond them, however fast it is claimed; the lead goes to others', async () => {
    await using world = await openPair({ openLeads: 1 });
    const { vendor, reseller, ann } = world;
    const leadIds = [await vendor.receive(), await vendor.receive(), await vendor.receive()];
    await world.settle();
    const offered = await reseller.leads();
    expect(offered).toHaveLength(3);
    for (const { id } of offered) await reseller.accept(id, ann.id);
    await world.settle();
    const states = async (node: FederationNode) => (await node.leads()).map(({ state }) => state).sort();
    expect(await states(reseller)).toEqual(['assigned', 'withdrawn', 'withdrawn']);
    expect(await states(vendor)).toEqual(['assigned', 'unrouted', 'unrouted']);
    expect(
      world.wire
        .story()
        .filter((line) => /Award|Release|NoLonger/.test(line))
        .sort(),
    ).toEqual([
      ...['vendor>reseller Award', 'vendor>reseller NoLongerAvailable', 'vendor>reseller NoLongerAvailable'],
      'vendor>reseller Release',
    ]);
    expect(await pausedFor(world)).toBe('open-leads');
    const stories = await Promise.all(leadIds.map((id) => vendor.history(id)));
    const refused = stories.flat().filter(({ kind }) => kind === 'reject');
    expect(refused).toMatchObject([
      { actor: { kind: 'system' }, facts: { reason: 'no-capacity' } },
      { actor: { kind: 'system' }, facts: { reason: 'no-capacity' } },
    ]);
  });

  it('claims after the end, or under a newer agreement: no more than their own agreement allows, whoever ended it', async () => {
    await using world = await openPair({ openLeads: 1 });
    const { vendor, reseller, ann, clock } = world;
    for (let n = 0; n < 6; n++) await vendor.receive();
    await world.settle();
    const offered = (await reseller.leads()).map(({ id }) => id);
    const accept = async (...leadIds: string[]) => {
      for (const id of leadIds) await reseller.accept(id, ann.id);
      await world.settle();
      return (await vendor.leads()).filter(({ state }) => state === 'assigned').length;
    };
    expect(await accept(...offered.slice(0, 2))).toBe(1);
    clock.advance('1m');
    await agree(world, [vendor, reseller]);
    expect(await accept(...offered.slice(2, 4))).toBe(1);
    clock.advance('1m');
    await endAgreement(reseller.ctx, { peerId: vendor.nodeId, id: (await newest(reseller, vendor)).id });
    await world.settle();
    expect(await accept(...offered.slice(4))).toBe(1);
    expect((await vendor.leads()).map(({ state }) => state).sort()).toEqual(['assigned', ...Array<string>(5).fill('unrouted')]); // prettier-ignore
  });

  it('an end: nothing is offered any more, the administrators are told once, and a new agreement opens it again', async () => {
    await using world = await openPair({});
    const { vendor, reseller, clock } = world;
    expect(await release(world)).toBeDefined();
    clock.advance('1m');
    await endAgreement(reseller.ctx, { peerId: vendor.nodeId, id: (await newest(reseller, vendor)).id });
    await world.settle();
    const unoffered = await vendor.receive();
    expect(await release(world)).toBeUndefined();
    expect(await pausedFor(world)).toBe('agreement-over');
    expect(await vendor.recipients(unoffered)).toMatchObject([
      { state: 'rejected', rejectReason: 'other', rejectText: expect.stringContaining('has ended') as string },
    ]);
    expect((await mailsOf(vendor)).filter((subject) => subject === 'Offers to reseller pause')).toHaveLength(1);
    await expect(waiveCaps(vendor.ctx, reseller.nodeId)).rejects.toMatchObject({ code: 'offers-not-paused' });

    const validFrom = new Date(clock.now() + 3_600_000).toISOString();
    await agree(world, [reseller, vendor], { offers: 'accepter', validFrom });
    expect(await release(world)).toBeUndefined();
    clock.advance('1h');
    expect(await release(world)).toBeDefined();
    expect(await pausedFor(world)).toBeNull();
  });

  it('claims that a partner returns to a node which was restored: no more than others', async () => {
    await using world = await openPair({ openLeads: 1 });
    const { vendor, reseller } = world;
    for (let n = 0; n < 3; n++) await vendor.receive();
    await world.settle();
    // It never accepted any of them, and says that it did.
    await reseller.meddle((tx) => tx.db.updateTable('conversation').set({ state: 'claimed' }).execute());
    await vendor.write((tx) => insertRestoration(tx, 7));
    await beginRestoration((await world.twin('vendor')).ctx);
    await world.settle();
    const answers = world.wire.story().filter((line) => /Award|NoLonger/.test(line));
    const [won, ended] = ['vendor>reseller Award', 'vendor>reseller NoLongerAvailable'];
    expect(answers.sort()).toEqual([won, ended, ended]);
    expect((await vendor.leads()).map(({ state }) => state).sort()).toEqual(['claimed', 'unrouted', 'unrouted']);
  });

  it('returned leads: of the last hundred', async () => {
    await using world = await openPair({ returnPercent: 1 });
    const [first, second] = [await release(world), await release(world)];
    const back = (leadId: string | undefined) =>
      world.vendor.meddle((tx) =>
        tx.db
          .updateTable('conversation')
          .set({ endedAs: 'returned', endedAt: world.clock.now() })
          .where('leadId', '=', leadId ?? '')
          .execute(),
      );
    const atVendor = (await world.vendor.leads()).map(({ id }) => id);
    await back(atVendor[0]);
    expect(await release(world)).toBeDefined();
    await back(atVendor[1]);
    expect(await release(world)).toBeUndefined();
    expect(await pausedFor(world)).toBe('return-percent');
    expect(first).not.toBe(second);
  });

  it('are counted by index', async () => {
    const folder = makeFolder();
    const store = await openStore(folder);
    const { ctx, statements } = recordStatements(store);
    const released = { peerId: 'reseller.example', side: 'offering' } as const;
    await countReleasedSince(ctx, released, { since: 1, most: 3 });
    await countOpenReleased(ctx, released, 3);
    await countReturnedOfLast(ctx, released, 100);
    await countUnderway(ctx, 'reseller.example', 3);
    const plans = [...statements].map((sql) => explain(store, sql));
    expect(plans).toHaveLength(4);
    for (const plan of plans)
      expect(plan).toMatch(/^SEARCH conversation USING (COVERING )?INDEX conversation(Released|Open|Underway) /);
    expect(plans.join()).not.toMatch(/SCAN|TEMP B-TREE/);
    await store.close();
    folder.remove();
  });
});
