import { describe, expect, it } from 'vitest';
import { getPeerView } from '../../node/federation/peers/describe-peer.ts';
import { decideCheckpoint } from '../../node/federation/witness/decide-checkpoint.ts';
import { witnessCheckpoint } from '../../node/federation/witness/witness-checkpoint.ts';
import { findPeerCheckpoint, insertLogKey, listLogKeys } from '../../node/federation/store/witnessed.ts';
import { checkpointKey, readCheckpoint, signCheckpoint } from '../../node/ledger/checkpoint.ts';
import { findLeafOfMessage } from '../../node/ledger/find-leaf.ts';
import { onEachDatabase } from '../support/databases.ts';
import { openFederation, type FederationNode } from '../support/federation.ts';
import { leavesOf, sequence } from '../ledger/log.ts';

describe('a partner’s checkpoint', () => {
  const known = { epoch: 2, size: 10, root: 'A', saidAt: 1_000_000 };
  it.each([
    ['is the first', undefined, known, 'newer'],
    ['is of a larger log', known, { ...known, size: 11, root: 'B' }, 'newer'],
    ['came before', known, known, 'known'],
    ['was overtaken by a newer one', known, { ...known, size: 9, root: 'C', saidAt: 1_300_000 }, 'known'],
    ['is of a shorter log, long after', known, { ...known, size: 9, root: 'C', saidAt: 1_300_001 }, 'shrunk'],
    ['has another root', known, { ...known, root: 'B' }, 'fork'],
    ['is shorter after a restoration', known, { ...known, epoch: 3, size: 4, saidAt: 9_000_000 }, 'newer'],
    ['is repeated from before the restoration', known, { ...known, epoch: 1, size: 40, root: 'Z' }, 'known'],
  ] as const)('%s', (_, before, said, verdict) => {
    expect(decideCheckpoint(before, said)).toBe(verdict);
  });
});

const readOffer = (xml = '') => ({ messageId: /<l:MessageId>([^<]*)/.exec(xml)?.[1] });

/** A checkpoint that the node’s own key signed, whatever it says. */
function logOf({ ctx }: FederationNode, size: number, root: Buffer) {
  const note = signCheckpoint({ origin: ctx.config.nodeId, size, root }, checkpointKey(ctx));
  expect(readCheckpoint(note).isSignedBy(checkpointKey(ctx))).toBe(true);
  const line = note.split('\n')[4] ?? '';
  return { size, root: root.toString('base64'), noteSignature: line.slice(line.lastIndexOf(' ') + 1) };
}

onEachDatabase((database) => {
  it('a partner that shows two logs is found out, and both checkpoints are evidence', async () => {
    const places = [await database.makePlace(), await database.makePlace()];
    await using world = await openFederation({
      nodes: ['vendor', 'reseller'],
      place: (name) => places[name === 'vendor' ? 0 : 1]!,
    });
    await world.introduce('vendor', 'reseller');
    const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
    await world.settle();
    expect(await listLogKeys(vendor.ctx, reseller.nodeId)).toMatchObject([{ key: checkpointKey(reseller.ctx).text }]);

    await sequence(reseller.ctx);
    await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
    await vendor.receive();
    await world.settle();
    const kept = await findPeerCheckpoint(vendor.ctx, reseller.nodeId);
    expect(kept?.size).toBeGreaterThan(0);

    const hear = (log: ReturnType<typeof logOf>, saidAt = world.clock.now()) =>
      vendor.write((tx) => witnessCheckpoint(tx, reseller.nodeId, { log, epoch: 0, saidAt }));
    await hear(logOf(reseller, kept?.size ?? 0, Buffer.alloc(32, 1)));
    await hear(logOf(reseller, 1, Buffer.alloc(32, 2)), world.clock.now() + 600_000);
    await hear({ ...logOf(reseller, 99_999, Buffer.alloc(32, 3)), root: Buffer.alloc(32, 4).toString('base64') });
    const view = await getPeerView(vendor.ctx, reseller.nodeId);
    expect(view.securityEvents.map(({ code }) => code)).toEqual(['checkpoint-unsigned', 'log-shrunk', 'log-forked']);
    expect(view.witnessed).toMatchObject({ size: kept?.size, root: kept?.root, epoch: 0 });

    // A new key of its log, and one from before: both count.
    await vendor.write((tx) => insertLogKey(tx, reseller.nodeId, checkpointKey(vendor.ctx).text));
    await hear(logOf(reseller, 100_000, Buffer.alloc(32, 5)));
    expect(await findPeerCheckpoint(vendor.ctx, reseller.nodeId)).toMatchObject({ size: 100_000 });

    await sequence(vendor.ctx);
    const { messageId = '' } = readOffer(world.wire.calls.find(({ type }) => type === 'Offer')?.xml);
    expect((await findLeafOfMessage(vendor.ctx, messageId))?.text).toContain('kind: disclosure');
    expect(await findLeafOfMessage(vendor.ctx, messageId.replace(/.$/, 'x'))).toBeUndefined();
    const leaves = await leavesOf(vendor.ctx, 'peer-log-contradicts');
    expect(leaves).toHaveLength(3);
    expect(leaves[0]).toContain(`known: ${kept?.size} ${kept?.root} ${kept?.noteSignature}`);
    for (const place of places) await place.remove();
  });
});
