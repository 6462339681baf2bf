import SqliteFile from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeCapabilities } from '../../node/federation/peers/capabilities.ts';
import { suspendPeer } from '../../node/federation/peers/pause.ts';
import { listSecurityEvents, updateKey } from '../../node/federation/store/peers.ts';
import { findOutbox, listOutbox } from '../../node/federation/store/outbox.ts';
import { listLogKeys } from '../../node/federation/store/witnessed.ts';
import { sqliteFile } from '../../node/kernel/database.ts';
import type { Offer } from '../../protocol/index.ts';
import { openFederation, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, post, type ForeignPeer } from '../support/foreign-peer.ts';

let federation: Federation;
let node: FederationNode;
beforeAll(async () => {
  federation = await openFederation({ nodes: ['reseller'] });
  node = federation.node('reseller');
});
afterAll(() => federation[Symbol.asyncDispose]());

async function introduce(name: string): Promise<ForeignPeer> {
  const peer = makeForeignPeer(`${name}.localhost`, federation.clock.now);
  await peer.introduceTo(node);
  return peer;
}

/** How many rows every table has. */
function rows(): Readonly<Record<string, number>> {
  const database = new SqliteFile(sqliteFile(node.ctx.config.dataFolder), { readonly: true });
  try {
    const tables = database.prepare(`select name from sqlite_master where type = 'table'`).pluck().all() as string[];
    return Object.fromEntries(
      tables.map((name) => [name, database.prepare(`select count(*) from "${name}"`).pluck().get() as number]),
    );
  } finally {
    database.close();
  }
}

let conversations = 0;
const offer = (): Offer => ({
  mode: 'grab',
  closesAt: new Date(federation.clock.now() + 3_600_000).toISOString(),
  lead: { account: { name: 'Acme' } },
});
const say = (peer: ForeignPeer, to = node.nodeId) =>
  peer.say(to, 'Offer', offer(), { conversation: `flood${++conversations}` }).xml;

/** Sends this many messages, each answered with the code; answers how many rows each table has more. */
async function flood(times: number, code: string, next: () => string) {
  const before = rows();
  for (let time = 0; time < times; time++) expect((await post(node, next())).code).toBe(code);
  return Object.fromEntries(
    Object.entries(rows()).flatMap(([name, count]) => (count === before[name] ? [] : [[name, count - (before[name] ?? 0)]])),
  );
} // prettier-ignore

it('a revoked key fills no table: a hundred notes of it a day are kept, and other partners keep theirs', async () => {
  const thief = await introduce('thief');
  const other = await introduce('other');
  const revokedAt = federation.clock.now();
  for (const { nodeId, key } of [thief, other])
    await node.write((tx) => updateKey(tx, { nodeId, kid: key.kid }, { revokedAt }));
  expect(await flood(130, 'key-revoked', () => say(thief))).toEqual({ securityEvent: 100 });
  expect(await flood(1, 'key-revoked', () => say(other))).toEqual({ securityEvent: 1 });
  federation.clock.advance('25h');
  expect(await flood(2, 'key-revoked', () => say(thief))).toEqual({ securityEvent: 2 });
  expect(await listSecurityEvents(node.ctx, thief.nodeId, 1)).toMatchObject([{ code: 'revoked-key-used' }]);
});

it('a partner’s messages to others, and all of a suspended one, leave nothing behind', async () => {
  const partner = await introduce('partner');
  expect(await flood(20, 'audience', () => say(partner, 'elsewhere.localhost'))).toEqual({});
  await suspendPeer(node.ctx, partner.nodeId);
  expect(await flood(20, 'overloaded', () => say(partner))).toEqual({});
});

it('a partner that raises its Epoch with every message is told how things stand once an hour, by one answer that waits', async () => {
  const raiser = await introduce('raiser');
  const told = async () => {
    await node.settle();
    const all = await listOutbox(node.ctx, { peerId: raiser.nodeId, limit: 100 });
    return all.flatMap(({ type, state }) => (type === 'States' ? [state] : []));
  };
  const raise = async (epoch: number) => {
    const { xml } = raiser.say(node.nodeId, 'Offer', offer(), { conversation: `epoch${epoch}`, epoch });
    expect(await post(node, xml)).toMatchObject({ status: 200 });
    return told();
  };
  expect(await raise(1)).toEqual(['waiting']);
  for (let epoch = 2; epoch <= 40; epoch++) expect(await raise(epoch)).toEqual(['waiting']);
  federation.clock.advance('59m');
  expect(await told()).toEqual(['waiting']);
  federation.clock.advance('1m');
  expect(await told()).toEqual(['waiting', 'cancelled']);
  const [last] = await listOutbox(node.ctx, { peerId: raiser.nodeId, limit: 1 });
  const { document } = (await findOutbox(node.ctx, last?.messageId ?? '')) ?? {};
  expect(document).toContain('<l:OfEpoch>40</l:OfEpoch>');
  federation.clock.advance('3h');
  expect(await told()).toEqual(['waiting', 'cancelled']);
  expect(await raise(41)).toEqual(['waiting', 'cancelled', 'cancelled']);
});

it('a partner that announces ever new keys of its log has four a day kept, and a hundred in all; the others are told', async () => {
  const inventor = await introduce('inventor');
  const body = await describeCapabilities(node.ctx);
  let made = 0;
  const announce = async (times: number) => {
    const before = rows();
    for (let time = 0; time < times; time++) {
      const logKey = `${inventor.nodeId}+00000000+${Buffer.from(`\u0001${String(made++).padStart(32)}`).toString('base64')}`;
      const { xml } = inventor.say(node.nodeId, 'Capabilities', { ...body, logKey }, { conversation: undefined, round: undefined, seq: undefined }); // prettier-ignore
      expect(await post(node, xml)).toMatchObject({ status: 200 });
    }
    return ['peerLogKey', 'securityEvent'].map((table) => (rows()[table] ?? 0) - (before[table] ?? 0));
  };
  expect(await announce(12)).toEqual([4, 8]);
  expect(await listSecurityEvents(node.ctx, inventor.nodeId, 1)).toMatchObject([{ code: 'log-key-not-kept' }]);
  for (let day = 0; day < 24; day++) {
    federation.clock.advance('25h');
    expect(await announce(4)).toEqual([4, 0]);
  }
  federation.clock.advance('25h');
  expect(await announce(1)).toEqual([0, 1]);
  expect(await listLogKeys(node.ctx, inventor.nodeId)).toHaveLength(100);
});
