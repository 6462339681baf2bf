import { countEnd } from '../../node/federation/agreements/count-end.ts';
import { acceptAgreement, proposeAgreement } from '../../node/federation/agreements/agree.ts';
import { decideState } from '../../node/federation/agreements/decide-standing.ts';
import { signStep } from '../../node/federation/agreements/sign-step.ts';
import { getAgreement, listAccepted, listAgreements } from '../../node/federation/store/agreements.ts';
import type { AgreementTerms } from '../../protocol/index.ts';
import type { Federation, FederationNode } from '../support/federation.ts';

/** Terms under which the proposer offers and nothing is limited but time. */
export const plainTerms = (world: Pick<Federation, 'clock'>, change: Partial<AgreementTerms> = {}): AgreementTerms => ({
  validFrom: new Date(world.clock.now()).toISOString(),
  offers: 'proposer',
  purposes: ['Sales of pumps'],
  deleteShownHours: 24,
  retentionDays: 90,
  feedback: { assignedTo: false, amount: 'exact', reason: true, note: false, update: false },
  onward: { to: 'none' },
  ...change,
});

/** How every version stands on a node, newest first. */
export async function standings({ ctx }: FederationNode, peer: FederationNode) {
  const accepted = await listAccepted(ctx, peer.nodeId);
  const all = await listAgreements(ctx, { peerId: peer.nodeId, limit: 50 });
  return all.map((version) => ({ version, state: decideState(version, accepted, ctx.clock.now()) }));
}

export const statesOf = async (node: FederationNode, peer: FederationNode) =>
  (await standings(node, peer)).map(({ state }) => state);

/** The newest version as a node knows it. */
export async function newest(node: FederationNode, peer: FederationNode) {
  const [found] = await standings(node, peer);
  if (!found) throw new Error('Nothing was proposed.');
  return found.version;
}

/** One proposes, the other accepts; answers the version as the proposer knows it. */
export async function agree(
  world: Federation,
  [proposer, accepter]: readonly [FederationNode, FederationNode],
  change: Partial<AgreementTerms> = {},
) {
  const terms = plainTerms(world, change);
  await proposeAgreement(proposer.ctx, { peerId: accepter.nodeId, terms });
  await world.settle();
  const { id } = await newest(accepter, proposer);
  await acceptAgreement(accepter.ctx, { peerId: proposer.nodeId, id });
  await world.settle();
  return newest(proposer, accepter);
}

/** Ends a version as of any time, past ones too, signed then (now if absent): other nodes may say what ours does not. */
export const endAsOf = (
  node: FederationNode,
  peer: FederationNode,
  { id, at, signedAt }: { id: string; at: number; signedAt?: number },
) =>
  node.write(async (now) => {
    const clock = { ...now.clock, now: () => signedAt ?? now.clock.now() };
    const tx = { ...now, clock };
    const version = await getAgreement(tx, peer.nodeId, id);
    const endsAt = new Date(at).toISOString();
    const createdAt = await signStep(tx, version, { peerId: peer.nodeId, step: 'end', endsAt });
    await countEnd(tx, version, { endsAt: at, createdAt, endedBy: 'us' });
  });
