import { fork } from 'node:child_process';
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

/** Every `step`-th seed below `until`. Answers how many failed. */
async function runSeeds(from: number, until: number, step: number): Promise<number> {
  const templates = openTemplates();
  const startedAt = performance.now();
  let failed = 0;
  let done = 0;
  for (let seed = from; seed < until; seed += step) {
    const outcome = await simulate(seed, templates);
    done++;
    if (outcome.faults.length > 0) failed++;
    if (outcome.faults.length > 0) write(report(outcome));
    const perSecond = (1_000 * done) / (performance.now() - startedAt);
    if (done % 250 === 0) write(`${done} runs, ${failed} failed, ${perSecond.toFixed(1)} a second (seed ${seed})\n`);
  }
  templates.remove();
  const seconds = (performance.now() - startedAt) / 1_000;
  write(`${done} runs in ${seconds.toFixed(0)} s, ${failed} failed (from seed ${from}, each ${step}.)\n`);
  return failed;
}

/** A process each: a run keeps one core busy. */
async function runWorkers(from: number, seeds: number, workers: number): Promise<void> {
  const codes = await Promise.all(
    Array.from({ length: workers }, (_, place) => {
      const share = ['--from', `${from + place}`, '--seeds', `${seeds - place}`, '--step', `${workers}`];
      const child = fork(import.meta.filename, share);
      return new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
    }),
  );
  process.exitCode = Math.max(...codes);
}

const [seeds, from, workers, step] = [values.seeds, values.from, values.workers, values.step].map(Number) as [number, number, number, number]; // prettier-ignore
if (values.seed !== undefined) await replay(Number(values.seed));
else if (workers > 1) await runWorkers(from, seeds, workers);
else process.exitCode = (await runSeeds(from, from + seeds, step)) > 0 ? 1 : 0;
