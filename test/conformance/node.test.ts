import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allChecks, isIntroduced, runChecks, type Report } from '../../protocol/conformance/index.ts';
import { startNodeUnderTest } from './real-node.ts';

let tested: Awaited<ReturnType<typeof startNodeUnderTest>>;
let report: Report;

beforeAll(async () => {
  tested = await startNodeUnderTest();
});
afterAll(() => tested.stop());

describe('a node of ours', () => {
  it('knows the kit when its administrator took the invitation and compared the ten words', async () => {
    expect(await isIntroduced(tested.kit)).toBe(false);
    await tested.introduce();
    expect(await isIntroduced(tested.kit)).toBe(true);
  });

  it('conforms in all it announces', async () => {
    report = await runChecks(tested.kit, { checks: allChecks(), deadlineMs: 60_000 });
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const core = report.results.filter(({ level, outcome }) => level === 'Core' && outcome === 'skipped');
    expect(core.map(({ name }) => name)).toEqual(['answer-never-ends']);
    expect(report.levels.slice(0, 3).map(({ verdict }) => verdict)).toEqual(['incomplete', 'passed', 'not-announced']);
    expect(report.conforms).toBe(true);
  });
});
