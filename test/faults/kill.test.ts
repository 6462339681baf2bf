import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Lead } from '../../protocol/index.ts';
import { externalIdOf, isQuiet, readBooks, type BookedLead, type Books } from './books.ts';
import { canaryLead, checkWire, externalId } from './canaries.ts';
import type { KillableNode } from './killable-node.ts';
import { makePersistentClient } from './persistent-client.ts';
import { playOrganisation, type Won } from './played-reps.ts';
import { makeRandom } from './random.ts';
import { campaigns, openTwoNodes, type TwoNodes } from './two-nodes.ts';

/** Another run of the same kind: `LEADMESH_FAULTS_SEED=7 vitest run test/faults/kill.test.ts`. */
const seed = Number(process.env['LEADMESH_FAULTS_SEED'] ?? 20_261_122);
const killsOfEach = 26;
const paceMilliseconds = 250;
const quietWithinMilliseconds = 60_000;

interface Course {
  readonly random: () => number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** Kills a node again and again at random moments: while it works, and sometimes while it starts. */
async function killOften(node: KillableNode, { random, signal }: Course): Promise<void> {
  for (let kill = 1; kill <= killsOfEach; kill++) {
    if (random() < 0.85) await Promise.all([node.whenListening(), node.whenNextStandsBy()]);
    await pause(random() * 400, undefined, { signal });
    await node.kill();
    node.start();
  }
  await node.whenListening();
}

/** Sends leads through the API with a key each, and again until the node answers; at times again after that. */
async function feed({ vendor }: TwoNodes, { random, signal }: Course): Promise<Map<string, string>> {
  const { node, people } = vendor;
  const ids = new Map<string, string>();
  const enter = async (key: string, lead: Lead) => {
    const client = makePersistentClient(node.url, people[0]?.token ?? '', AbortSignal.timeout(60_000), key);
    return (await client.send<{ id: string }>('POST', '/api/leads', { lead })).id;
  };
  const customer = async (first: number) => {
    for (let number = first; !signal.aborted; number += 2) {
      const lead = canaryLead(number, campaigns[Math.floor(random() * campaigns.length)] ?? campaigns[0]);
      const key = externalId(number);
      ids.set(key, await enter(key, lead));
      if (random() < 0.2) expect(await enter(key, lead), 'the key again').toBe(ids.get(key));
      await pause(random() * 1000);
    }
  };
  await Promise.all([customer(1), customer(2)]);
  return ids;
}

async function untilQuiet({ vendor, reseller }: TwoNodes): Promise<void> {
  const end = Date.now() + quietWithinMilliseconds;
  for (;;) {
    const books = [vendor, reseller].map(({ node }) => readBooks(node.dataFolder));
    if (books.every(isQuiet)) return;
    if (Date.now() > end) throw new Error(`Not quiet: ${JSON.stringify(books.map(describeUnrest))}`);
    await pause(250);
  }
}

const describeUnrest = ({ leads, messages, dueJobs, failedJobs }: Books) => ({
  states: Object.groupBy(leads.map(({ state }) => state), (state) => state), // prettier-ignore
  messages,
  dueJobs,
  failedJobs,
});

/** Everything at once: customers, people of both sides, and a killer for each node; afterwards peace. */
async function goThroughIt(world: TwoNodes, random: () => number) {
  const [feeding, ending] = [new AbortController(), new AbortController()];
  const course = { random, signal: ending.signal };
  const won: Won[] = [];
  const fed = feed(world, { random, signal: AbortSignal.any([feeding.signal, ending.signal]) });
  const players = [world.vendor, world.reseller].map((one) =>
    playOrganisation(one, { ...course, paceMilliseconds, won }),
  );
  const killers = [world.vendor, world.reseller].map(({ node }) => killOften(node, course));
  const story = async () => {
    await Promise.all(killers);
    feeding.abort();
    const ids = await fed;
    await untilQuiet(world);
    return { ids, won };
  };
  try {
    // Whoever ends before the story does, ends by a fault.
    return await Promise.race([story(), untilFault([fed, ...players])]);
  } finally {
    ending.abort();
    await Promise.allSettled([fed, ...players, ...killers]);
  }
}

const untilFault = (all: readonly Promise<unknown>[]): Promise<never> =>
  new Promise((_, reject) => all.forEach((each) => void each.catch(reject)));

/** The reseller's copy of each lead that was ever offered to it, and not withdrawn. */
function compareStates(vendor: Books, reseller: Books): string[] {
  const copies = Map.groupBy(reseller.leads, externalIdOf);
  return vendor.leads.flatMap((lead) => {
    const kept = (copies.get(externalIdOf(lead)) ?? []).filter(({ state }) => state !== 'withdrawn');
    const expected = lead.holderKind === 'peer' ? [stateOf(lead)] : [];
    const found = kept.map(stateOf);
    return found.join() === expected.join() ? [] : [`${lead.id}: vendor ${expected.join()}, reseller ${found.join()}`];
  });
}

const stateOf = ({ state, lostReason }: BookedLead) => [state, lostReason].join(' ');

/**
 * Conversations of which the two sides tell different ends. One that the reseller never heard of must be closed; one that it
 * declined while the vendor ended it keeps both names.
 */
function compareConversations(vendor: Books, reseller: Books): string[] {
  const held = new Map(reseller.conversations.map(({ conversationId, state }) => [conversationId, state]));
  const differing = vendor.conversations.filter(({ conversationId, state }) => {
    const other = held.get(conversationId);
    return other !== state && !(state === 'closed' && (other === undefined || other === 'rejected'));
  });
  return differing.map(({ conversationId, state }) => `${state} / ${String(held.get(conversationId))}`);
}

it('loses nothing, does nothing twice and tells nothing early, however often both nodes are killed', async () => {
  const random = makeRandom(seed);
  await using world = await openTwoNodes();
  const { ids, won } = await goThroughIt(world, random);
  expect([await world.vendor.node.stop(), await world.reseller.node.stop()], 'both stop in order').toEqual([0, 0]);
  const [vendor, reseller] = [readBooks(world.vendor.node.dataFolder), readBooks(world.reseller.node.dataFolder)];
  const { leaks, released } = checkWire(world.fromVendor.passages, world.fromReseller.passages);

  expect(ids.size, 'leads went in meanwhile').toBeGreaterThan(50);
  // No lead lost, none twice: keys and leads are one to one.
  const byKey = (one: readonly string[], other: readonly string[]) => (one[0] ?? '').localeCompare(other[0] ?? '');
  const stored = vendor.leads.map((lead) => [externalIdOf(lead), lead.id]);
  expect(stored.sort(byKey)).toEqual([...ids].sort(byKey));
  // One winner: at most one recipient, and whoever of the vendor's people was told so holds the lead.
  expect(vendor.winners.filter(({ recipients }) => recipients > 1)).toEqual([]);
  const holders = new Map(vendor.leads.map(({ id, holderId }) => [id, holderId]));
  const told = won.filter(({ node }) => node === 'vendor');
  expect(told.map(({ leadId }) => holders.get(leadId))).toEqual(told.map(({ userId }) => userId));
  // Nothing withheld left before its award was receipted, and the releases are those that both sides know of.
  expect(leaks).toEqual([]);
  const released2 = vendor.conversations.filter(({ state }) => state === 'released');
  expect([...released].sort()).toEqual(released2.map(({ conversationId }) => conversationId).sort());
  // Both agree about everything.
  expect(compareStates(vendor, reseller)).toEqual([]);
  expect(compareConversations(vendor, reseller)).toEqual([]);
  for (const books of [vendor, reseller])
    expect(books).toMatchObject({
      failedJobs: [],
      securityEvents: [],
      repeatedEffects: [],
      integrity: [{ integrity_check: 'ok' }],
    });
}, 600_000);
