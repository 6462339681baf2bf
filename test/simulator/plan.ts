import type { FieldPolicy } from '../../node/disclosure/decide-field.ts';
import type { Assign } from '../../node/rules/index.ts';
import type { Weather } from './network.ts';
import type { Random } from './random.ts';
import { drawSilence, isAt, type Silence } from './silence.ts';
import { topologies, type TemplateWish, type Topology } from './template.ts';

const second = 1_000;
const minute = 60 * second;

/** Everything about a run that is decided before it begins. */
export interface RunPlan extends TemplateWish {
  /** How many leads arrive at the vendor. */
  readonly leads: number;
  /** How long faults happen and people act, in milliseconds. */
  readonly lasts: number;
  /** What people do, on average in how many milliseconds. */
  readonly pace: number;
  readonly weather: Weather;
  readonly mortality: number;
  readonly partings: readonly Parting[];
  /** By name, in milliseconds. */
  readonly skews: Readonly<Record<string, number>>;
  readonly assign: Pick<Assign, 'mode' | 'offerMinutes' | 'opensInMinutes'>;
  /** What the vendor shows its partners. */
  readonly policies: readonly FieldPolicy[];
  readonly messagesPerMinute: number;
  /** The hostile partner floods all the time, and nothing else goes wrong: honest partners must notice nothing of it. */
  readonly flood: boolean;
  /** How many things administrators do to agreements and keys. */
  readonly errands: number;
  /** How often what people do is about the rights of the person a lead is about. */
  readonly rights: number;
  /** Nobody reaches this node: it asks for its messages. */
  readonly fetcher: string | undefined;
  readonly silence?: Silence;
}

/** When the last fault is over and people stop, in milliseconds from the beginning. */
export const endOf = ({ lasts, silence }: RunPlan): number => silence?.ends ?? lasts;

/** What people do at some time of a run, on average in how many milliseconds. */
export const paceAt = ({ lasts, pace, silence }: RunPlan, at: number): number =>
  silence && isAt(silence, at) && at > lasts ? silence.pace : pace;

/** Two nodes that do not reach each other for a time; offsets in milliseconds. */
interface Parting {
  readonly one: string;
  readonly other: string;
  readonly from: number;
  readonly until: number;
}

/** Nothing is lost, cut, doubled or late. */
export const calm: Weather = { lost: 0, answerLost: 0, twice: 0, cut: 0, sick: 0, slow: 0 };

const names = Object.keys(topologies) as Topology[];

export function drawPlan(random: Random): RunPlan {
  const topology = random.pick(names);
  const passesOn = topology === 'chain' || topology === 'tree';
  const residents = [...new Set<string>(topologies[topology].flat())];
  const hostile = random.chance(0.3);
  const lasts = random.pick([5, 20, 60, 150]) * minute;
  const more = random.fork('more');
  const flood = hostile && more.fork('flood').chance(0.1);
  const agreements = passesOn || random.chance(0.3);
  const ofCaps = more.fork('caps');
  const caps = agreements && !hostile && ofCaps.chance(0.25);
  const ofSilence = more.fork('silence');
  const silent = !flood && ofSilence.chance(0.125);
  return {
    topology,
    agreements,
    caps,
    hostile,
    leads: random.between(1, 4),
    lasts,
    pace: lasts / random.between(4, 30),
    ...drawTroubles(random, { residents, lasts, flood }),
    flood,
    assign: drawAssign(random),
    policies: random.chance(0.4) ? drawPolicies(random) : [],
    messagesPerMinute: hostile ? 60 : 6_000,
    rights: more.chance(0.35) ? more.pick([0.1, 0.25, 0.5]) : 0,
    errands: more.chance(0.35) ? more.between(3, 25) : 0,
    fetcher: random.chance(0.08) && !flood ? residents.at(-1) : undefined,
    ...(caps && drawCrowd(ofCaps, { residents, lasts })),
    ...(silent && drawQuiet(ofSilence, { topology, lasts })),
  };
}

interface Scene {
  readonly residents: readonly string[];
  readonly lasts: number;
  readonly flood: boolean;
}

function drawTroubles(random: Random, { residents, lasts, flood }: Scene) {
  const troubles = {
    weather: drawWeather(random),
    mortality: random.chance(0.5) ? random.pick([0.003, 0.01, 0.04]) : 0,
    partings: drawPartings(random, residents, lasts),
    skews: Object.fromEntries(residents.map((name) => [name, random.chance(0.3) ? random.between(-2 * minute, 2 * minute) : 0])), // prettier-ignore
  };
  const none = Object.fromEntries(residents.map((name) => [name, 0]));
  return flood ? { weather: calm, mortality: 0, partings: [], skews: none } : troubles;
}

/**
 * Many leads that wait for busy people, so that more is claimed than the caps allow; much of it at once, when the nodes hear
 * of each other again.
 */
const drawCrowd = (random: Random, { residents: [one = '', other = ''], lasts }: Omit<Scene, 'flood'>) => ({
  leads: random.between(4, 8),
  pace: lasts / random.between(60, 120),
  assign: { mode: 'grab', offerMinutes: 240 } as const,
  ...(random.chance(0.6) && { partings: [{ one, other, from: lasts / 4, until: (lasts * 3) / 4 }] }),
});

/** Leads that are given away before a partner falls silent, and much that is to be said of them then. */
const drawQuiet = (random: Random, scene: { topology: Topology; lasts: number }) => ({
  leads: random.between(2, 4),
  pace: scene.lasts / random.between(30, 60),
  assign: { mode: random.pick(['grab', 'direct'] as const), offerMinutes: random.pick([10, 240, 1_440]) },
  silence: drawSilence(random, scene),
  ...(random.chance(0.5) && { weather: calm, mortality: 0, partings: [] }),
  ...(random.chance(0.7) && { errands: 0 }),
});

function drawWeather(random: Random): Weather {
  const storm = random.pick([0, 0.3, 1, 3]);
  const share = () => (random.chance(0.6) ? random.next() * 0.12 * storm : 0);
  return { lost: share(), answerLost: share(), twice: share(), cut: share(), sick: share() / 2, slow: share() };
}

function drawPartings(random: Random, residents: readonly string[], lasts: number): Parting[] {
  const count = random.chance(0.3) ? random.between(1, 3) : 0;
  return Array.from({ length: count }, () => {
    const one = random.pick(residents);
    const from = random.int(lasts);
    const other = random.pick(residents.filter((name) => name !== one));
    return { one, other, from, until: Math.min(lasts, from + random.between(1, 40) * minute) };
  });
}

function drawAssign(random: Random): RunPlan['assign'] {
  const mode = random.pick(['grab', 'grab', 'direct', 'round-robin'] as const);
  const offerMinutes = random.pick([2, 10, 60, 240]);
  return { mode, offerMinutes, ...(mode === 'grab' && random.chance(0.2) && { opensInMinutes: 1 }) };
}

const targets = [
  'contact.givenName',
  'contact.emails',
  'group:phone',
  'account.name',
  'interest.products',
  'group:address',
];

function drawPolicies(random: Random): FieldPolicy[] {
  return Array.from({ length: random.between(1, 4) }, () => ({
    recipientKind: 'peer' as const,
    target: random.pick(targets),
    stage: random.pick(['offered', 'released', 'updated'] as const),
    action: random.pick(['mask', 'withhold', 'never'] as const),
  }));
}
