import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allChecks, isIntroduced, runChecks } from '../../protocol/conformance/index.ts';
import { levels } from '../../protocol/index.ts';
import { nodeMutants } from './node-mutants.ts';
import { startNodeUnderTest } from './real-node.ts';

let tested: Awaited<ReturnType<typeof startNodeUnderTest>>;
let known: readonly boolean[];

beforeAll(async () => {
  tested = await startNodeUnderTest();
  const before = await isIntroduced(tested.kit);
  await tested.introduce();
  known = [before, await isIntroduced(tested.kit)];
});
afterAll(() => tested.stop());

describe('a node of ours', () => {
  it('knows the kit when its administrator took the invitation and compared the ten words', () => {
    expect(known).toEqual([false, true]);
  });

  it('conforms in all it announces', async () => {
    const report = await runChecks(tested.kit, { checks: allChecks(), deadlineMs: 120_000 });
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const skipped = report.results.filter(({ outcome }) => outcome === 'skipped').map(({ name }) => name);
    expect(skipped).toEqual(['level-not-announced', 'answer-never-ends']);
    const [core, ...others] = report.levels.map(({ verdict }) => verdict);
    expect([core, new Set(others)]).toEqual(['incomplete', new Set(['passed'])]);
    expect(report.conforms).toBe(true);
  }, 180_000);
});

/** The same world: what conforms above is what each of these makes a little wrong. */
describe('a node that', () => {
  beforeAll(async () => {
    levels.forEach((level) => tested.kit.announced.add(level));
    // The run above was answered with States: more of them wait for an hour (LX-184).
    await tested.network.advance('1h');
  });

  it.each(nodeMutants)('%s is caught by %s', async (_, caughtBy, why, wrong) => {
    const checks = allChecks().filter(({ name }) => name === caughtBy || name === wrong.during);
    tested.forget();
    tested.break(wrong);
    const { results } = await runChecks(tested.kit, { checks, deadlineMs: 60_000 });
    tested.break({});
    expect(results.slice(-1)).toMatchObject([
      { name: caughtBy, outcome: 'failed', why: expect.stringContaining(why) as string },
    ]);
    await tested.network.settle();
  });
});
