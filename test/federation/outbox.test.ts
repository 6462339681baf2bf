import { describe, expect, it } from 'vitest';
import { proposeAgreement } from '../../node/federation/agreements/agree.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { openText } from '../../node/leads/content-key.ts';
import { checkProof } from '../../protocol/index.ts';
import { plainTerms } from '../agreements/support.ts';
import { askBack, giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { getPeerView } from '../../node/federation/peers/describe-peer.ts';
import { federationHandlers } from '../../node/federation/handlers.ts';
import { replayMessage } from '../../node/federation/sending/replay-message.ts';
import { findOutbox, listOutbox } from '../../node/federation/store/outbox.ts';
import { leaseDue } from '../../node/federation/store/outbox-due.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { dayMilliseconds } from '../../node/kernel/times.ts';
import { settle } from '../../node/kernel/workers.ts';
import { changeFields } from '../../node/leads/change-fields.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { completeRelease } from '../../node/routing/award.ts';
import { routingHandlers } from '../../node/routing/handlers.ts';
import { canary, openFederation, sampleLead, type FederationPlan } from '../support/federation.ts';
import { post } from '../support/foreign-peer.ts';
import { onEachDatabase } from '../support/databases.ts';

async function openPair(plan: Omit<FederationPlan, 'nodes'> = {}) {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'], ...plan });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  return Object.assign(federation, { vendor, reseller, ann });
}
type Pair = Awaited<ReturnType<typeof openPair>>;

/** A lead that the reseller's representative holds. */
async function release({ vendor, reseller, ann, settle }: Pair) {
  const leadId = await vendor.receive();
  await settle();
  const offered = (await reseller.leads()).find(({ state }) => state === 'offered')!;
  await reseller.accept(offered.id, ann.id);
  await settle();
  return { leadId, offeredId: offered.id };
}
const sentBy = (node: Pair['vendor'], peerId: string) => listOutbox(node.ctx, { peerId, limit: 100 });

describe('a message that cannot be delivered', () => {
  it('dies in the end, is seen, and has its effect when it is sent again by hand', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const { leadId, offeredId } = await release(world);
    wire.fault = ({ type }) => (type === 'Status' ? { status: 502 } : undefined);
    await reseller.write((tx) => changeLead(tx, offeredId, 'work'));
    for (let days = 0; days < 16; days++) await world.advance('24h');
    const [dead] = await sentBy(reseller, vendor.nodeId);
    expect(dead).toMatchObject({ type: 'Status', state: 'dead', code: 'unsigned-502' });
    expect(await getPeerView(reseller.ctx, vendor.nodeId)).toMatchObject({ outbox: { dead: 1, waiting: 0 } });
    expect((await vendor.lead(leadId)).state).toBe('assigned');

    wire.fault = () => undefined;
    const id = await replayMessage(reseller.ctx, vendor.nodeId, dead!.messageId);
    expect(id).not.toBe(dead!.messageId);
    await world.settle();
    expect((await vendor.lead(leadId)).state).toBe('working');
    const [before, after] = [await findOutbox(reseller.ctx, dead!.messageId), await findOutbox(reseller.ctx, id)];
    expect(before).toMatchObject({ state: 'replayed' });
    expect(after).toMatchObject({ state: 'delivered', effectKey: before?.effectKey, seq: (before?.seq ?? 0) + 1 });
    for (const messageId of [dead!.messageId, id])
      await expect(replayMessage(reseller.ctx, vendor.nodeId, messageId)).rejects.toMatchObject({
        code: 'not-replayable',
      });
    await expect(replayMessage(reseller.ctx, 'other.localhost', id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('holds up no other conversation, and its own only for a while', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const [first, second] = [await release(world), await release(world)];
    let poisoned = '';
    wire.fault = ({ type, xml }) => {
      if (type !== 'Status') return undefined;
      poisoned ||= xml;
      return xml === poisoned ? { status: 500 } : undefined;
    };
    await reseller.write((tx) => changeLead(tx, first.offeredId, 'work'));
    await world.settle();
    await reseller.write((tx) => changeLead(tx, first.offeredId, 'lose', { reason: 'budget' }));
    await reseller.write((tx) => changeLead(tx, second.offeredId, 'work'));
    await world.settle();
    expect((await vendor.lead(second.leadId)).state).toBe('working');
    expect((await vendor.lead(first.leadId)).state).toBe('assigned');
    await world.advance('30m');
    expect((await vendor.lead(first.leadId)).state).toBe('assigned');
    for (let hours = 0; hours < 12; hours++) await world.advance('1h');
    expect((await vendor.lead(first.leadId)).state).toBe('lost');
    // The older one, when it gets through at last, changes nothing any more.
    wire.fault = () => undefined;
    await world.advance('24h');
    expect((await vendor.lead(first.leadId)).state).toBe('lost');
    expect((await sentBy(reseller, vendor.nodeId)).map(({ state }) => state)).not.toContain('waiting');
  });

  it('is not overtaken when that would be the death of it', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const { offeredId } = await release(world);
    wire.fault = ({ type }) => (type === 'Return' ? { status: 502 } : undefined);
    const actor = { kind: 'user', id: 'user_hedy', name: 'Hedy' } as const;
    await reseller.write((tx) => giveBack(tx, offeredId, { reason: 'not-a-fit', actor }));
    await world.settle();
    await reseller.write((tx) => changeLead(tx, offeredId, 'work'));
    for (let hours = 0; hours < 12; hours++) await world.advance('1h');
    wire.fault = () => undefined;
    for (let hours = 0; hours < 12; hours++) await world.advance('1h');
    const [status, asked] = await sentBy(reseller, vendor.nodeId);
    expect(status).toMatchObject({ type: 'Status', state: 'delivered' });
    expect(asked).toMatchObject({ type: 'Return', state: 'delivered', seq: status!.seq - 1 });
  });

  it('tells what it says when it was overtaken by something else; an update waits for the one before', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const { leadId, offeredId } = await release(world);
    const actor = { kind: 'user', id: 'user_hedy', name: 'Hedy' } as const;
    const poisoned = new Map<string, string>();
    wire.fault = ({ type, xml }) => {
      if (type !== 'Status' && type !== 'Update') return undefined;
      if (!poisoned.has(type)) poisoned.set(type, xml);
      return xml === poisoned.get(type) ? { status: 502 } : undefined;
    };
    await reseller.write((tx) => changeLead(tx, offeredId, 'work'));
    const fields = (path: string, value: string) => ({ values: new Map([[path, value]]), actor, reason: 'corrected' });
    await vendor.write((tx) => changeFields(tx, leadId, fields('contact.givenName', 'Ada')));
    await world.settle();
    await vendor.write((tx) => changeFields(tx, leadId, fields('contact.familyName', 'Byron')));
    await reseller.write((tx) => giveBack(tx, offeredId, { reason: 'not-a-fit', actor }));
    for (let hours = 0; hours < 12; hours++) await world.advance('1h');
    const statesOf = async (from: Pair['vendor'], to: Pair['vendor']) =>
      (await sentBy(from, to.nodeId)).slice(0, 2).map(({ type, state }) => `${type} ${state}`);
    expect(await statesOf(reseller, vendor)).toEqual(['Return delivered', 'Status waiting']);
    expect(await statesOf(vendor, reseller)).toEqual(['Update waiting', 'Update waiting']);
    wire.fault = () => undefined;
    for (let hours = 0; hours < 12; hours++) await world.advance('1h');
    expect((await vendor.lead(leadId)).state).toBe('working');
    expect((await reseller.lead(offeredId)).document.contact).toMatchObject({ givenName: 'Ada', familyName: 'Byron' });
  });

  it('holds up nothing but the next update when it is one', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const { leadId } = await release(world);
    // In a frame both would be tried each time.
    await vendor.meddle(async (tx) => {
      const { capabilities } = await tx.db.selectFrom('peerSpeech').select('capabilities').executeTakeFirstOrThrow();
      await tx.db
        .updateTable('peerSpeech')
        .set({ capabilities: capabilities!.replace('"Batch",', '') })
        .execute();
    });
    const actor = { kind: 'user', id: 'user_grace', name: 'Grace' } as const;
    wire.fault = ({ type }) => (type === 'Update' ? { status: 502 } : undefined);
    for (const name of ['Byron', 'King']) {
      const values = new Map([['contact.familyName', name]]);
      await vendor.write((tx) => changeFields(tx, leadId, { values, actor, reason: 'corrected' }));
      await world.settle();
    }
    await vendor.write((tx) => askBack(tx, leadId, { reason: 'mistake', actor }));
    for (let hours = 0; hours < 12; hours++) await world.advance('1h');
    const [recall, ...updates] = await sentBy(vendor, reseller.nodeId);
    expect(recall).toMatchObject({ type: 'Recall', state: 'delivered' });
    expect(updates.slice(0, 2).map(({ attempts }) => attempts > 5)).toEqual([false, true]);
  });

  it('is tried again when its answer could not be stored with its effect', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    await reseller.accept(offered!.id, ann.id);
    // An administrator's statement breaks the effect of the receipt for Release.
    wire.fault = ({ type }) => (type === 'Release' ? 'answer-lost' : type === 'Status' ? 'lost' : undefined);
    await world.settle();
    await vendor.meddle((tx) => tx.db.updateTable('offer').set({ confirmedAt: null }).execute());
    wire.fault = ({ type }) => (type === 'Status' ? 'lost' : undefined);
    await world.advance('40s');
    const [releaseMessage] = await sentBy(vendor, reseller.nodeId);
    expect(releaseMessage).toMatchObject({ type: 'Release', state: 'waiting', code: 'effect-failed' });
    await vendor.meddle((tx) => tx.db.updateTable('offer').set({ confirmedAt: 1 }).execute());
    await world.advance('10m');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned' });
    const [recipient] = await vendor.recipients(leadId);
    await vendor.write((tx) => completeRelease(tx, recipient!.id));
  });
});

describe('what a node keeps of messages', () => {
  it('is what was said of a lead for as long as the lead, and then what proves it; what nodes say to each other goes', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    const { leadId } = await release(world);
    await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: plainTerms(world) });
    await world.settle();
    const columns = ['messageId', 'type', 'document', 'digest', 'proof', 'answer'] as const;
    const kept = async () => ({
      sent: await vendor.ctx.db.selectFrom('outbox').select(columns).orderBy('messageId').execute(),
      received: await reseller.ctx.db.selectFrom('inbox').select(columns).orderBy('messageId').execute(),
    });
    const before = await kept();
    for (const rows of [before.sent, before.received]) {
      expect(rows.map(({ type }) => type)).toEqual(['Offer', 'Award', 'Release', 'Agreement']);
      expect(rows.map(({ document }) => document?.startsWith('sealed:'))).toEqual([true, true, true, false]);
    }
    const ofLead = (rows: typeof before.sent) => rows.slice(0, 3);
    for (let days = 0; days < 17; days++) await world.advance('24h');
    const [sent, received] = [before.sent, before.received].map((rows) => [
      ...ofLead(rows),
      { ...rows[3], document: null },
    ]);
    expect(await kept()).toEqual({ sent, received });
    for (let days = 0; days < 100; days++) world.clock.advance('24h');
    await world.settle();
    const after = await kept();
    expect(after).toEqual({ sent, received: ofLead(before.received) });
    expect(await openText(reseller.ctx, after.received[2]?.document ?? null)).toContain(canary);

    await vendor.write((tx) => eraseLead(tx, leadId, { reason: 'person-asked', actor: { kind: 'system' } }));
    await world.settle();
    const erased = await kept();
    for (const rows of [erased.sent, erased.received])
      for (const { document, proof, digest } of ofLead(rows)) {
        expect(document).toBeNull();
        expect(checkProof(proof ?? '', digest, vendor.ctx.keys.signing)).toBe(true);
      }
    const emptied = ofLead(before.received).map((row) => ({ ...row, document: null }));
    expect(ofLead(erased.received)).toEqual(emptied);
  });

  it('is of an offer that was not accepted ids for a while, and nothing later', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    await vendor.receive();
    await world.settle();
    // It closes; what was seen of it is deleted some minutes later.
    await world.advance('2h');
    await world.advance('1h');
    const rows = () => reseller.ctx.db.selectFrom('inbox').select(['type', 'document']).orderBy('messageId').execute();
    expect(await rows()).toEqual([
      { type: 'Offer', document: null },
      { type: 'NoLongerAvailable', document: null },
    ]);
    // An id outlives the last moment at which its message is taken by ninety days (LX-135).
    const { expiresAt } = await reseller.ctx.db
      .selectFrom('inbox')
      .select('expiresAt')
      .where('type', '=', 'NoLongerAvailable')
      .executeTakeFirstOrThrow();
    expect(expiresAt - world.clock.now()).toBeGreaterThan(10 * dayMilliseconds);
    for (const [days, left] of [
      [-14, 2],
      [89, 1],
      [92, 0],
    ] as const) {
      while (world.clock.now() < expiresAt + days * dayMilliseconds) world.clock.advance('12h');
      await world.settle();
      expect(await rows()).toHaveLength(left);
    }
  });

  it('is listed by type and state, newest first, without content', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    await release(world);
    const rows = await sentBy(vendor, reseller.nodeId);
    expect(rows.map(({ type }) => type)).toEqual(['Release', 'Award', 'Offer']);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(canary, 'i'));
    const [newest] = rows;
    const rest = await listOutbox(vendor.ctx, { peerId: reseller.nodeId, cursor: newest!.messageId, limit: 1 });
    expect(rest).toEqual([rows[1]]);
  });
});

onEachDatabase((database) => {
  describe('two processes of one node', () => {
    it('take each message once, and give every repetition the same receipt', async () => {
      await database.withPlace(async (place) => {
        await using world = await openPair({
          place: (name) =>
            name === 'vendor' ? place : { ...place, databaseUrl: undefined, dataFolder: `${place.dataFolder}/r` },
        });
        const { vendor, reseller, ann } = world;
        const twin = await world.twin('vendor');
        const leads = await Promise.all(Array.from({ length: 8 }, () => vendor.receive()));
        // Both carry out the jobs and send: each message goes out once.
        await Promise.all([vendor.settle(), twin.settle()]);
        await world.settle();
        const offers = world.wire.calls.filter(({ type }) => type === 'Offer');
        expect(offers).toHaveLength(leads.length);
        expect(new Set(offers.map(({ xml }) => xml)).size).toBe(leads.length);
        const offered = await reseller.leads();
        expect(offered).toHaveLength(leads.length);
        for (const lead of offered) await reseller.accept(lead.id, ann.id);
        // Every request arrives at both processes at once, several times.
        const sent = world.wire.calls.length;
        await reseller.settle();
        const accepts = world.wire.calls.slice(sent).filter(({ type }) => type === 'Accept');
        expect(accepts).toHaveLength(leads.length);
        const again = accepts.flatMap(({ xml, answer }) =>
          [vendor, twin, vendor, twin].map(async (process) => ({ answer, text: (await post(process, xml)).text })),
        );
        for (const { answer, text } of await Promise.all(again)) expect(text).toBe(answer);
        await Promise.all([vendor.settle(), twin.settle()]);
        await world.settle();
        for (const id of leads)
          expect(await vendor.lead(id)).toMatchObject({ state: 'assigned', holder: { kind: 'peer' } });
        expect((await reseller.leads()).map(({ document }) => document)).toEqual(leads.map(() => sampleLead));
      });
    });

    it('send what another had taken when it died, once its lease is over', async () => {
      await database.withPlace(async (place) => {
        await using world = await openPair({
          place: (name) => (name === 'vendor' ? place : { dataFolder: `${place.dataFolder}/r` }),
        });
        const { vendor, reseller } = world;
        await vendor.receive();
        await settle(vendor.ctx, makeJobWorkers([...routingHandlers, ...federationHandlers]));
        const leaseEndsAt = world.clock.now() + 10_000;
        const taken = await vendor.write((tx) => leaseDue(tx, reseller.nodeId, { limit: 10, leaseEndsAt }));
        expect(taken).toMatchObject([{ type: 'Offer', dueAt: leaseEndsAt }]);
        const twin = await world.twin('vendor');
        await twin.settle();
        await world.advance('9s');
        expect(world.wire.calls).toEqual([]);
        await world.advance('1s');
        expect(world.wire.story()).toEqual(['vendor>reseller Offer']);
      });
    });

    it('let one claim win, whichever process it reaches', async () => {
      await database.withPlace(async (place) => {
        await using world = await openFederation({
          nodes: ['vendor', 'reseller', 'dealer'],
          place: (name) =>
            name === 'vendor' ? place : { ...place, databaseUrl: undefined, dataFolder: `${place.dataFolder}/${name}` },
        });
        await world.introduce('vendor', 'reseller');
        await world.introduce('vendor', 'dealer');
        const [vendor, reseller, dealer] = [world.node('vendor'), world.node('reseller'), world.node('dealer')];
        const twin = await world.twin('vendor');
        const bob = await vendor.user('Bob');
        const people = [await reseller.user('Ann'), await dealer.user('Dan')] as const;
        await reseller.offerAllTo([people[0].boxId]);
        await dealer.offerAllTo([people[1].boxId]);
        const partners = [await vendor.partnerBox('reseller'), await vendor.partnerBox('dealer')];
        await vendor.offerAllTo([bob.boxId, ...partners]);
        const leads = await Promise.all(Array.from({ length: 6 }, () => vendor.receive()));
        await world.settle();
        for (const lead of await reseller.leads()) await reseller.accept(lead.id, people[0].id);
        for (const lead of await dealer.leads()) await dealer.accept(lead.id, people[1].id);
        const mine = leads.map((id) => twin.accept(id, bob.id));
        await Promise.all([...mine, reseller.settle(), dealer.settle()]);
        await Promise.all([vendor.settle(), twin.settle()]);
        await world.settle();
        for (const partner of [reseller, dealer])
          for (const { state } of await partner.leads()) expect(['assigned', 'withdrawn']).toContain(state);
        const held = [...(await reseller.leads()), ...(await dealer.leads())].filter(
          ({ state }) => state === 'assigned',
        );
        const holders = await Promise.all(leads.map(async (id) => (await vendor.lead(id)).holder));
        expect(holders.every((holder) => holder !== undefined)).toBe(true);
        expect(holders.filter((holder) => holder?.kind === 'peer')).toHaveLength(held.length);
      });
    });
  });
});
