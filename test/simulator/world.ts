import type { NodeKeys } from '../../node/kernel/keys.ts';
import type { Logger } from '../../node/kernel/log.ts';
import type { Letter } from './letter.ts';
import { makeFetch, type Station, type Weather, type Wires } from './network.ts';
import type { Failpoint } from './node.ts';
import type { Random } from './random.ts';
import { makeNode, type SimNode } from './station.ts';
import { makeTimeline, type Timeline } from './timeline.ts';
import type { Trace } from './trace.ts';

/** Where a node of a run starts from. */
export interface Home {
  readonly name: string;
  readonly folder: string;
  readonly keys: NodeKeys;
  readonly skew: number;
  readonly messagesPerMinute: number;
  readonly fetchEverySeconds?: number | undefined;
}

export interface WorldPlan {
  readonly startsAt: number;
  readonly homes: readonly Home[];
  readonly random: Random;
  readonly makeTrace: (now: () => number) => Trace;
  readonly weather: () => Weather;
  readonly cutOf: Wires['cutOf'];
  /** How probable a death is at each failpoint. */
  readonly mortality: () => number;
  /** How long a dead node stays away, in milliseconds. */
  readonly rest: (name: string) => number;
  readonly onSent?: (from: string, to: string, letters: readonly Letter[]) => void;
  readonly onAnswered?: (from: string, to: string, letters: readonly Letter[]) => void;
  /** What must not happen: told with words. */
  readonly onFault: (fault: string) => void;
}

/** Nodes, a network and one time. */
export interface World {
  readonly timeline: Timeline;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly trace: Trace;
  readonly wires: Wires;
  readonly stations: Map<string, Station>;
  readonly nodes: readonly SimNode[];
  node(name: string): SimNode;
  /** Lets somebody hear what passes from now on. */
  listen(ear: Ear): void;
  /** Lets everything happen that needs no time. */
  calm(): Promise<void>;
  /** Lets time pass. */
  run(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Turns of the event loop without any work after which nothing works any more: a transaction needs one to begin. */
const quietTurns = 3;

type Ear = (to: string, letters: readonly Letter[]) => void;

export async function openWorld(plan: WorldPlan): Promise<World> {
  const timeline = makeTimeline(plan.startsAt);
  const trace = plan.makeTrace(timeline.now);
  const stations = new Map<string, Station>();
  const ears: Ear[] = [];
  const wires: Wires = {
    ...{ timeline, trace, stations, weather: plan.weather, cutOf: plan.cutOf },
    random: plan.random.fork('network'),
    onSent: (from, to, letters) => {
      plan.onSent?.(from, to, letters);
      for (const ear of ears) ear(to, letters);
    },
    onAnswered: plan.onAnswered ?? (() => undefined),
  };
  const nodes = plan.homes.map((home) => settle(plan, home, wires));
  const activity = () => nodes.reduce((sum, node) => sum + node.activity(), 0);
  const isBusy = () => nodes.some((node) => node.busy() > 0);
  const calm = async () => {
    let before = -1;
    for (let quiet = 0; quiet < quietTurns;) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = activity();
      quiet = now === before && !isBusy() ? quiet + 1 : 0;
      before = now;
    }
    for (const node of nodes) await node.bury();
  };
  for (const node of nodes) await node.start();
  await calm();
  return {
    ...{ timeline, startedAt: plan.startsAt, trace, wires, stations, nodes, calm },
    node: (name) => nodes.find((node) => node.name === name) as SimNode,
    listen: (ear) => void ears.push(ear),
    async run(milliseconds) {
      const until = timeline.now() + milliseconds;
      // What was begun just before may have to plan something yet.
      await calm();
      while (timeline.step(until)) await calm();
    },
    async close() {
      for (const node of nodes) await node.close();
    },
  };
}

/** Makes a node that comes back after each death. */
function settle(plan: WorldPlan, home: Home, wires: Wires): SimNode {
  const { timeline, trace } = wires;
  const chance = plan.random.fork(`deaths of ${home.name}`);
  const node: SimNode = makeNode(
    {
      ...home,
      timeline,
      random: plan.random.fork(`ids of ${home.name}`),
      fetch: (process) => makeFetch(wires, home.name, process),
      log: listen(home.name, plan),
      dies: (at: Failpoint, what: string) => {
        if (!chance.chance(plan.mortality())) return false;
        trace.say(`${home.name} dies at ${at} ${what}`.trimEnd());
        return true;
      },
    },
    () => {
      timeline.after(plan.rest(home.name), () => {
        trace.say(`${home.name} starts`);
        void node.start();
      });
    },
  );
  wires.stations.set(home.name, node);
  return node;
}

/** What no node may ever have to log, whatever the network, the people and other nodes do. */
const alarms = new Set([
  'message-failed', 'job-failed', 'worker-failed', 'delivery-not-settled', 'after-commit-failed', 'job-failure-not-noted',
  'lease-not-renewed', 'ledger-not-closed', 'second-opinion-differs',
]); // prettier-ignore

function listen(name: string, plan: WorldPlan): Logger {
  const hear: Logger['info'] = (event, fields = {}) => {
    if (!alarms.has(event)) return;
    const { error, jobKind, messageType, worker } = fields;
    const cause = error instanceof Error ? (error.stack ?? error.message) : '';
    plan.onFault([`${name} logged ${event}`, jobKind, messageType, worker, cause].filter(Boolean).join(' '));
  };
  return { debug: hear, info: hear, warn: hear, error: hear };
}
