import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInvitation } from '../../node/federation/peers/introduce.ts';
import { confirmKey, refuseKey, repinPeer } from '../../node/federation/keys/peer-keys.ts';
import { findKeyOf, findPinnedPeer } from '../../node/federation/keys/pinned-keys.ts';
import { replaceKey, rollKey, type RolledKey } from '../../node/federation/keys/roll-key.ts';
import { publicSigningKey } from '../../node/federation/keys/signing-key.ts';
import { findSpoken } from '../../node/federation/peers/find-spoken.ts';
import { listNotTaking } from '../../node/federation/store/own-keys.ts';
import { listPeerKeys, listSecurityEvents } from '../../node/federation/store/peers.ts';
import { fingerprint, makeRolloverProof, makeSigningKey, open } from '../../protocol/index.ts';
import { openFederation, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, post } from '../support/foreign-peer.ts';

const day = 24 * 3_600_000;

let federation: Federation;
let vendor: FederationNode;
let reseller: FederationNode;
let rolled: RolledKey;
let oldKid: string;
beforeAll(async () => {
  federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  await vendor.offerAllTo([await vendor.partnerBox('reseller')], { offerMinutes: 600 });
  await reseller.offerAllTo([(await reseller.user('Ann')).boxId], { offerMinutes: 600 });
  await federation.settle();
  oldKid = vendor.ctx.keys.signing.kid;
});
afterAll(() => federation[Symbol.asyncDispose]());

/** The key that signed what one node sent last. */
const lastKid = () => /<ds:KeyName>([^<]*)</.exec(federation.wire.calls.at(-1)?.xml ?? '')?.[1];
const offer = async () => {
  await vendor.receive();
  await federation.settle();
  return { type: federation.wire.calls.at(-1)?.type, kid: lastKid(), status: federation.wire.calls.at(-1)?.status };
};

describe('a new key', () => {
  it('is announced to every partner, signed by the old one, and waits there', async () => {
    rolled = await rollKey(vendor.ctx, { days: 2 });
    await federation.settle();
    expect(federation.wire.story().at(-1)).toBe('vendor>reseller KeyRollover');
    expect(lastKid()).toBe(oldKid);
    const keys = await listPeerKeys(reseller.ctx, vendor.nodeId);
    expect(keys).toMatchObject([{ kid: rolled.kid, confirmedAt: null, follows: oldKid }, { kid: oldKid }]);
    expect(rolled.oldKeyUntil - rolled.validFrom).toBe(30 * day);
    await expect(rollKey(vendor.ctx)).rejects.toMatchObject({ code: 'rollover-under-way' });
  });

  it('signs nothing before it is due, and nothing for a partner that has not confirmed it', async () => {
    expect(await offer()).toEqual({ type: 'Offer', kid: oldKid, status: 200 });
    await federation.advance('49h');
    // It was tried, and the partner knew no such key.
    const tried = federation.wire.calls.filter(({ type }) => type === 'Capabilities');
    expect(tried.map(({ status }) => status)).toEqual([401]);
    expect(await offer()).toEqual({ type: 'Offer', kid: oldKid, status: 200 });
  });

  it('counts once the ten words were compared; a wrong word is told to the administrators', async () => {
    const wish = { nodeId: vendor.nodeId, kid: rolled.kid };
    const other = fingerprint(vendor.nodeId, makeSigningKey().spki);
    await expect(confirmKey(reseller.ctx, { ...wish, typed: other })).rejects.toMatchObject({
      code: 'fingerprint-differs',
    });
    expect((await listSecurityEvents(reseller.ctx, vendor.nodeId, 1))[0]?.code).toBe('fingerprint-differs');
    await confirmKey(reseller.ctx, { ...wish, typed: rolled.fingerprint });
    await expect(confirmKey(reseller.ctx, { ...wish, typed: rolled.fingerprint })).rejects.toMatchObject({
      code: 'key-not-waiting',
    });
    await federation.advance('25h');
    expect(await offer()).toEqual({ type: 'Offer', kid: rolled.kid, status: 200 });
    const leaves = await reseller.ctx.db.selectFrom('ledgerPending').select('text').orderBy('id').execute();
    const changes = leaves.flatMap(({ text }) => /\nchange: (key-[a-z]+)\n/.exec(text)?.[1] ?? []);
    expect(changes).toEqual(['key-announced', 'key-confirmed']);
  });

  it('is the only one when the old one has ended; what the old one signed stays verifiable', async () => {
    await federation.advance('31d');
    const pinned = await findPinnedPeer(reseller.ctx, vendor.nodeId);
    const old = federation.wire.calls.find(({ type }) => type === 'KeyRollover')?.xml ?? '';
    expect(open(Buffer.from(old), findKeyOf(pinned!)).kid).toBe(oldKid);
    expect(pinned?.keys.find(({ kid }) => kid === oldKid)?.validUntil).toBe(rolled.oldKeyUntil);
    const next = await rollKey(vendor.ctx);
    await federation.settle();
    expect(lastKid()).toBe(rolled.kid);
    await refuseKey(reseller.ctx, { nodeId: vendor.nodeId, kid: next.kid });
    const typed = next.fingerprint;
    await expect(confirmKey(reseller.ctx, { nodeId: vendor.nodeId, kid: next.kid, typed })).rejects.toMatchObject({
      code: 'key-not-waiting',
    });
  });
});

describe('whoever stole a key', () => {
  const from = () => federation.clock.now();
  const iso = (days: number) => new Date(from() + days * day).toISOString();

  it('may announce another one, but it counts for nothing; one without proof is refused', async () => {
    const victim = makeForeignPeer('victim.localhost', from);
    await victim.introduceTo(reseller);
    const thief = makeSigningKey();
    const { kid, algorithm, spki } = thief;
    const newKey = { kid, algorithm, spki: spki.toString('base64') };
    const proof = makeRolloverProof(thief, { nodeId: victim.nodeId, oldKid: victim.key.kid });
    const say = (body: object) =>
      post(
        reseller,
        victim.say(reseller.nodeId, 'KeyRollover', {
          ...{ newKey, validFrom: iso(0), oldKeyUntil: iso(30), proof },
          ...body,
        }).xml,
      );
    expect((await say({ oldKeyUntil: iso(29) })).code).toBe('conflict');
    expect((await say({ proof: makeRolloverProof(makeSigningKey(), { nodeId: victim.nodeId, oldKid: victim.key.kid }) })).code).toBe('conflict'); // prettier-ignore
    expect((await say({})).status).toBe(200);
    expect((await say({})).code).toBe('conflict');
    const forged = { ...victim, key: thief };
    const { xml } = makeForeignPeer(victim.nodeId, from, forged.key).say(reseller.nodeId, 'Agreement', {
      ...{ agreementId: 'a', step: 'end', proposal: Buffer.alloc(32).toString('base64') },
    });
    expect(await post(reseller, xml)).toMatchObject({ status: 401, text: 'unauthenticated' });
  });
});

describe('a key that is stolen', () => {
  it('ends at once; the new one is pinned by hand, and all goes on', async () => {
    const replaced = await replaceKey(vendor.ctx);
    const { text } = await createInvitation(vendor.ctx);
    const kid = await repinPeer(reseller.ctx, { nodeId: vendor.nodeId, text });
    expect(kid).toBe(replaced.kid);
    await vendor.receive();
    await federation.settle();
    expect(federation.wire.calls.at(-1)).toMatchObject({ type: 'Offer', status: 401 });
    await confirmKey(reseller.ctx, { nodeId: vendor.nodeId, kid, typed: replaced.fingerprint });
    await federation.advance('25h');
    expect(await offer()).toEqual({ type: 'Offer', kid, status: 200 });
    for (const key of await listPeerKeys(reseller.ctx, vendor.nodeId))
      expect(key.kid === kid ? key.revokedAt : typeof key.revokedAt).toBe(key.kid === kid ? null : 'number');
  });
});

describe('a key that is rolled while not all goes well', () => {
  let world: Federation;
  let nodes: Record<'vendor' | 'reseller' | 'distributor', FederationNode>;
  let [first, second]: RolledKey[] = [];
  beforeAll(async () => {
    world = await openFederation({ nodes: ['vendor', 'reseller', 'distributor'] });
    nodes = { vendor: world.node('vendor'), reseller: world.node('reseller'), distributor: world.node('distributor') };
    await world.introduce('vendor', 'reseller');
    await nodes.vendor.offerAllTo([await nodes.vendor.partnerBox('reseller')], { offerMinutes: 600 });
    await world.settle();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const statusesOf = (type: string, to: string) =>
    world.wire.calls.filter((call) => call.type === type && call.to === to).map(({ status }) => status);
  const confirm = (at: FederationNode, rolledKey: RolledKey | undefined) => {
    const { kid, fingerprint: typed } = rolledKey!;
    return confirmKey(at.ctx, { nodeId: nodes.vendor.nodeId, kid, typed });
  };
  const kidOfLast = (type: string, to: string) => {
    const last = world.wire.calls.findLast((call) => call.type === type && call.to === to);
    return { status: last?.status, kid: /<ds:KeyName>([^<]*)</.exec(last?.xml ?? '')?.[1] };
  };

  it('is told to whoever becomes a partner before it is due; what partners speak is asked as often as ever', async () => {
    world.wire.fault = ({ to }) => (to === 'reseller' ? 'lost' : undefined);
    first = await rollKey(nodes.vendor.ctx, { days: 5 });
    await world.advance('1d');
    await world.introduce('vendor', 'distributor');
    await world.settle();
    expect(statusesOf('KeyRollover', 'distributor')).toEqual([200]);
    await confirm(nodes.distributor, first);
    for (const _ of [1, 2, 3]) await world.advance('25h');
    expect((await findSpoken(nodes.vendor.ctx, nodes.distributor.nodeId)).levels).toContain('Audit');
    await world.advance('2d');
    expect(kidOfLast('Capabilities', 'distributor')).toEqual({ status: 200, kid: first.kid });
  });

  it('is told again to a partner that could not be reached for longer than a message lives', async () => {
    for (const _ of [1, 2, 3]) await world.advance('4d');
    expect(await listPeerKeys(nodes.reseller.ctx, nodes.vendor.nodeId)).toHaveLength(1);
    world.wire.fault = () => undefined;
    await world.advance('25h');
    expect(statusesOf('KeyRollover', 'reseller').at(-1)).toBe(200);
    expect(await listPeerKeys(nodes.reseller.ctx, nodes.vendor.nodeId)).toMatchObject([{ kid: first?.kid, confirmedAt: null }, {}]); // prettier-ignore
  });

  it('that nobody confirmed before the old one ended keeps messages waiting, not longer than an hour after that', async () => {
    await world.advance('20d');
    await nodes.vendor.receive();
    await world.settle();
    expect(kidOfLast('Offer', 'reseller')).toEqual({ status: 401, kid: first?.kid });
    // Rolled once more before anybody confirmed the first: the announcement waits as well.
    second = await rollKey(nodes.vendor.ctx, { days: 0 });
    await world.settle();
    expect(kidOfLast('KeyRollover', 'reseller')).toEqual({ status: 401, kid: first?.kid });
    expect(await listNotTaking(nodes.vendor.ctx, second.kid, 5)).toEqual([
      'distributor.localhost',
      'reseller.localhost',
    ]);
    await confirm(nodes.reseller, first);
    await world.advance('61m');
    expect(kidOfLast('Offer', 'reseller')).toEqual({ status: 200, kid: first?.kid });
    expect(kidOfLast('KeyRollover', 'reseller')).toEqual({ status: 200, kid: first?.kid });
    await confirm(nodes.reseller, second);
    await world.advance('61m');
    await nodes.vendor.receive();
    await world.settle();
    expect(kidOfLast('Offer', 'reseller')).toEqual({ status: 200, kid: second.kid });
    expect(await listNotTaking(nodes.vendor.ctx, second.kid, 5)).toEqual(['distributor.localhost']);
  });

  it('ends the old one when its owner said first, in whatever order several are confirmed', async () => {
    const peer = makeForeignPeer('steady.localhost', () => world.clock.now());
    await peer.introduceTo(nodes.reseller);
    const iso = (days: number) => new Date(world.clock.now() + days * day).toISOString();
    const announced = [40, 30].map((days) => ({ key: makeSigningKey(), oldKeyUntil: iso(days) }));
    for (const { key, oldKeyUntil } of announced) {
      const proof = makeRolloverProof(key, { nodeId: peer.nodeId, oldKid: peer.key.kid });
      const newKey = { kid: key.kid, algorithm: key.algorithm, spki: key.spki.toString('base64') };
      const said = peer.say(nodes.reseller.nodeId, 'KeyRollover', { newKey, validFrom: iso(0), oldKeyUntil, proof });
      expect((await post(nodes.reseller, said.xml)).status).toBe(200);
    }
    for (const { key } of announced.toReversed())
      await confirmKey(nodes.reseller.ctx, { nodeId: peer.nodeId, kid: key.kid, typed: fingerprint(peer.nodeId, key.spki) }); // prettier-ignore
    const old = (await listPeerKeys(nodes.reseller.ctx, peer.nodeId)).find(({ kid }) => kid === peer.key.kid);
    expect(old?.validUntil).toBe(Date.parse(announced[1]?.oldKeyUntil ?? ''));
  });

  it('tells who knows it alone what the node speaks, though what is for everybody is signed by the old one', async () => {
    const { reseller: rolling, distributor } = nodes;
    const { kid } = await rollKey(rolling.ctx, { days: 0 });
    await world.introduce('reseller', 'distributor');
    await world.settle();
    expect(kidOfLast('Capabilities', 'distributor')).toEqual({ status: 200, kid });
    expect((await publicSigningKey(rolling.ctx)).kid).not.toBe(kid);
    expect((await findSpoken(distributor.ctx, rolling.nodeId)).levels).toContain('Audit');
  });
});
