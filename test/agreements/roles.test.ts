import { describe, expect, it } from 'vitest';
import { acceptInvitation, createInvitation } from '../../node/federation/peers/introduce.ts';
import { changePeer } from '../../node/federation/peers/pause.ts';
import type { NodeRole } from '../../node/kernel/node-role.ts';
import { openFederation, type FederationNode } from '../support/federation.ts';

/** Two nodes that know each other as both; then the second is started in another role. */
async function openPair(role: NodeRole) {
  const world = await openFederation({ nodes: ['one', 'other'] });
  await world.introduce('one', 'other');
  const [one, other] = [world.node('one'), world.node('other')];
  await changePeer(one.ctx, other.nodeId, { role: 'both' });
  await changePeer(other.ctx, one.nodeId, { role: 'both' });
  for (const [node, peer] of [
    [one, 'other'],
    [other, 'one'],
  ] as const)
    // prettier-ignore
    await node.offerAllTo([await node.partnerBox(peer)]);
  Object.assign(other.ctx.config, { role });
  return Object.assign(world, { one, other });
}

const offersOf = ({ wire }: { wire: { story(): string[] } }) => wire.story().filter((line) => line.endsWith('Offer'));
async function introduce(host: FederationNode, guest: FederationNode, role: 'primary' | 'secondary' | 'both') {
  const { text } = await createInvitation(guest.ctx);
  return acceptInvitation(host.ctx, { text, role, allowedAddress: '127.0.0.0/8' });
}

describe('a node', () => {
  it('that is both offers leads and takes them', async () => {
    await using world = await openPair('both');
    await world.one.receive();
    await world.other.receive();
    await world.settle();
    expect(offersOf(world).sort()).toEqual(['one>other Offer', 'other>one Offer']);
    expect(world.wire.calls.every(({ status }) => status === 200)).toBe(true);
  });

  it('that is a primary offers leads, and takes none', async () => {
    await using world = await openPair('primary');
    await world.other.receive();
    await world.settle();
    expect(await world.one.leads()).toHaveLength(1);
    await world.one.receive();
    await world.settle();
    expect(world.wire.calls.at(-1)?.answer).toContain('agreement-unknown');
    await expect(changePeer(world.other.ctx, world.one.nodeId, { role: 'primary' })).rejects.toMatchObject({
      code: 'role-not-possible',
    });
  });

  it.each(['secondary', 'secondary-only'] as const)('that is %s takes leads, and offers none', async (role) => {
    await using world = await openPair(role);
    await world.one.receive();
    await world.settle();
    const [taken] = await world.other.leads();
    expect(taken).toMatchObject({ originPeer: 'one.localhost' });
    const own = world.other.receive();
    if (role === 'secondary-only') await expect(own).rejects.toMatchObject({ code: 'leads-from-primaries-only' });
    else expect(await own).toBeDefined();
    await world.settle();
    expect(offersOf(world)).toEqual(['one>other Offer']);
    await expect(introduce(world.other, world.one, 'secondary')).rejects.toMatchObject({ code: 'role-not-possible' });
  });
});
