import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allChecks, isIntroduced, runChecks, type Report } from '../../protocol/conformance/index.ts';
import { offeringMutants } from './relay.ts';
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
    report = await runChecks(tested.kit, { checks: allChecks(), deadlineMs: 120_000 });
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const core = report.results.filter(({ level, outcome }) => level === 'Core' && outcome === 'skipped');
    expect(core.map(({ name }) => name)).toEqual(['level-not-announced', 'answer-never-ends']);
    expect(report.levels.slice(0, 3).map(({ verdict }) => verdict)).toEqual(['incomplete', 'passed', 'passed']);
    expect(report.conforms).toBe(true);
  }, 180_000);
});

describe('a node that', () => {
  let relayed: Awaited<ReturnType<typeof startNodeUnderTest>>;
  beforeAll(async () => {
    relayed = await startNodeUnderTest({ relayed: true });
    await relayed.introduce();
  });
  afterAll(() => relayed.stop());

  it.each(offeringMutants)('%s is caught by %s', async (_, caughtBy, why, meddle) => {
    const { kit, relay, network } = relayed;
    const checks = allChecks().filter(({ name, level }) => name === caughtBy && kit.announced.add(level));
    const judge = async () => (await runChecks(kit, { checks, deadlineMs: 60_000 })).results[0];
    relay.meddle = meddle;
    expect(await judge()).toMatchObject({ outcome: 'failed', why: expect.stringContaining(why) as string });
    relay.meddle = undefined;
    await network.settle();
    expect(await judge()).toMatchObject({ outcome: 'passed' });
  });
});
