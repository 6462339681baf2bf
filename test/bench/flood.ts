// What an honest partner notices while somebody floods its node: p50 and p99 from posting an Offer to its signed Receipt, in
// turns alone, beside a partner that sends good messages without end, and beside a stranger that sends the costliest
// documents it can. By hand: node test/bench/flood.ts [--quick]
import { setTimeout } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { endpointPath, exportSigningKey, mediaType } from '../../protocol/index.ts';
import { makeForeignPeer, type ForeignPeer } from '../support/foreign-peer.ts';
import { makeRunFolder, startBenchNode, startMeasured, type BenchNode } from './bench-node.ts';
import { median, quick, tell } from './rounds.ts';

/** Offers of a round, one each 150 ms: within the quota of 600 a minute. */
const OFFERS = quick ? 20 : 150;
const PAUSE = 150;
const ROUNDS = quick ? 1 : 3;
type Flood = 'none' | 'partner' | 'stranger';

async function introduce({ administrator }: BenchNode, peer: ForeignPeer): Promise<void> {
  const accepted = { invitation: peer.invitation(), role: 'primary', allowedAddress: '127.0.0.0/8' };
  const { fingerprint } = await administrator.send<{ fingerprint: string }>(
    'POST',
    '/api/peers/invitations/accept',
    accepted,
  );
  await administrator.send('POST', `/api/peers/${peer.nodeId}/confirm`, { fingerprint });
}

/** Posts offers at an even pace; milliseconds to each receipt. */
async function timeOffers(node: BenchNode, peer: ForeignPeer, wire: Agent): Promise<number[]> {
  const taken: number[] = [];
  for (let count = 0; count < OFFERS; count++) {
    const closesAt = new Date(Date.now() + 3_600_000).toISOString();
    const offer = { mode: 'grab', closesAt, lead: { account: { name: 'Acme' } } } as const;
    const { xml } = peer.say('flooded.localhost', 'Offer', offer, { conversation: `c${performance.now()}`, seq: 1 });
    const next = setTimeout(PAUSE);
    const started = performance.now();
    const options = { method: 'POST', body: xml, headers: { 'content-type': mediaType }, dispatcher: wire } as const;
    const { statusCode, body } = await request(node.url + endpointPath, options);
    const answer = await body.text();
    if (statusCode !== 200) throw new Error(`${statusCode} for an honest partner: ${answer.slice(0, 300)}`);
    taken.push(performance.now() - started);
    await next;
  }
  return taken;
}

/** Another process floods from another address meanwhile; how much it got answered goes to its last line. */
async function beside(flood: Flood, node: BenchNode, measure: () => Promise<number[]>): Promise<number[]> {
  if (flood === 'none') return measure();
  const env = { BENCH_URL: node.url, BENCH_KEY: exportSigningKey(noisy.key), BENCH_FLOOD: flood };
  const name = `flooder-${performance.now()}`;
  const flooder = startMeasured({ name, script: 'test/bench/programs/flooder.ts', folder, env });
  await flooder.printed(/flooding/);
  const taken = await measure();
  const answered = flooder.printed(/answered: .*/);
  await flooder.stop();
  tell(`  a ${flood} that floods was answered`, (await answered).replace('answered: ', ''));
  return taken;
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

const folder = makeRunFolder();
const node = await startBenchNode(folder, 'flooded', { LEADMESH_MESSAGES_PER_MINUTE: '600' });
const [quiet, noisy] = [makeForeignPeer('quiet.localhost', Date.now), makeForeignPeer('noisy.localhost', Date.now)];
for (const peer of [quiet, noisy]) await introduce(node, peer);
const wire = new Agent();
const floods: readonly Flood[] = ['none', 'partner', 'stranger'];
const taken = new Map(floods.map((flood): [Flood, { p50: number[]; p99: number[] }] => [flood, { p50: [], p99: [] }]));
await timeOffers(node, quiet, wire);
for (let round = 0; round < ROUNDS; round++) {
  for (const flood of floods) {
    const times = await beside(flood, node, () => timeOffers(node, quiet, wire));
    taken.get(flood)?.p50.push(quantile(times, 0.5));
    taken.get(flood)?.p99.push(quantile(times, 0.99));
  }
}
await wire.close();
await node.stop();
const figure = (flood: Flood, which: 'p50' | 'p99') => median(taken.get(flood)?.[which] ?? []);
for (const flood of floods) {
  tell(`flood by ${flood}: p50 of an honest partner`, figure(flood, 'p50'), 'ms');
  tell(`flood by ${flood}: p99 of an honest partner`, figure(flood, 'p99'), 'ms');
}
tell('p99 beside a flooding partner / alone', figure('partner', 'p99') / figure('none', 'p99'));
tell('p99 beside a flooding stranger / alone', figure('stranger', 'p99') / figure('none', 'p99'));
