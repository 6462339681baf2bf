import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { customers, seededRandom } from './customers.ts';
import { feedAll, feedApi, type Feeder, type FeedPlan } from './feed.ts';
import { startDemoNetwork, type DemoNetwork, type DemoNode } from './network.ts';
import { playPeople } from './played-people.ts';
import { signInLink } from './session.ts';
import { tellStory } from './story.ts';
import { findBroken, isAtRest, tally, writeSummary } from './tally.ts';
import { keepVisitorsBusy } from './visitors.ts';

export interface DemoOptions {
  /** End by itself: feed, wait until everything came to rest, check what must hold. */
  once: boolean;
  fresh: boolean;
  folder: string | undefined;
  /** Rows of the list; the other doors get their share. */
  leads: number | undefined;
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });

const SEED = 20260901;
const toldCalmly = new Set(['receive', 'claim', 'win', 'lose']);
const ONCE_WITHIN_MILLISECONDS = 240_000;

function planFeed({ once, leads }: DemoOptions): FeedPlan {
  const list = leads ?? (once ? 40 : 300);
  return {
    list,
    adf: Math.ceil(list / 10),
    contact: Math.ceil(list / 10),
    form: once ? 2 : 5,
    api: Math.ceil(list / 8),
  };
}

/** Runs until everything is at rest; undefined when that takes too long. */
async function untilAtRest(
  network: DemoNetwork,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof tally>> | undefined> {
  const end = Date.now() + ONCE_WITHIN_MILLISECONDS;
  while (Date.now() < end && !signal.aborted) {
    const now = await tally(network);
    if (isAtRest(now) && findBroken(now, now.vendor.leads.length).length === 0) return now;
    await pause(1_000, signal);
  }
  return undefined;
}

/** Ends the demo by itself: 0 when every invariant holds. */
async function finishOnce(network: DemoNetwork, accepted: number, signal: AbortSignal): Promise<number> {
  const settled = await untilAtRest(network, signal);
  const last = settled ?? (await tally(network));
  for (const line of writeSummary(last, network.resumed)) say(line);
  const broken = [...(settled ? [] : ['not everything came to rest in time']), ...findBroken(last, accepted)];
  for (const line of broken) say(`NOT TRUE  ${line}`);
  if (broken.length === 0) say(`All ${String(accepted)} leads found their way; every account of them agrees.`);
  return broken.length === 0 ? 0 : 1;
}

async function describeAddresses(network: DemoNetwork, folder: string): Promise<string> {
  const { vendor, reseller, peerAddress } = network;
  const lines = async (title: string, node: DemoNode) => [
    `${title} (you are ${node.staff.visitor.name})`,
    `  sign in once   ${await signInLink(node.administrator, node.staff.visitor.id)}`,
    `  its mailbox    ${node.url}/demo/mailbox`,
  ];
  return [
    '\nThe federation is running. Open these pages:\n',
    ...(await lines('Atlas Devices, the vendor', vendor)),
    `  its form       ${vendor.url}/forms/quote`,
    ...(await lines('Rheintal Vertrieb, a reseller', reseller)),
    'Nordwind Systems, a reseller with foreign software',
    `  what it knows  ${peerAddress}`,
    `\nData: ${folder}`,
    ...(process.stdin.isTTY ? ['Enter prints fresh sign-in links.'] : []),
    'Ctrl-C stops everything; the next start goes on where this one ended (--fresh starts anew).\n',
  ].join('\n');
}

/** Shows where to look, now and whenever somebody presses Enter: each link signs in once. */
async function showAddresses(network: DemoNetwork, folder: string, signal: AbortSignal): Promise<void> {
  say(await describeAddresses(network, folder));
  if (!process.stdin.isTTY) return;
  const again = () => {
    describeAddresses(network, folder).then(say, () => say('(a node did not answer)'));
  };
  process.stdin.on('data', again).resume();
  signal.addEventListener('abort', () => process.stdin.off('data', again).pause());
}

/** A lead now and then, and enough offers for whoever looks. */
async function trickle(network: DemoNetwork, feeder: Feeder, signal: AbortSignal): Promise<void> {
  const { vendor, reseller } = network;
  const send = (node: DemoNode, person: Parameters<typeof feedApi>[2]) =>
    feedApi({ ...feeder, url: node.address }, node.token, person, `visit-${String(feeder.nextNumber())}`);
  const over = () => signal.aborted;
  for (let beat = 0; !over(); beat++) {
    try {
      await keepVisitorsBusy({ vendor, reseller, stream: feeder.stream, send });
      if (beat % 4 === 3)
        await feedAll(feeder, vendor.token, { list: 0, adf: beat % 8 === 3 ? 1 : 0, contact: 0, form: 0, api: 1 });
    } catch (error) {
      if (!over()) say(`(a lead could not be sent: ${error instanceof Error ? error.message : 'unknown'})`);
    }
    await pause(5_000, signal);
  }
}

interface Pace {
  once: boolean;
  /** Tell the beginnings and the ends only: whoever looks at the pages needs the addresses above in sight. */
  calm: boolean;
}

function startPlay(network: DemoNetwork, pace: Pace, signal: AbortSignal): Promise<unknown>[] {
  const random = seededRandom(SEED + 1);
  const paceMilliseconds = pace.once ? 400 : 2_500;
  const isTold = (kind: string) => !pace.calm || toldCalmly.has(kind);
  const tellers = [
    { node: network.vendor, name: 'vendor', colour: 36 },
    { node: network.reseller, name: 'reseller', colour: 35 },
  ];
  return [
    ...tellers.map(({ node, name, colour }) =>
      tellStory({ name, colour, url: node.address, token: node.token, signal, print: say, isTold }),
    ),
    ...[network.vendor, network.reseller].map((node) =>
      playPeople({ url: node.address, people: node.staff.played, random, signal, paceMilliseconds }),
    ),
  ];
}

async function play(
  network: DemoNetwork,
  options: DemoOptions,
  stopping: AbortController,
  folder: string,
): Promise<number> {
  const { signal } = stopping;
  const stream = customers(SEED + network.nextNumber());
  const { vendor } = network;
  const feeder: Feeder = {
    url: vendor.address,
    administrator: vendor.administrator,
    stream,
    print: say,
    nextNumber: network.nextNumber,
  };
  const pace: Pace = { once: options.once, calm: false };
  const playing = startPlay(network, pace, signal);
  let status = 0;
  try {
    const accepted = network.resumed && !options.once ? 0 : await feedAll(feeder, vendor.token, planFeed(options));
    if (options.once) status = await finishOnce(network, accepted, signal);
    else {
      for (const line of writeSummary(await tally(network), network.resumed)) say(line);
      await keepVisitorsBusy({
        ...network,
        stream,
        send: (node, person) =>
          feedApi({ ...feeder, url: node.address }, node.token, person, `visit-${String(feeder.nextNumber())}`),
      });
      await showAddresses(network, folder, signal);
      pace.calm = true;
      await trickle(network, feeder, signal);
    }
  } finally {
    stopping.abort();
    await Promise.allSettled(playing);
  }
  return status;
}

/** Starts a federation of three processes with real leads flowing; returns the exit status. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const temporary = options.once && options.folder === undefined;
  const folder = temporary ? mkdtempSync(join(tmpdir(), 'leadmesh-demo-')) : resolve(options.folder ?? 'data/demo');
  if (options.fresh) rmSync(folder, { recursive: true, force: true });
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  const network = await startDemoNetwork({
    folder,
    offerMinutes: options.once ? 0.25 : 3,
    peerPaceMilliseconds: options.once ? 300 : 4_000,
    usualPorts: !temporary,
    say,
  });
  try {
    return await play(network, options, stopping, folder);
  } finally {
    say('Stopping …');
    await network.stop();
    if (temporary) rmSync(folder, { recursive: true, force: true });
  }
}
