import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeHeader, seal, type Capabilities } from '../../protocol/index.ts';
import { holdLead } from '../../node/federation/privacy/decide-request.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { beginRestoration } from '../../node/federation/restoration/begin-restoration.ts';
import { makeConversationId, readLeadId } from '../../node/federation/restoration/conversation-id.ts';
import { readErasures } from '../../node/federation/restoration/erasures-file.ts';
import { hearStates } from '../../node/federation/restoration/hear-states.ts';
import { addPeoplePartner, addWebhookPartner } from '../../node/federation/bridge/add-partner.ts';
import { describeCapabilities } from '../../node/federation/peers/capabilities.ts';
import { receiveMessage } from '../../node/federation/receiving/receive-message.ts';
import { getPeer } from '../../node/federation/store/peers.ts';
import { listPrivacyRequestsOf } from '../../node/federation/store/privacy-requests.ts';
import { findPeerEpoch } from '../../node/federation/store/restorations.ts';
import { backup } from '../../node/kernel/backup.ts';
import { transact } from '../../node/kernel/context.ts';
import { findRestoration, insertRestoration, isRestoring } from '../../node/kernel/restoration.ts';
import { restoreBackup } from '../../node/kernel/restore.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { getLead, listLeads } from '../../node/leads/store.ts';
import { receiveLead } from '../../node/leads/receive-lead.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { findBoxOf, systemBoxId } from '../../node/routing/store/boxes.ts';
import { openUserBox } from '../../node/routing/open-box.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { listRecipients } from '../../node/routing/store/recipients.ts';
import { replaceRules } from '../../node/routing/store/rules.ts';
import { grace as actor } from '../privacy/chain.ts';
import type { FakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { openFederation, sampleLead } from '../support/federation.ts';
import { startNetwork, type TestNode } from '../support/network.ts';

async function offerAllTo({ ctx }: TestNode, to: string[]) {
  const assign = { mode: 'grab', offerMinutes: 600, to } as const;
  const rule = { boxId: systemBoxId, position: 0, name: 'all', event: 'enter' as const, condition: { all: [] } };
  await transact(ctx, async (tx) => {
    await replaceRules(tx, systemBoxId, [{ ...rule, id: tx.ids.make('rule'), action: { assign }, enabled: true }]);
  });
}

const leadsOf = async ({ ctx }: TestNode) => {
  const { items } = await listLeads(ctx, { kind: 'all' }, { limit: 50 });
  return Promise.all(items.map(({ id }) => getLead(ctx, id)));
};

/** Whoever is asked first at a partner accepts. */
async function acceptAt({ ctx }: TestNode, leadId: string) {
  const [offer] = await listOffers(ctx, leadId);
  const [recipient] = await listRecipients(ctx, offer?.id ?? '');
  return transact(ctx, (tx) => claimOffer(tx, { recipientId: recipient?.id ?? '' }));
}

/**
 * A vendor with two resellers, each with somebody who takes leads; `anna` and `bert` are offered all of them. Two more partners
 * have no node.
 */
async function openThree() {
  const network = await startNetwork({ nodes: ['vendor', 'anna', 'bert'] });
  const [vendor, anna, bert] = [network.node('vendor'), network.node('anna'), network.node('bert')];
  for (const reseller of [anna, bert]) {
    await network.introduce('vendor', reseller.nodeId.split('.')[0] ?? '');
    const { id } = await reseller.addUser('Representative');
    const { id: boxId } = await transact(reseller.ctx, (tx) => openUserBox(tx, id));
    await offerAllTo(reseller, [boxId]);
  }
  const boxes = [
    await findBoxOf(vendor.ctx, { peerId: anna.nodeId }),
    await findBoxOf(vendor.ctx, { peerId: bert.nodeId }),
  ];
  await offerAllTo(vendor, boxes.map((box) => box?.id ?? '')); // prettier-ignore
  const harbour = await addPeoplePartner(vendor.ctx, { name: 'Harbour' });
  const { peer: crm } = await addWebhookPartner(vendor.ctx, { name: 'CRM', url: 'https://crm.example/hook' });
  const file = join(vendor.ctx.config.dataFolder, 'backup.db');
  return Object.assign(network, {
    ...{ vendor, anna, bert, nodeless: [harbour.nodeId, crm.nodeId] },
    receive: () => transact(vendor.ctx, (tx) => receiveLead(tx, { document: sampleLead, origin: 'local' })),
    backUp: () => backup(vendor.ctx.config, file),
    restore: () =>
      vendor.restart(async () => {
        await restoreBackup(vendor.ctx.config, file, network.clock);
      }),
    state: () => vendor.administrator.api.get<{ state: string }>('/api/restoration'),
    findings: async () =>
      (await vendor.administrator.api.get<{ items: { outcome: string }[] }>('/api/restoration/findings')).items,
  });
}

describe('a node that is put back to a backup', () => {
  it.each(['after the offer', 'before the lead was offered'])(
    'of %s never awards a lead to another partner than the one that has it',
    async (moment) => {
      await using world = await openThree();
      const { vendor, anna, bert } = world;
      const leadId = await world.receive();
      if (moment === 'after the offer') await world.settle();
      await world.backUp();
      await world.settle();
      const [offered] = await leadsOf(anna);
      await acceptAt(anna, offered?.id ?? '');
      await world.settle();
      expect((await leadsOf(anna))[0]).toMatchObject({ state: 'assigned', document: sampleLead });

      // Nobody tells the vendor at first: bert would take the lead any time, and the offer is open in the backup.
      await world.restore();
      await vendor.settle();
      expect(await world.state()).toMatchObject({ state: 'waiting' });
      await vendor.settle();
      expect((await listOffers(vendor.ctx, leadId))[0]?.state ?? 'none').not.toBe('awarded');

      await world.settle();
      await world.advance('20m');
      expect(await world.state()).toMatchObject({ state: 'over', reason: null });
      expect(await getLead(vendor.ctx, leadId)).toMatchObject({
        state: 'assigned',
        holder: { kind: 'peer', id: anna.nodeId },
      });
      expect((await world.findings()).map(({ outcome }) => outcome)).toContain('taken-over');
      await world.advance('12h');
      expect((await leadsOf(bert)).filter(({ state }) => state !== 'withdrawn')).toEqual([]);

      // What the holder says of it from now on counts again.
      const mine = (await leadsOf(anna))[0]?.id ?? '';
      await transact(anna.ctx, (tx) => changeLead(tx, mine, 'work'));
      await world.settle();
      expect(await getLead(vendor.ctx, leadId)).toMatchObject({ state: 'working' });
      expect(await verifyLedger(vendor.ctx)).toMatchObject({ isWhole: true });
    },
  );
});

/** Backs a node up now; answers what puts that back, with its list of erasures or without. */
async function backUp(node: TestNode, { clock }: { clock: FakeClock }) {
  const { config } = node.ctx;
  const file = join(config.dataFolder, 'backup.db');
  await backup(config, file);
  return async ({ without = '' }) =>
    node.restart(async () => {
      if (without !== '') rmSync(join(config.dataFolder, without));
      await restoreBackup(config, file, clock);
    });
}

describe('what was erased after the backup was made', () => {
  it('is erased again before the node does anything, and what its partner returned as erased as well', async () => {
    await using world = await openThree();
    const { vendor, anna } = world;
    const leadId = await world.receive();
    await world.settle();
    const atAnna = (await leadsOf(anna))[0]?.id ?? '';
    await acceptAt(anna, atAnna);
    await world.settle();
    await transact(vendor.ctx, (tx) => holdLead(tx, leadId, { until: world.clock.now() + 9e8, reason: 'Tax', actor }));
    const [restoreVendor, restoreAnna] = [await backUp(vendor, world), await backUp(anna, world)];
    await transact(vendor.ctx, (tx) => holdLead(tx, leadId, { until: null, actor }));
    await transact(vendor.ctx, (tx) => eraseLead(tx, leadId, { reason: 'person-asked', actor }));
    await world.settle();
    const list = readFileSync(join(vendor.ctx.config.dataFolder, 'erasures'), 'utf8');
    expect(list).toMatch(new RegExp(`^\\n#[^\\n]*\\n\\n\\S+Z ${leadId} person-asked\\n$`));
    expect((await getLead(anna.ctx, atAnna)).document).toEqual({});

    await restoreVendor({});
    const { document, heldUntil, state } = await getLead(vendor.ctx, leadId);
    expect({ document, heldUntil, state }).toEqual({ document: {}, heldUntil: null, state: 'withdrawn' });
    expect(readErasures(vendor.ctx).erasures).toEqual([{ leadId, reason: 'person-asked' }]);
    await world.settle();
    await world.advance('20m');
    const asked = await listPrivacyRequestsOf(vendor.ctx, leadId);
    expect(asked.map(({ outcome }) => outcome)).toEqual(['done', 'done']);

    // Its list is lost with the machine: the partner that disclosed the lead tells.
    await restoreAnna({ without: 'erasures' });
    expect(await getLead(anna.ctx, atAnna)).toMatchObject({ document: sampleLead });
    await world.settle();
    await world.advance('20m');
    expect((await getLead(anna.ctx, atAnna)).document).toEqual({});
    const { items } = await anna.administrator.api.get<{ items: object[] }>('/api/restoration/findings');
    expect(items).toMatchObject([{ leadId: atAnna, theirs: 'offering erased', outcome: 'erased' }]);
    expect(await verifyLedger(anna.ctx)).toMatchObject({ isWhole: true });
  });

  it('stays for people to decide where a legal hold keeps it: a partner’s word ends none', async () => {
    await using world = await openThree();
    const { vendor, anna } = world;
    const leadId = await world.receive();
    await world.settle();
    const atAnna = (await leadsOf(anna))[0]?.id ?? '';
    await acceptAt(anna, atAnna);
    await world.settle();
    await transact(anna.ctx, (tx) => holdLead(tx, atAnna, { until: world.clock.now() + 9e8, reason: 'Tax', actor }));
    const restoreAnna = await backUp(anna, world);
    // The vendor says so of a lead that was never erased.
    await transact(vendor.ctx, async (tx) => {
      await tx.db.updateTable('conversation').set({ state: 'erased' }).where('leadId', '=', leadId).execute();
    });
    await restoreAnna({});
    await world.settle();
    await world.advance('20m');
    const { document, heldUntil } = await getLead(anna.ctx, atAnna);
    expect({ document, heldUntil }).toEqual({ document: sampleLead, heldUntil: expect.any(Number) as number });
    const { items } = await anna.administrator.api.get<{ items: object[] }>('/api/restoration/findings');
    expect(items).toMatchObject([{ leadId: atAnna, theirs: 'offering erased', outcome: 'for-people' }]);
  });
});

describe('while it waits for its partners', () => {
  it('answers a claim with a time to come again, and goes on when a person decides so, with a reason', async () => {
    await using world = await openThree();
    const { vendor, anna, bert } = world;
    await world.receive();
    await world.settle();
    await world.backUp();
    await anna.stop();
    await world.restore();
    await vendor.settle();
    await bert.settle();
    await vendor.settle();
    expect(await world.state()).toMatchObject({
      state: 'waiting',
      partners: [
        { id: 'anna.localhost', returnedAt: null },
        { id: 'bert.localhost', returnedAt: expect.any(String) as string },
        ...world.nodeless.map((id) => ({ id, answer: 'unable', returnedAt: null })),
      ],
    });

    const { epoch: ofEpoch = 0 } = (await findRestoration(vendor.ctx)) ?? {};
    const peer = await getPeer(vendor.ctx, 'bert.localhost');
    const once = transact(vendor.ctx, (tx) => hearStates(tx, { peer, body: { ofEpoch, part: 2, parts: 2 } }));
    await expect(once).rejects.toMatchObject({ problem: 'conflict' });

    const [offered] = await leadsOf(bert);
    await acceptAt(bert, offered?.id ?? '');
    await bert.settle();
    await vendor.settle();
    expect((await leadsOf(bert))[0]).toMatchObject({ state: 'claimed' });

    const override = (reason: string) => vendor.administrator.api.send('POST', '/api/restoration/override', { reason });
    await override('Anna’s machine burnt down');
    await expect(override('again')).rejects.toMatchObject({ code: 'not-restoring' });
    world.clock.advance('2m');
    await sequence(vendor.ctx);
    expect(await leavesOf(vendor.ctx, 'restoration-ended')).toEqual([
      expect.stringContaining('missing: anna.localhost'),
    ]);
    for (let round = 0; round < 4; round++) for (const each of [bert, vendor]) await each.settle();
    expect((await leadsOf(bert))[0]).toMatchObject({ state: 'assigned' });
  });

  it('waits for nobody who says since that it cannot return anything; what the backup says of that does not count', async () => {
    await using world = await openThree();
    const { vendor, anna } = world;
    const said = await describeCapabilities(anna.ctx);
    const says = async (levels: Capabilities['levels']) => {
      const header = makeHeader({ type: 'Capabilities', from: anna.nodeId, to: vendor.nodeId, now: world.clock.now() });
      const { xml } = seal({ header, body: { ...said, levels } }, anna.ctx.keys.signing);
      expect(await receiveMessage(vendor.ctx, Buffer.from(xml))).toMatchObject({ status: 200 });
      world.clock.advance('1m');
    };
    await says(['Core']);
    await world.backUp();
    await anna.stop();
    await world.restore();
    for (const each of [vendor, world.bert, vendor]) await each.settle();
    expect(await world.state()).toMatchObject({ state: 'waiting' });
    // Its Epoch stands in all it signs, in what it refuses too.
    const { epoch = 0 } = (await findRestoration(vendor.ctx)) ?? {};
    const made = makeHeader({ type: 'Capabilities', from: anna.nodeId, to: 'else.localhost', now: world.clock.now() });
    const astray = Buffer.from(seal({ header: made, body: said }, anna.ctx.keys.signing).xml);
    expect(await receiveMessage(vendor.ctx, astray)).toMatchObject({
      code: 'audience',
      xml: expect.stringContaining(`<l:Epoch>${epoch}</l:Epoch>`) as string,
    });
    await says(['Core', 'Audit']);
    expect(await world.state()).toMatchObject({ state: 'waiting' });
    await says(['Core', 'Withhold']);
    expect(await world.state()).toMatchObject({ state: 'over', reason: null });
    await sequence(vendor.ctx);
    const [ended = ''] = await leavesOf(vendor.ctx, 'restoration-ended');
    expect(ended).toContain(`unable: ${[anna.nodeId, ...world.nodeless].join(' ')}\n`);
    expect(ended).not.toContain('missing:');
  });

  it('is refused while the node runs, and takes nothing that is no backup', async () => {
    await using network = await startNetwork({ nodes: ['vendor'] });
    const { ctx } = network.node('vendor');
    const { config } = ctx;
    const file = join(config.dataFolder, 'backup.db');
    await backup(config, file);
    const restored = (from: string) => restoreBackup(config, from, network.clock);
    await expect(restored(file)).rejects.toMatchObject({ code: 'node-running' });
    await expect(restored(join(config.dataFolder, 'keys', 'secret'))).rejects.toMatchObject({
      code: 'backup-unreadable',
    });
    await expect(restored(`${file}.gone`)).rejects.toMatchObject({ code: 'not-found' });
    expect(await isRestoring(ctx)).toBe(false);
  });
});

onEachDatabase((database) => {
  it('a restored node raises its epoch and its counters, and goes on once its partner returned what it has', async () => {
    const places = [await database.makePlace(), await database.makePlace()];
    await using world = await openFederation({
      nodes: ['vendor', 'reseller'],
      place: (name) => places[name === 'vendor' ? 0 : 1]!,
    });
    await world.introduce('vendor', 'reseller');
    const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
    const ann = await reseller.user('Ann');
    await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
    await reseller.offerAllTo([ann.boxId]);
    await vendor.receive();
    await world.settle();

    await vendor.write((tx) => insertRestoration(tx, 7));
    // Another process of the node, as after a restart.
    const again = await world.twin('vendor');
    await beginRestoration(again.ctx);
    const waiting = await again.receive();
    await again.settle();
    expect(await isRestoring(again.ctx)).toBe(true);
    expect(world.wire.story().slice(-1)).toEqual(['vendor>reseller Capabilities']);
    expect(await findPeerEpoch(reseller.ctx, vendor.nodeId)).toBe(7);
    await world.settle();
    expect(await isRestoring(again.ctx)).toBe(false);
    expect(world.wire.story()).toContain('reseller>vendor States');
    expect((await again.recipients(waiting)).map(({ state }) => state)).toEqual(['offered']);

    // The first of them: its conversation began before.
    const offered = (await reseller.leads()).filter(({ state }) => state === 'offered').at(-1);
    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    const award = world.wire.calls.find(({ type }) => type === 'Award');
    expect(award?.xml).toMatch(/<l:Seq>100000\d<\/l:Seq>.*<l:Epoch>7<\/l:Epoch>/s);
    expect(await reseller.lead(offered!.id)).toMatchObject({ state: 'assigned' });
    for (const place of places) await place.remove();
  });
});

describe('the id of a conversation', () => {
  it('leads its maker, and nobody else, to the lead', async () => {
    await using network = await startNetwork({ nodes: ['vendor', 'other'] });
    const [vendor, other] = [network.node('vendor').ctx, network.node('other').ctx];
    const leadId = vendor.ids.make('lead');
    const [one, two] = [makeConversationId(vendor, leadId), makeConversationId(vendor, leadId)];
    expect(one).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
    expect(one.slice(0, 12)).not.toBe(two.slice(0, 12));
    expect(readLeadId(vendor, one)).toBe(leadId);
    expect(readLeadId(vendor, two)).toBe(leadId);
    expect(readLeadId(other, one)).toBeUndefined();
    expect(readLeadId(vendor, 'c-7f3a')).toBeUndefined();
  });
});
