import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import { run, startPeerUnderTest } from './peer-under-test.ts';

const outcomeOf = async (...[names, mutation]: [readonly string[], Parameters<typeof startPeerUnderTest>[0]?]) => {
  const tested = await startPeerUnderTest(mutation);
  try {
    return await run(tested.kit, ['capabilities', ...names]);
  } finally {
    await tested.stop();
  }
};

describe('the reference peer', () => {
  it('conforms in all it announces and plays', async () => {
    const tested = await startPeerUnderTest();
    const report = await run(tested.kit);
    await tested.stop();
    expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const announced: readonly string[] = ['Core', 'Withhold'];
    const played = report.results.filter(({ role, level }) => role !== 'hostile' && announced.includes(level));
    expect(new Set(played.map(({ role }) => role))).toEqual(new Set(['vendor', 'reseller']));
    expect(played.filter(({ outcome }) => outcome !== 'passed').map(({ name }) => name)).toEqual([]);
    const reasons = new Set(report.results.filter(({ level }) => level === 'Core').map(({ why }) => why));
    expect([...reasons].toSorted()).toEqual(['This takes more than 20 seconds: wait 30 seconds or more.', undefined]);
  });
});

describe('a peer that', () => {
  it.each(mutants)('%s is caught by %s', async (_, caughtBy, mutation) => {
    const { results, conforms } = await outcomeOf([caughtBy], mutation);
    expect(results.find(({ name }) => name === caughtBy)).toMatchObject({ outcome: 'failed' });
    expect(results.find(({ name }) => name === 'capabilities')).toMatchObject({ outcome: 'passed' });
    expect(conforms).toBe(false);
  });

  it('breaks no rule passes the same checks', async () => {
    const names = [...new Set(mutants.map(([, caughtBy]) => caughtBy))];
    const { results } = await outcomeOf(names);
    expect(results.map(({ outcome }) => outcome)).toEqual(Array<string>(names.length + 1).fill('passed'));
  });
});
