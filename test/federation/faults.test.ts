import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getHealth } from '../../node/federation/store/peers.ts';
import { listOutbox } from '../../node/federation/store/outbox.ts';
import { canary, openFederation, type Call, type Fault, type FederationNode } from '../support/federation.ts';

async function openPair() {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')], { offerMinutes: 24 * 60 });
  await reseller.offerAllTo([ann.boxId], { offerMinutes: 24 * 60 });
  return Object.assign(federation, { vendor, reseller, ann });
}

/** Faults for the first request of a type, once each. */
function onceFor(type: string, ...faults: Fault[]) {
  return (call: Call) => (call.type === type ? faults.shift() : undefined);
}

/** What the vendor knows, and what the reseller knows, of one lead. */
async function walk(world: Awaited<ReturnType<typeof openPair>>) {
  const { vendor, reseller, ann } = world;
  const leadId = await vendor.receive();
  const later = async (until: () => Promise<boolean>) => {
    await world.settle();
    for (let step = 0; step < 20 && !(await until()); step++) await world.advance('20s');
  };
  await later(async () => (await reseller.leads()).length > 0);
  const [offered, ...more] = await reseller.leads();
  expect(more).toEqual([]);
  await reseller.accept(offered!.id, ann.id);
  await later(async () => (await vendor.lead(leadId)).state === 'assigned');
  await later(async () => (await reseller.lead(offered!.id)).state === 'assigned');
  return { leadId, offeredId: offered!.id };
}

const unanswered = async (node: FederationNode, peerId: string) =>
  (await listOutbox(node.ctx, { peerId, limit: 50 })).filter(({ state }) => state !== 'delivered');

describe('a lost, repeated or broken exchange has one effect', () => {
  const faults: readonly (readonly [string, Fault[]])[] = [
    ['never arrived', ['lost', 'lost']],
    ['arrived, but its answer got lost', ['answer-lost', 'answer-lost']],
    ['arrived twice', ['twice']],
    ['was answered by half a receipt', ['cut']],
    ['met a broken proxy', [{ status: 502 }, { status: 404 }, { status: 410 }]],
    ['met a redirect', [{ status: 307, headers: { location: 'http://127.0.0.1:9/' } }]],
  ];
  for (const type of ['Offer', 'Accept', 'Award', 'Release', 'Status'])
    it.each(faults)(`when the ${type} %s`, async (_, list) => {
      await using world = await openPair();
      world.wire.fault = onceFor(type, ...list);
      const { leadId, offeredId } = await walk(world);
      for (let n = 0; n < 4; n++) await world.advance('2m');
      const { vendor, reseller, wire } = world;
      expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned', holder: { id: 'reseller.localhost' } });
      expect(await reseller.lead(offeredId)).toMatchObject({ state: 'assigned', hiddenFields: [] });
      expect(await reseller.leads()).toHaveLength(1);
      for (const [node, kinds] of [
        [vendor, await vendor.history(leadId)],
        [reseller, await reseller.history(offeredId)],
      ] as const) {
        const once = kinds.map(({ kind }) => kind).filter((kind) => ['claim', 'assign', 'release'].includes(kind));
        expect(new Set(once).size, `${node.name}: ${once.join()}`).toBe(once.length);
      }
      expect(await unanswered(vendor, 'reseller.localhost')).toEqual([]);
      expect(await unanswered(reseller, 'vendor.localhost')).toEqual([]);
      // Every retry sends the same bytes and gets the same receipt.
      const tries = wire.calls.filter(
        (call) => call.type === type && call.xml === wire.calls.find((one) => one.type === type)?.xml,
      );
      expect(tries.length).toBeGreaterThanOrEqual(list[0] === 'twice' ? 1 : 2);
      expect(new Set(tries.flatMap(({ answer }) => answer ?? [])).size).toBe(1);
    });
});

describe('a partner that is down', () => {
  it('gets what waits when it is back; probes do not use up attempts', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    let down = true;
    wire.fault = ({ to }) => (down && to === 'reseller' ? 'lost' : undefined);
    for (let n = 0; n < 6; n++) await vendor.receive();
    await world.settle();
    const health = () => getHealth(vendor.ctx, 'reseller.localhost');
    for (let n = 0; n < 30; n++) await world.advance('1m');
    const { openUntil, lastError } = await health();
    expect(openUntil).toBeGreaterThan(world.clock.now());
    expect(lastError).toBe('peer-unreachable');
    const sent = wire.calls.length;
    await world.advance('30s');
    expect(wire.calls.length).toBeLessThanOrEqual(sent + 1);
    down = false;
    await world.advance('31m');
    expect(await reseller.leads()).toHaveLength(6);
    expect(await health()).toMatchObject({ openUntil: null, failures: 0, lastError: null });
    expect(await unanswered(vendor, 'reseller.localhost')).toEqual([]);
  });

  it('does not rest because what was on its way together failed together', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire, clock } = world;
    const meanwhile = async (count: number) => {
      for (let n = 0; n < count; n++) await vendor.receive();
      await world.settle();
    };
    await meanwhile(20);
    const sent = wire.calls.length;
    // One of the partner's processes dies with eight messages.
    wire.fault = () => {
      clock.advance('1ms');
      return wire.calls.length <= sent + 8 ? 'answer-lost' : undefined;
    };
    await meanwhile(20);
    expect(await getHealth(vendor.ctx, reseller.nodeId)).toMatchObject({ openUntil: null });
    await world.advance('10s');
    expect(await unanswered(vendor, reseller.nodeId)).toEqual([]);
  });

  it('is tried at once when it is heard from', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    await vendor.receive();
    await world.settle();
    let down = true;
    wire.fault = ({ to }) => (down && to === 'reseller' ? 'lost' : undefined);
    for (let n = 0; n < 6; n++) await vendor.receive();
    for (let n = 0; n < 8; n++) await world.advance('3m');
    expect((await getHealth(vendor.ctx, 'reseller.localhost')).openUntil).toBeGreaterThan(world.clock.now());
    down = false;
    const [first] = await reseller.leads();
    await reseller.accept(first!.id, ann.id);
    await world.settle();
    expect(await reseller.leads()).toHaveLength(7);
  });

  it('that asks for time gets it, and one that does not know us is asked once a day', async () => {
    await using world = await openPair();
    const { vendor, wire } = world;
    wire.fault = onceFor('Offer', { status: 429, headers: { 'retry-after': '600' } }, { status: 401 });
    await vendor.receive();
    await world.settle();
    await world.advance('9m');
    expect(wire.calls).toHaveLength(1);
    await world.advance('1m');
    expect(wire.calls).toHaveLength(2);
    expect(await getHealth(vendor.ctx, 'reseller.localhost')).toMatchObject({
      lastError: 'peer-refuses-us',
      openUntil: null,
    });
    await world.advance('12h');
    expect(wire.calls).toHaveLength(2);
  });

  it('that did not know us yet is asked again once it speaks', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    await vendor.receive();
    await world.settle();
    wire.fault = onceFor('Offer', { status: 401 });
    await vendor.receive();
    await world.settle();
    expect(await reseller.leads()).toHaveLength(1);
    const [first] = await reseller.leads();
    await reseller.accept(first!.id, ann.id);
    await world.settle();
    expect(await reseller.leads()).toHaveLength(2);
  });
});

/** What the network does to the next requests, and how long the people take. */
const misfortune = fc.record({
  faults: fc.array(fc.constantFrom<Fault | 'fine'>('lost', 'answer-lost', 'twice', 'cut', { status: 503 }, 'fine'), {
    maxLength: 30,
  }),
  accepts: fc.array(fc.tuple(fc.constantFrom('vendor', 'reseller', 'dealer'), fc.integer({ min: 0, max: 90 })), {
    minLength: 1,
    maxLength: 3,
  }),
});

describe('up for grabs over two partners and our own people', () => {
  it('has one winner, both sides agree in the end, and nothing withheld leaves before the award is receipted', async () => {
    await fc.assert(
      fc.asyncProperty(misfortune, async ({ faults, accepts }) => {
        await using world = await openFederation({ nodes: ['vendor', 'reseller', 'dealer'] });
        await world.introduce('vendor', 'reseller');
        await world.introduce('vendor', 'dealer');
        const [vendor, reseller, dealer] = [world.node('vendor'), world.node('reseller'), world.node('dealer')];
        const people = new Map<string, { id: string; boxId: string }>();
        for (const node of [vendor, reseller, dealer]) people.set(node.name, await node.user(`Rep ${node.name}`));
        for (const node of [reseller, dealer]) await node.offerAllTo([people.get(node.name)!.boxId]);
        const partners = [await vendor.partnerBox('reseller'), await vendor.partnerBox('dealer')];
        await vendor.offerAllTo([people.get('vendor')!.boxId, ...partners], { offerMinutes: 30 });
        const script = [...faults];
        const leaks: Call[] = [];
        world.wire.fault = (call) => {
          if (tellsTooMuch(call, world.wire.calls)) leaks.push(call);
          const fault = script.shift();
          return fault === 'fine' ? undefined : fault;
        };
        const leadId = await vendor.receive();
        await world.settle();
        for (const [name, minutes] of accepts) {
          await world.advance(`${minutes}s`);
          const node = world.node(name);
          const [lead] = name === 'vendor' ? [await vendor.lead(leadId)] : await node.leads();
          if (lead) await node.accept(lead.id, people.get(name)!.id).catch(() => undefined);
          await world.settle();
        }
        script.length = 0;
        for (const pause of ['2m', '15m', '1h', '1h', '13h', '25h']) await world.advance(pause);
        expect(leaks).toEqual([]);
        await checkAgreement(vendor, [reseller, dealer], leadId);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 180_000);
});

/** Before its receipt for the award a partner gets nothing that is withheld. */
const tellsTooMuch = ({ type, to, xml }: Call, before: readonly Call[]): boolean =>
  type === 'Release'
    ? !before.some((call) => call.type === 'Award' && call.to === to && call.heard)
    : xml.toLowerCase().includes(canary.toLowerCase());

async function checkAgreement(vendor: FederationNode, partners: FederationNode[], leadId: string) {
  const { holder, state } = await vendor.lead(leadId);
  const winners: string[] = holder?.kind === 'user' ? ['vendor'] : [];
  for (const partner of partners) {
    const leads = await partner.leads();
    for (const lead of leads) expect(['assigned', 'withdrawn'], `${partner.name}: ${lead.state}`).toContain(lead.state);
    if (leads.some((lead) => lead.state === 'assigned')) winners.push(partner.name);
    for (const lead of leads.filter((one) => one.state === 'withdrawn'))
      expect(JSON.stringify(lead).toLowerCase()).not.toContain(canary.toLowerCase());
  }
  expect(winners.length, `winners: ${winners.join()}`).toBeLessThanOrEqual(1);
  if (holder?.kind === 'peer') expect(winners).toEqual([holder.id.replace('.localhost', '')]);
  expect(['assigned', 'unrouted', 'offered'], `vendor: ${state}`).toContain(state);
  if (state === 'assigned') expect(winners).toHaveLength(1);
}
