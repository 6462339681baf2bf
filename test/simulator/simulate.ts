import { mkdirSync, rmSync } from 'node:fs';
import { upsertPolicy } from '../../node/disclosure/store.ts';
import { updatePeer } from '../../node/federation/store/peers.ts';
import { transact } from '../../node/kernel/context.ts';
import { receiveLead } from '../../node/leads/receive-lead.ts';
import { systemBoxId } from '../../node/routing/store/boxes.ts';
import { replaceRules } from '../../node/routing/store/rules.ts';
import type { Assign } from '../../node/rules/index.ts';
import { administer } from './administrators.ts';
import { checkEnd } from './invariants.ts';
import type { SigningKey } from '../../protocol/index.ts';
import { makeLead } from './leads.ts';
import { makeMallory, type Mallory } from './mallory.ts';
import { flood, misbehave } from './misdeeds.ts';
import { makeOnlooker } from './onlooker.ts';
import { makePatience } from './patience.ts';
import { act } from './people.ts';
import { calm, drawPlan, endOf, paceAt, type RunPlan } from './plan.ts';
import { makeRandom, type Random } from './random.ts';
import { replayDead } from './replays.ts';
import { awayFor, silenceOf } from './silence.ts';
import { makeRunFolder, moveIn, type Resident, type Templates } from './template.ts';
import type { SimNode } from './station.ts';
import type { Cut } from './network.ts';
import { makeTrace } from './trace.ts';
import { openWorld, type Home, type World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly plan: RunPlan;
  /** What must not be and was, in words. */
  readonly faults: readonly string[];
  /** The same for every run of the same seed. */
  readonly digest: string;
  readonly lines: readonly string[];
}

const hour = 3_600_000;
/** After the last fault everything that was under way comes to its end within so long, and what must be forgotten is. */
const settlesWithin = 40 * hour;

/** No clock differs more from the time of a run, in milliseconds. */
const mostSkew = 5 * 60_000;

/** One run: nodes, people and faults as the seed says; then calm, then the invariants. */
export async function simulate(seed: number, templates: Templates): Promise<Outcome> {
  const random = makeRandom(`seed ${seed}`);
  const plan = drawPlan(random.fork('plan'));
  const template = await templates.get(plan);
  const { residents, mallory } = template;
  // No clock goes back behind what happened already.
  const endedAt = template.endedAt + mostSkew;
  const folder = makeRunFolder();
  const faults: string[] = [];
  const run: Run = {
    isReady: false,
    taken: 0,
    plan,
    random,
    folder,
    residents,
    endedAt,
    mallory,
    onFault: (fault: string) => void faults.push(fault),
  };
  const world = await openRun(run);
  try {
    await prepare(world, run);
    run.isReady = true;
    planLeads(world, run);
    planPeople(world, run);
    planMallory(world, run);
    planAdministrators(world, run);
    planSilence(world, run);
    await world.run(plan.lasts);
    await sleepThrough(world, run);
    world.trace.say('calm');
    await replayLast(world, run);
    await world.run(plan.silence ? 2 * settlesWithin : settlesWithin);
    if (plan.flood && !world.trace.lines.some((line) => /mallory<\w+ .*(429|rate)/.test(line)))
      faults.push('nobody told the flood to wait');
    await checkEnd(world, run);
  } catch (error) {
    faults.push(`the run broke off: ${String((error as Error).stack)}`);
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { seed, plan, faults, digest: world.trace.digest(), lines: world.trace.lines };
}

export interface Run {
  /** Before that nobody dies. */
  isReady: boolean;
  /** Leads whose arrival the vendor confirmed. */
  taken: number;
  readonly plan: RunPlan;
  readonly random: Random;
  readonly folder: string;
  readonly residents: readonly Resident[];
  readonly endedAt: number;
  readonly mallory: SigningKey | undefined;
  readonly onFault: (fault: string) => void;
}

function openRun(run: Run): Promise<World> {
  const { plan, random, folder, residents, endedAt, onFault } = run;
  let now = () => endedAt;
  const elapsed = () => now() - endedAt;
  const isOver = () => elapsed() >= endOf(plan);
  const onlooker = makeOnlooker(onFault, neverWords(plan));
  const onlookers = [onlooker, ...(plan.flood ? [makePatience(() => now(), onFault)] : [])];
  const rest = random.fork('rests');
  return openWorld({
    startsAt: endedAt,
    homes: residents.map((resident) => homeOf(resident, plan, folder)),
    random,
    makeTrace: (clock) => makeTrace((now = clock), endedAt),
    weather: () => (isOver() ? calm : plan.weather),
    cutOf: (from, to) => cutOf(plan, [from, to], elapsed()),
    mortality: () => (isOver() || !run.isReady ? 0 : plan.mortality),
    rest: (name) => awayFor(plan.silence, name, elapsed()) ?? 10 ** rest.between(2, 6),
    onSent: (...heard) => onlookers.forEach(({ onSent }) => onSent(...heard)),
    onAnswered: (...heard) => onlookers.forEach(({ onAnswered }) => onAnswered(...heard)),
    onFault,
  });
}

function cutOf(plan: RunPlan, [from, to]: readonly [string, string], at: number): Cut | undefined {
  const isParted = plan.partings.some(
    (parting) =>
      parting.from <= at &&
      at < parting.until &&
      [from, to].includes(parting.one) &&
      [from, to].includes(parting.other),
  );
  if ((isParted && at < endOf(plan)) || (to === plan.fetcher && from !== to)) return 'lost';
  return silenceOf(plan.silence, [from, to], at);
}

function homeOf(resident: Resident, plan: RunPlan, into: string): Home {
  mkdirSync(into, { recursive: true });
  const { name, keys } = resident;
  const { messagesPerMinute, skews, fetcher } = plan;
  const fetchEverySeconds = name === fetcher ? (plan.silence ? 7_200 : 1_200) : undefined;
  return { name, keys, folder: moveIn(resident, into), skew: skews[name] ?? 0, messagesPerMinute, fetchEverySeconds };
}

/** Words of a lead that the vendor's policies keep for good. */
const words: Readonly<Record<string, string>> = {
  'contact.givenName': 'Ada Canary',
  'contact.emails': 'ada-canary',
  'group:address': 'gasse ',
};
const neverWords = ({ policies }: RunPlan): string[] =>
  policies.flatMap(({ stage, action, target }) => (stage === 'released' && action === 'never' && words[target]) || []);

/** Rules, policies and ways of the nodes, before anything can go wrong. */
async function prepare(world: World, { plan, residents }: Run): Promise<void> {
  for (const { name, users, partners } of residents) {
    const { ctx } = world.node(name);
    const isFirst = name === 'vendor';
    const to = [
      ...users.map(({ boxId }) => boxId).slice(isFirst ? (plan.silence ? 2 : 1) : 0),
      ...partners.map(({ boxId }) => boxId),
    ];
    const assign = isFirst ? plan.assign : { mode: 'grab' as const, offerMinutes: plan.assign.offerMinutes };
    await transact(ctx, async (tx) => {
      await replaceRules(tx, systemBoxId, [offerTo(tx.ids.make('rule'), { ...assign, to })]);
      if (isFirst) for (const policy of plan.policies) await upsertPolicy(tx, policy);
      if (partners.some((partner) => partner.name === plan.fetcher))
        await updatePeer(tx, `${plan.fetcher}.localhost`, { fetches: 1 });
    });
  }
  await world.calm();
}

const offerTo = (id: string, assign: Assign) => ({
  ...{ id, boxId: systemBoxId, position: 0, name: 'all', event: 'enter' as const, condition: { all: [] } },
  ...{ action: { assign }, enabled: true },
});

/** Who brings leads comes again after so long at most. */
const longestWait = 3_600_000;

function planLeads(world: World, run: Run): void {
  const { plan, random, onFault } = run;
  const chance = random.fork('leads');
  const vendor = world.node('vendor');
  const arrive = async (number: number, wait = 10_000): Promise<void> => {
    if (!vendor.isUp())
      return void world.timeline.after(wait, () => void arrive(number, Math.min(wait * 2, longestWait)));
    world.trace.say(`lead ${number} arrives`);
    await transact(vendor.ctx, (tx) => receiveLead(tx, { document: makeLead(number), origin: 'local' }));
    run.taken++;
  };
  for (let number = 1; number <= plan.leads; number++)
    world.timeline.after(chance.int(chance.chance(0.7) ? plan.lasts / 2 : (plan.silence?.until ?? plan.lasts)), () => {
      arrive(number).catch((error: unknown) => onFault(`lead ${number} was not taken: ${String(error)}`));
    });
}

function planPeople(world: World, { plan, random, onFault }: Run): void {
  for (const node of world.nodes) {
    const desk = { random: random.fork(`people of ${node.name}`), say: world.trace.say, onFault, rights: plan.rights };
    const next = (): void => {
      const at = world.timeline.now() - world.startedAt;
      if (at >= endOf(plan)) return;
      act(node, desk).catch((error: unknown) => onFault(`people of ${node.name}: ${String((error as Error).stack)}`));
      world.timeline.after(desk.random.next() * 2 * paceAt(plan, at), next);
    };
    world.timeline.after(desk.random.next() * 2 * plan.pace, next);
  }
}

function planAdministrators(world: World, { plan, random, onFault }: Run): void {
  const { topology, agreements, errands, lasts } = plan;
  const chance = random.fork('administrators');
  const office = { random: chance, say: world.trace.say, onFault, topology, agreements };
  for (let errand = 0; errand < errands; errand++)
    world.timeline.after(chance.int(chance.chance(0.7) ? lasts : endOf(plan)), () => {
      const node = chance.pick(world.nodes);
      const failed = (error: unknown) => onFault(`administrator of ${node.name}: ${String((error as Error).stack)}`);
      administer(node, office).catch(failed);
    });
}

/** Somebody whom everybody trusts too much, and who hears what passes. */
function planMallory(world: World, { plan, random, residents, mallory: key, onFault }: Run): void {
  if (!key) return;
  const mallory = makeMallory(world.wires, key, residents, random.fork('mallory'));
  world.stations.set('mallory', mallory);
  world.listen((to, letters) => mallory.recorded.push(...letters.map(({ xml }) => ({ to, xml }))));
  const next = (): void => {
    const at = world.timeline.now() - world.startedAt;
    if (at >= endOf(plan)) return;
    misbehave(mallory).catch((error: unknown) => onFault(`Mallory stumbled: ${String((error as Error).stack)}`));
    world.timeline.after(mallory.random.next() * paceAt(plan, at), next);
  };
  next();
  if (plan.flood) planFlood(world, mallory, plan.lasts);
}

/** A frame every other second for a while: more than anybody takes. */
function planFlood(world: World, mallory: Mallory, lasts: number): void {
  const begins = lasts / 4;
  for (let at = begins; at < begins + 90_000; at += 2_000) world.timeline.after(at, () => void flood(mallory));
}

/** Somebody falls silent; afterwards administrators look into what died. */
function planSilence(world: World, run: Run): void {
  const { silence } = run.plan;
  if (!silence) return;
  const { kind, one, from, until, ends, replays } = silence;
  const fall = () => {
    if (world.node(one).isUp()) world.node(one).crash();
    else world.timeline.after(60_000, fall);
  };
  if (kind === 'off') world.timeline.after(from, fall);
  if (replays === 'none') return;
  for (const node of world.nodes) {
    const random = run.random.fork(`replays of ${node.name}`);
    for (let times = random.between(1, 3); times > 0; times--)
      world.timeline.after(random.between(until, ends), () => void replayAt(world, run, { node, random }));
  }
}

/** Most of a silence goes by in big steps, as for machines that sleep: a fortnight of attempts would tell no more. */
async function sleepThrough(world: World, { plan, random }: Run): Promise<void> {
  if (!plan.silence) return;
  const chance = random.fork('sleep');
  const [until, ends] = [plan.silence.until, plan.silence.ends].map((at) => world.startedAt + at) as [number, number];
  for (;;) {
    const wakes = world.timeline.now() + chance.between(2, 48) * hour;
    if (wakes >= until) break;
    world.timeline.jump(wakes);
    await world.run(chance.between(1, 10) * 60_000);
  }
  await world.run(ends - world.timeline.now());
}

/** When nothing goes wrong any more, whoever sends all again misses nothing. */
async function replayLast(world: World, run: Run): Promise<void> {
  if (run.plan.silence?.replays !== 'all') return;
  const random = run.random.fork('last replays');
  await world.run(1_000_000);
  for (const node of world.nodes) await replayAt(world, run, { node, random });
}

function replayAt(world: World, { plan, onFault }: Run, { node, random }: { node: SimNode; random: Random }) {
  const { replays = 'none' } = plan.silence ?? {};
  const partners = [...world.stations.keys()].filter((name) => name !== node.name).map((name) => `${name}.localhost`);
  const failed = (error: unknown) => onFault(`replays of ${node.name}: ${String((error as Error).stack)}`);
  return replayDead(node, { random, say: world.trace.say, onFault, replays, partners }).catch(failed);
}
