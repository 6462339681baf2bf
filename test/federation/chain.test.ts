import { expect, it } from 'vitest';
import { listSecurityEvents } from '../../node/federation/store/peers.ts';
import type { Offer } from '../../protocol/index.ts';
import { openFederation } from '../support/federation.ts';
import { makeForeignPeer, post } from '../support/foreign-peer.ts';

it('a message that quotes another predecessor than the one that came is taken, and noted', async () => {
  await using federation = await openFederation({ nodes: ['reseller'] });
  const node = federation.node('reseller');
  const peer = makeForeignPeer('peer.localhost', federation.clock.now);
  await peer.introduceTo(node);
  const closesAt = new Date(federation.clock.now() + 3_600_000).toISOString();
  const body: Offer = { mode: 'grab', closesAt, lead: { account: { name: 'Acme' } } };
  const other = Buffer.alloc(32, 7).toString('base64');
  const events = async () => (await listSecurityEvents(node.ctx, peer.nodeId, 9)).map(({ code }) => code);
  const end = async (conversation: string, seq: number, quoted: (digest: string) => string) => {
    const offer = peer.say(node.nodeId, 'Offer', body, { conversation, seq: 1 });
    expect((await post(node, offer.xml)).status).toBe(200);
    const header = { conversation, seq, prevDigest: quoted(offer.digest) };
    const { xml } = peer.say(node.nodeId, 'NoLongerAvailable', { reason: 'taken' }, header);
    expect((await post(node, xml)).status).toBe(200);
  };
  await end('c1', 2, (digest) => digest);
  // What was refused or lost on the way used its number: nothing can be said then.
  await end('c2', 3, () => other);
  expect(await events()).toEqual([]);
  await end('c3', 2, () => other);
  expect(await events()).toEqual(['chain-broken']);
});
