import { afterAll, beforeAll, expect, it } from 'vitest';
import { confirmKey } from '../../node/federation/keys/peer-keys.ts';
import { rollKey } from '../../node/federation/keys/roll-key.ts';
import { changePeer } from '../../node/federation/peers/pause.ts';
import { changeConsent } from '../../node/federation/privacy/change-consent.ts';
import { askAccess } from '../../node/federation/privacy/report-access.ts';
import { changeFields } from '../../node/leads/change-fields.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { statesOf } from '../agreements/support.ts';
import { leadOf, leavesOf, openVendor } from '../bridge/scene.ts';
import { sequence } from '../ledger/log.ts';
import { allOf, grace, openChain } from '../privacy/chain.ts';
import { onDatabase } from '../support/databases.ts';
import { canary, type FederationNode } from '../support/federation.ts';

type Chain = Awaited<ReturnType<typeof openChain>>;

// Each level once, in the order of a lead's life, where the node in the middle, in two processes, keeps all in PostgreSQL.
onDatabase('postgres', (database) => {
  let world: Chain;
  let again: FederationNode;
  let place: Awaited<ReturnType<typeof database.makePlace>>;
  beforeAll(async () => {
    place = await database.makePlace();
    const beside = (name: string) => ({ dataFolder: `${place.dataFolder}/${name}` });
    world = await openChain({ place: (name) => (name === 'distributor' ? place : beside(name)) });
    again = await world.twin('distributor');
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await place.remove();
  });
  const edit = (node: FederationNode, values: Record<string, unknown>) =>
    node.write((tx) =>
      changeFields(tx, world.idAt(node === again ? world.distributor : node), {
        values: new Map(Object.entries(values)),
        actor: grace,
        reason: 'correction',
      }),
    );

  it('agreements: both sides of two hold, the one it was offered and the one it offers under', async () => {
    const { vendor, distributor, dealer } = world;
    for (const partner of [vendor, dealer]) expect(await statesOf(distributor, partner)).toEqual(['active']);
  });

  it('updates: what two processes change in one lead at once, and what the vendor does, is all kept and goes on', async () => {
    const { vendor, distributor, dealer } = world;
    const changes = [
      edit(distributor, { 'contact.jobTitle': 'Countess' }),
      edit(again, { 'interest.timeframe': '1-3-months' }),
      edit(vendor, { 'account.name': 'Engines' }),
    ];
    const failed = (await Promise.allSettled(changes)).flatMap((each, at) => (each.status === 'rejected' ? [at] : []));
    // The slower of the two was told to look again; nothing of it is lost in silence.
    for (const at of failed)
      await edit([distributor, again][at]!, [{ 'contact.jobTitle': 'Countess' }, { 'interest.timeframe': '1-3-months' }][at]!); // prettier-ignore
    await world.settle();
    for (const node of [distributor, dealer])
      expect((await world.lead(node)).document).toMatchObject({
        contact: { jobTitle: 'Countess' },
        account: { name: 'Engines' },
        interest: { timeframe: '1-3-months' },
      });
  });

  it('status: what the dealer does goes up through it, amounts exact', async () => {
    const { vendor, distributor, dealer } = world;
    const amount = { amount: '90071992547409.93', currency: 'EUR' };
    await dealer.write((tx) => changeLead(tx, world.idAt(dealer), 'win', { amount }));
    await world.settle();
    for (const node of [vendor, distributor])
      expect(await world.lead(node)).toMatchObject({ state: 'won', wonAmount: amount.amount });
  });

  it('personal data: a consent goes both ways, a report comes up from all', async () => {
    const { vendor, distributor, dealer } = world;
    const change = { at: new Date(world.clock.now()).toISOString(), doNotContacts: ['phone' as const] };
    await again.write((tx) => changeConsent(tx, world.idAt(distributor), { change, actor: grace }));
    await vendor.write((tx) => askAccess(tx, world.idAt(vendor), { actor: grace }));
    await world.settle();
    for (const node of [vendor, distributor, dealer])
      expect(await world.lead(node)).toMatchObject({ doNotContact: ['phone'] });
    const [asked] = await world.requests(vendor);
    expect(asked).toMatchObject({ outcome: 'done' });
    expect(asked?.answer.report?.disclosures?.map(({ nodeId }) => nodeId)).toContain(dealer.nodeId);
  });

  it('frames and questions for them: what waits for a partner that nobody reaches is handed over together, once', async () => {
    const { distributor, dealer, dan, wire } = world;
    await distributor.offerAllTo([await distributor.partnerBox('dealer')]);
    await changePeer(distributor.ctx, dealer.nodeId, { fetches: true });
    Object.assign(dealer.ctx.config, { fetchEverySeconds: 60 });
    wire.fault = ({ to }) => (to === 'dealer' ? 'lost' : undefined);
    for (let n = 0; n < 3; n++) await distributor.receive({ document: { account: { name: 'Acme' } } });
    await world.advance('2m');
    await world.advance('2m');
    const offered = (await dealer.leads()).filter(({ state }) => state === 'offered');
    expect(offered).toHaveLength(3);
    await dealer.accept(offered[0]!.id, dan.id);
    await world.advance('2m');
    await world.advance('2m');
    expect(await dealer.lead(offered[0]!.id)).toMatchObject({ state: 'assigned' });
    expect(wire.story().filter((line) => line === 'distributor>dealer Offer')).toEqual([]);
    wire.fault = () => undefined;
  });

  it('new key: it signs once the partner compared it', async () => {
    const { vendor, distributor, wire } = world;
    const { kid, fingerprint: typed } = await rollKey(again.ctx, { days: 0 });
    await world.settle();
    await confirmKey(vendor.ctx, { nodeId: distributor.nodeId, kid, typed });
    await world.advance('25h');
    const signed = wire.calls.filter(({ to, xml }) => to === 'vendor' && xml.includes(`>${kid}</ds:KeyName>`));
    expect(signed.map(({ status }) => status)).toContain(200);
  });

  it('erasure: goes down and comes up; nothing of the lead is left in any row, and the ledger holds', async () => {
    const { vendor, distributor, dealer } = world;
    await world.erase(vendor);
    await world.settle();
    await world.advance('2m');
    await world.advance('2m');
    for (const node of [vendor, distributor, dealer]) {
      expect((await allOf(node)).toLowerCase()).not.toContain(canary.toLowerCase());
      await sequence(node.ctx);
      expect((await verifyLedger(node.ctx)).findings).toEqual([]);
    }
    expect(await world.requests(vendor)).toContainEqual(expect.objectContaining({ kind: 'erasure', outcome: 'done' }));
  });

  it('bridge: software without a node is offered a lead, takes it and wins', async () => {
    await using vendor = Object.assign(await openVendor({ place: database.makePlace }), {
      async [Symbol.asyncDispose]() {
        await vendor.close();
      },
    });
    const { leadId, reference } = await vendor.offered();
    expect(await vendor.crm.report({ lead: reference, status: 'accept' })).toMatchObject({ body: { outcome: 'won' } });
    await vendor.network.settle();
    const won = { lead: reference, status: 'won', amount: 1250, currency: 'EUR' };
    expect(await vendor.crm.signed(won, vendor.network.clock.now())).toMatchObject({ status: 200 });
    expect(await leadOf(vendor.vendor, leadId)).toMatchObject({ state: 'won', won: { amount: { amount: '1250.00' } } });
    expect((await leavesOf(vendor.vendor)).join()).not.toContain(canary);
  });
});
