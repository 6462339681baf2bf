import { afterAll, describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';
import { openTemplates } from './template.ts';

const templates = openTemplates();
afterAll(() => templates.remove());

/** Two hundred runs in all, in parts small enough to show where it is. */
const parts = Array.from({ length: 10 }, (_, part) => part);
const seedsOfPart = 10;
const patienceMilliseconds = 180_000;

async function run(from: number, part: number) {
  for (let seed = from + part * seedsOfPart; seed < from + (part + 1) * seedsOfPart; seed++) {
    const { faults } = await simulate(seed, templates);
    expect(faults, `replay: node test/simulator/run.ts --seed ${seed} --trace`).toEqual([]);
  }
}

it('replays a seed exactly: every line of the second run is that of the first', async () => {
  for (const seed of [8, 26, 52]) {
    const first = await simulate(seed, templates);
    const second = await simulate(seed, templates);
    expect(second.lines).toEqual(first.lines);
    expect(second.digest).toBe(first.digest);
  }
});

describe('keeps every invariant with the seeds that are always tried', () => {
  it.each(parts)('ten of a hundred: part %i', (part) => run(1, part), patienceMilliseconds);
});

const anySeed = Math.floor(Math.random() * 2 ** 40);
describe('keeps every invariant with seeds that nobody tried before', () => {
  it.each(parts)('ten of a hundred: part %i', (part) => run(anySeed, part), patienceMilliseconds);
});
