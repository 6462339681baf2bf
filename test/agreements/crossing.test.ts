import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acceptAgreement, endAgreement, proposeAgreement } from '../../node/federation/agreements/agree.ts';
import { decideInForce } from '../../node/federation/agreements/decide-standing.ts';
import { listAccepted } from '../../node/federation/store/agreements.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import { openFederation, type FederationNode } from '../support/federation.ts';
import { endAsOf, plainTerms, standings } from './support.ts';

const moves = fc.array(
  fc.record({
    who: fc.nat(1),
    move: fc.constantFrom('propose', 'accept', 'end', 'endAsOf', 'settle', 'wait'),
    which: fc.nat(5),
    offers: fc.constantFrom('proposer', 'accepter', 'both'),
    inHours: fc.integer({ min: -2, max: 3 }),
  }),
  { maxLength: 14 },
);

/** What a node believes, told from the first node's place. */
async function belief(node: FederationNode, peer: FederationNode, isFirst: boolean) {
  const accepted = await listAccepted(node.ctx, peer.nodeId);
  const inForce = (side: 'us' | 'them') => decideInForce(accepted, side, node.ctx.clock.now())?.digest;
  const states = (await standings(node, peer)).map(({ version: { digest }, state }) => `${digest} ${state}`);
  const [first, second] = isFirst ? [inForce('us'), inForce('them')] : [inForce('them'), inForce('us')];
  return { first, second, states: states.sort() };
}

it('both sides believe the same once all steps arrived, however they crossed', async () => {
  await using world = await openFederation({ nodes: ['vendor', 'reseller'] });
  await world.introduce('vendor', 'reseller');
  const pair = [world.node('vendor'), world.node('reseller')] as const;
  const hour = 3_600_000;
  await fc.assert(
    fc.asyncProperty(moves, async (plan) => {
      let endUnderWay = false;
      for (const { who, move, which, offers, inHours } of plan) {
        const node = pair[who] ?? pair[0];
        const peer = node === pair[0] ? pair[1] : pair[0];
        const at = world.clock.now() + inHours * hour;
        const all = await standings(node, peer);
        const { id = '' } = all[which % Math.max(all.length, 1)]?.version ?? {};
        const to = { peerId: peer.nodeId, id };
        const terms = plainTerms(world, { offers, validFrom: new Date(at).toISOString() });
        const did = {
          propose: () => proposeAgreement(node.ctx, { peerId: peer.nodeId, terms }),
          accept: () => acceptAgreement(node.ctx, to),
          end: () => endAgreement(node.ctx, { ...to, endsAt: at }),
          endAsOf: () => endAsOf(node, peer, { id, at }),
          settle: () => world.settle(),
          // An end that arrives after the version began counts as later than it says: see the next test.
          wait: async () => {
            if (endUnderWay) await world.settle();
            endUnderWay = false;
            world.clock.advance('20m');
          },
        };
        const before = await belief(node, peer, true);
        await Promise.resolve(did[move]()).catch((error: unknown) => {
          if (!(error instanceof CodedError)) throw error;
        });
        if (move !== 'end' && move !== 'endAsOf') continue;
        endUnderWay = true;
        // What ended is followed by nothing: an end brings no other version into force.
        const after = await belief(node, peer, true);
        expect([before.first, undefined]).toContain(after.first);
        expect([before.second, undefined]).toContain(after.second);
      }
      await world.settle();
      expect(await belief(pair[0], pair[1], true)).toEqual(await belief(pair[1], pair[0], false));
    }),
    { numRuns: 40 },
  );
});
