import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lead } from '../../protocol/index.ts';
import {
  listShared,
  matters,
  playAfterRelease,
  playAnswers,
  type Course,
  type SharedLead,
  type Told,
} from './after-release.ts';
import { externalIdOf, isQuiet, isSettled, readBooks, type BookedLead, type Books } from './books.ts';
import { canaryLead, checkWire, externalId } from './canaries.ts';
import type { KillableNode } from './killable-node.ts';
import { makePersistentClient } from './persistent-client.ts';
import { playOrganisation, type Won } from './played-reps.ts';
import { makeRandom } from './random.ts';
import { canaryOf, checkLedger, compareShared, readSharedBooks } from './shared-books.ts';
import { campaigns, openTwoNodes, type TwoNodes } from './two-nodes.ts';

/** Another run of the same kind: `LEADMESH_FAULTS_SEED=7 vitest run test/faults/kill.test.ts`. */
const seed = Number(process.env['LEADMESH_FAULTS_SEED'] ?? 20_261_122);
const killsOfEach = 18;
/** While leads that were released change hands, change and are erased; more in a longer run: `LEADMESH_FAULTS_KILLS=100`. */
const killsAfterRelease = Number(process.env['LEADMESH_FAULTS_KILLS'] ?? 4);
const paceMilliseconds = 250;
/** So that the matters of all leads take about as long as the kills. */
const pacePerKill = 40;
const quietWithinMilliseconds = 60_000;

/** Kills a node again and again at random moments: while it works, and sometimes while it starts. */
async function killOften(node: KillableNode, kills: number, { random, signal }: Course): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    if (random() < 0.85) await Promise.all([node.whenListening(), node.whenNextStandsBy()]);
    await pause(random() * 400, undefined, { signal });
    await node.kill();
    node.start();
  }
  await node.whenListening();
}

/** Sends leads through the API with a key each, and again until the node answers; at times again after that. */
async function feed(
  { vendor }: TwoNodes,
  { random, signal }: Omit<Course, 'paceMilliseconds'>,
): Promise<Map<string, string>> {
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

async function untilBoth({ vendor, reseller }: TwoNodes, areQuiet: (books: Books) => boolean): Promise<void> {
  const end = Date.now() + quietWithinMilliseconds;
  for (;;) {
    const books = [vendor, reseller].map(({ node }) => readBooks(node.dataFolder));
    if (books.every(areQuiet)) return;
    if (Date.now() > end) throw new Error(`Not quiet: ${JSON.stringify(books.map(describeUnrest))}`);
    await pause(250);
  }
}

const describeUnrest = ({ leads, messages, dueJobs, failedJobs, openQuestions }: Books) => ({
  openQuestions,
  states: Object.groupBy(leads.map(({ state }) => state), (state) => state), // prettier-ignore
  messages,
  dueJobs,
  failedJobs,
});

/** Everything at once: customers, people of both sides, and a killer for each node; afterwards peace. */
async function goThroughIt(world: TwoNodes, random: () => number) {
  const [feeding, ending] = [new AbortController(), new AbortController()];
  const course = { random, signal: ending.signal, paceMilliseconds };
  const won: Won[] = [];
  const fed = feed(world, { random, signal: AbortSignal.any([feeding.signal, ending.signal]) });
  const players = [world.vendor, world.reseller].map((one) => playOrganisation(one, { ...course, won }));
  const killers = [world.vendor, world.reseller].map(({ node }) => killOften(node, killsOfEach, course));
  const story = async () => {
    await Promise.all(killers);
    feeding.abort();
    const ids = await fed;
    await untilBoth(world, isQuiet);
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

/**
 * Afterwards, what was released goes on: it is corrected, asked back, given back, both at once, or erased, while both nodes are
 * killed again. Ends when every question is answered and nothing is under way.
 */
async function goOnAfterRelease(world: TwoNodes, random: () => number, shared: readonly SharedLead[]): Promise<Told[]> {
  const ending = new AbortController();
  const course = { random, signal: ending.signal, paceMilliseconds: pacePerKill * killsAfterRelease };
  const answers = playAnswers(world, course);
  const story = async () => {
    const killers = [world.vendor, world.reseller].map(({ node }) => killOften(node, killsAfterRelease, course));
    const told = await playAfterRelease(world, shared, course);
    await Promise.all(killers);
    await untilBoth(world, isSettled);
    return told;
  };
  try {
    return await Promise.race([story(), untilFault([answers])]);
  } finally {
    ending.abort();
    await Promise.allSettled([answers]);
  }
}

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

const random = makeRandom(seed);
let world: TwoNodes;
beforeAll(async () => {
  world = await openTwoNodes();
});
afterAll(() => world[Symbol.asyncDispose]());

it('loses nothing, does nothing twice and tells nothing early, however often both nodes are killed', async () => {
  const { ids, won } = await goThroughIt(world, random);
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

it('brings a lead that was released to one end on both sides, and nothing back that was erased, however often they are killed', async () => {
  const folders = [world.vendor.node.dataFolder, world.reseller.node.dataFolder] as const;
  const [before, there] = [readBooks(folders[0]), readBooks(folders[1])];
  const shared = listShared(before, there);
  const told = await goOnAfterRelease(world, random, shared);
  expect([await world.vendor.node.stop(), await world.reseller.node.stop()], 'both stop in order').toEqual([0, 0]);

  expect(told.length, 'leads went on').toBeGreaterThan(2 * matters.length);
  const [vendor, reseller] = [readSharedBooks(folders[0]), readSharedBooks(folders[1])];
  const known = told.map((each) => ({ ...each, canary: canaryOf(before, each) }));
  expect(compareShared({ vendor, reseller }, known)).toEqual([]);
  expect([...vendor.repeated, ...reseller.repeated]).toEqual([]);
  for (const [at, nodeId] of ['vendor.localhost', 'reseller.localhost'].entries()) {
    const folder = folders[at] ?? '';
    expect(await checkLedger(folder, nodeId)).toMatchObject({ findings: [] });
    expect(readBooks(folder)).toMatchObject({
      failedJobs: [],
      securityEvents: [],
      integrity: [{ integrity_check: 'ok' }],
    });
  }
}, 3_600_000);
