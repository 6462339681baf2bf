import { fork, type ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import { simulate, type Outcome } from './simulate.ts';
import { openTemplates } from './template.ts';

/**
 * Runs seeds and tells which ones break an invariant:
 *   node test/simulator/run.ts --seeds 10000 --from 1 --workers 2
 * Replays one, with everything that happened in it:
 *   node test/simulator/run.ts --seed 1234 --trace
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** Set by this program for its workers: every how many-th seed is theirs. */
    step: { type: 'string', default: '1' },
  },
});

const report = ({ seed, faults }: Outcome) =>
  `seed ${seed}: ${faults.slice(0, 5).join('\n    ')}\n  replay: node test/simulator/run.ts --seed ${seed} --trace\n`;

const write = (text: string) => void process.stdout.write(text);

/** One seed, twice: the second run has to be the same. */
async function replay(seed: number): Promise<void> {
  const templates = openTemplates();
  const first = await simulate(seed, templates);
  const second = await simulate(seed, templates);
  templates.remove();
  if (values.trace) write(`${JSON.stringify(first.plan, undefined, 2)}\n${first.lines.join('\n')}\n`);
  if (first.faults.length > 0) write(report(first));
  const differs = first.lines.findIndex((line, place) => line !== second.lines[place]);
  write(`digest ${first.digest}, again ${second.digest}${differs < 0 ? '' : `: differs at ${first.lines[differs]}`}\n`);
  process.exitCode = first.faults.length > 0 || first.digest !== second.digest ? 1 : 0;
}

interface Tally {
  readonly done: number;
  readonly failed: number;
}

const progressMilliseconds = 10_000;

/** Every `step`-th seed below `until`; says how far it is each ten seconds. Asked to end, it ends after the run under way. */
async function runSeeds(from: number, until: number, step: number): Promise<Tally> {
  const stop = { asked: false };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (stop.asked = true));
  const templates = openTemplates();
  const startedAt = performance.now();
  let toldAt = startedAt;
  let tally: Tally = { done: 0, failed: 0 };
  for (let seed = from; seed < until && !stop.asked; seed += step) {
    const outcome = await simulate(seed, templates);
    const fails = outcome.faults.length > 0;
    tally = { done: tally.done + 1, failed: tally.failed + (fails ? 1 : 0) };
    if (fails) write(report(outcome));
    process.send?.(tally);
    const now = performance.now();
    if (now - toldAt < progressMilliseconds) continue;
    toldAt = now;
    write(`${describe(tally, now - startedAt)} (seed ${seed})\n`);
    // Lets signals in.
    await new Promise((resolve) => setImmediate(resolve));
  }
  templates.remove();
  write(`${describe(tally, performance.now() - startedAt)} (from seed ${from}, each ${step}.)\n`);
  return tally;
}

const describe = ({ done, failed }: Tally, milliseconds: number): string => {
  const seconds = milliseconds / 1_000;
  return `${done} runs in ${seconds.toFixed(0)} s, ${(done / seconds).toFixed(1)} a second, ${failed} failed`;
};

/** A process each: a run keeps one core busy. Adds up what they did, also those that were killed. */
async function runWorkers(from: number, seeds: number, workers: number): Promise<Tally> {
  const startedAt = performance.now();
  const children = Array.from({ length: workers }, (_, place) => {
    const share = ['--from', `${from + place}`, '--seeds', `${seeds - place}`, '--step', `${workers}`];
    return fork(import.meta.filename, share);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => children.forEach((child) => child.kill(signal)));
  const tallies = await Promise.all(children.map(followWorker));
  const sum = (count: keyof Tally) => tallies.reduce((total, tally) => total + tally[count], 0);
  const total = { done: sum('done'), failed: sum('failed') };
  write(`all ${workers} workers: ${describe(total, performance.now() - startedAt)}\n`);
  return total;
}

/** What a worker did, once it ended; one that broke down counts as a failure more. */
function followWorker(child: ChildProcess): Promise<Tally> {
  let tally: Tally = { done: 0, failed: 0 };
  child.on('message', (message) => (tally = message as Tally));
  return new Promise((resolve) =>
    child.once('exit', (code) => resolve(code === 0 || tally.failed > 0 ? tally : { ...tally, failed: 1 })),
  );
}

const [seeds, from, workers, step] = [values.seeds, values.from, values.workers, values.step].map(Number) as [number, number, number, number]; // prettier-ignore
if (values.seed !== undefined) await replay(Number(values.seed));
else {
  const { failed } = workers > 1 ? await runWorkers(from, seeds, workers) : await runSeeds(from, from + seeds, step);
  process.exitCode = failed > 0 ? 1 : 0;
  if (process.connected) process.disconnect();
}
