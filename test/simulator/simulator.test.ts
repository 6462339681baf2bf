import { afterAll, expect, it } from 'vitest';
import { simulate } from './simulate.ts';
import { openTemplates } from './template.ts';

const templates = openTemplates();
afterAll(() => templates.remove());

/** How long each of the two tests may draw seeds; at least one always runs. */
const patienceMilliseconds = 4_500;

async function run(from: number, most: number) {
  const endsAt = performance.now() + patienceMilliseconds;
  let done = 0;
  do {
    const seed = from + done++;
    const { faults } = await simulate(seed, templates);
    expect(faults, `replay: node test/simulator/run.ts --seed ${seed} --trace`).toEqual([]);
  } while (done < most && performance.now() < endsAt);
}

it('replays a seed exactly: every line of the second run is that of the first', async () => {
  for (const seed of [8, 26, 52]) {
    const first = await simulate(seed, templates);
    const second = await simulate(seed, templates);
    expect(second.lines).toEqual(first.lines);
    expect(second.digest).toBe(first.digest);
  }
});

it('keeps every invariant with the seeds that are always tried', () => run(1, 150));

it('keeps every invariant with seeds that nobody tried before', () => run(Math.floor(Math.random() * 2 ** 40), 150));
