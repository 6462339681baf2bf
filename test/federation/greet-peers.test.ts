import { expect, it } from 'vitest';
import { sealCapabilities } from '../../node/federation/peers/capabilities.ts';
import { greetPeers } from '../../node/federation/peers/greet-peers.ts';
import { suspendPeer } from '../../node/federation/peers/pause.ts';
import { listInbox } from '../../node/federation/store/inbox.ts';
import { getHealth } from '../../node/federation/store/peers.ts';
import { openFederation } from '../support/federation.ts';
import { makeForeignPeer, post } from '../support/foreign-peer.ts';

const never = new AbortController().signal;

/** A vendor whose offers to the reseller failed until its breaker opened. */
async function openAfterOutage() {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  await vendor.offerAllTo([await vendor.partnerBox('reseller')], { offerMinutes: 24 * 60 });
  federation.wire.fault = () => 'lost';
  for (let n = 0; n < 6; n++) await vendor.receive();
  for (let n = 0; n < 8; n++) await federation.advance('3m');
  const reach = () => getHealth(vendor.ctx, reseller.nodeId);
  expect((await reach()).openUntil).toBeGreaterThan(federation.clock.now());
  federation.wire.fault = () => undefined;
  return Object.assign(federation, { vendor, reseller });
}

it('brings a partner that was down what waited for it, when it says that it is up', async () => {
  await using world = await openAfterOutage();
  await greetPeers(world.reseller.ctx, never);
  await world.settle();
  expect(await world.reseller.leads()).toHaveLength(6);
});

it('sends what waited here, when a partner answers the greeting', async () => {
  await using world = await openAfterOutage();
  await greetPeers(world.vendor.ctx, never);
  await world.settle();
  expect(await world.reseller.leads()).toHaveLength(6);
});

it('troubles nobody when a partner is down, and leaves suspended ones alone', async () => {
  await using world = await openAfterOutage();
  world.wire.fault = () => 'lost';
  const before = world.wire.calls.length;
  await greetPeers(world.reseller.ctx, never);
  expect(world.wire.calls.slice(before)).toMatchObject([{ type: 'Capabilities', to: 'vendor' }]);
  await suspendPeer(world.reseller.ctx, world.vendor.nodeId);
  await greetPeers(world.reseller.ctx, never);
  expect(world.wire.calls).toHaveLength(before + 1);
});

it('is no greeting when strangers post what everybody may fetch', async () => {
  await using world = await openAfterOutage();
  const { reseller, vendor, clock } = world;
  const stored = async () => (await listInbox(reseller.ctx, { peerId: vendor.nodeId, limit: 50 })).length;
  expect(await post(reseller, await sealCapabilities(vendor.ctx))).toMatchObject({ code: 'audience' });
  expect(await stored()).toBe(0);
  const foreign = makeForeignPeer('foreign.localhost', clock.now);
  await foreign.introduceTo(reseller);
  const { kid, algorithm, spki } = foreign.key;
  const capabilities = {
    name: 'Foreign',
    endpoint: 'https://foreign.example/lead-exchange',
    versions: ['1'],
    levels: ['Core'],
    keys: [{ kid, algorithm, spki: spki.toString('base64') }],
    maxMessageBytes: 1_000,
  };
  const greeting = foreign.say(reseller.nodeId, 'Capabilities', capabilities, { conversation: undefined });
  expect(await post(reseller, greeting.xml)).toMatchObject({ status: 200, message: { header: { type: 'Receipt' } } });
});
