import { acceptAgreement, endAgreement, proposeAgreement } from '../../node/federation/agreements/agree.ts';
import { waiveCaps } from '../../node/federation/agreements/caps.ts';
import { confirmKey } from '../../node/federation/keys/peer-keys.ts';
import { rollKey } from '../../node/federation/keys/roll-key.ts';
import { listAgreements, type Agreement } from '../../node/federation/store/agreements.ts';
import { listPeerKeys } from '../../node/federation/store/peers.ts';
import type { Context } from '../../node/kernel/context.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import { fingerprint, type AgreementTerms } from '../../protocol/index.ts';
import type { Desk } from './people.ts';
import type { Random } from './random.ts';
import type { SimNode } from './station.ts';
import { topologies, type Topology } from './template.ts';

const minute = 60_000;

interface Office extends Omit<Desk, 'rights'> {
  readonly topology: Topology;
  /** Whether partners agree on terms at all. */
  readonly agreements: boolean;
}

type Errand = readonly [name: string, run: () => Promise<unknown>];

/** An administrator changes what is agreed with a partner, or the keys, while leads are under way. */
export async function administer(node: SimNode, office: Office): Promise<void> {
  if (!node.isUp()) return;
  const [name, run] = await decide(node, office);
  const who = `${node.name} administrator: ${name}`;
  try {
    office.say(who);
    await run();
  } catch (error) {
    if (!(error instanceof CodedError)) office.onFault(`${who} threw ${String(error)}`);
    else office.say(`${who}: ${error.code}`);
  }
}

async function decide({ name, ctx }: SimNode, { topology, agreements, random }: Office): Promise<Errand> {
  const pairs: readonly (readonly [string, string])[] = topologies[topology];
  const [first, second] = random.pick(pairs.filter((pair) => pair.includes(name)));
  const peerId = `${first === name ? second : first}.localhost`;
  const waiting = (await listPeerKeys(ctx, peerId)).find(({ confirmedAt, revokedAt }) => confirmedAt === null && revokedAt === null); // prettier-ignore
  if (waiting && random.chance(0.8)) {
    const typed = fingerprint(peerId, Buffer.from(waiting.spki, 'base64'));
    return [`confirms the key of ${peerId}`, () => confirmKey(ctx, { nodeId: peerId, kid: waiting.kid, typed })];
  }
  if (!agreements || random.chance(0.2)) return ['rolls the key', () => rollKey(ctx, { days: 0 })];
  const versions = await listAgreements(ctx, { peerId, limit: 20 });
  const asked = versions.find(({ proposedBy, acceptedAt, endsAt, refusedFor }) => proposedBy === 'them' && acceptedAt === null && endsAt === null && refusedFor === null); // prettier-ignore
  if (asked && random.chance(0.8)) return answer(ctx, asked, random);
  if (versions.length > 0 && random.chance(0.4)) return end(ctx, random.pick(versions), random);
  if (random.chance(0.15)) return ['waives the caps', () => waiveCaps(ctx, peerId)];
  const terms = drawTerms(ctx.clock.now(), { isFirst: first === name, random });
  return [`proposes ${JSON.stringify(terms.caps)}`, () => proposeAgreement(ctx, { peerId, terms })];
}

function answer(ctx: Context, { peerId, id }: Agreement, random: Random): Errand {
  if (random.chance(0.85)) return ['accepts', () => acceptAgreement(ctx, { peerId, id })];
  return ['declines', () => endAgreement(ctx, { peerId, id })];
}

function end(ctx: Context, { peerId, id }: Agreement, random: Random): Errand {
  const wait = random.pick([0, 0, 10, 60]) * minute;
  return [`ends an agreement in ${wait} ms`, () => endAgreement(ctx, { peerId, id, endsAt: ctx.clock.now() + wait })];
}

function drawTerms(now: number, { isFirst, random }: { isFirst: boolean; random: Random }): AgreementTerms {
  const caps = random.pick([{}, { openLeads: random.between(1, 2) }, { releasesPerDay: random.between(1, 3) }, { returnPercent: 40 }]); // prettier-ignore
  return {
    validFrom: new Date(now + random.pick([0, 0, 0, 20]) * minute).toISOString(),
    offers: random.pick([isFirst ? 'proposer' : 'accepter', 'both'] as const),
    purposes: ['Sales of pumps'],
    deleteShownHours: random.pick([1, 24]),
    retentionDays: 90,
    feedback: { assignedTo: true, amount: 'exact', reason: true, note: true, update: true },
    caps,
    onward: { to: random.pick(['any', 'any', 'none'] as const) },
  };
}
