import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInvitation } from '../../node/federation/peers/introduce.ts';
import { confirmKey, refuseKey, repinPeer } from '../../node/federation/keys/peer-keys.ts';
import { findKeyOf, findPinnedPeer } from '../../node/federation/keys/pinned-keys.ts';
import { replaceKey, rollKey, type RolledKey } from '../../node/federation/keys/roll-key.ts';
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
