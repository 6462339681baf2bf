import { describe, expect, it } from 'vitest';
import { allChecks, type Check } from '../../protocol/conformance/index.ts';
import { acceptOf, makeTalk } from '../../protocol/conformance/talk.ts';
import { levels, makeSigningKey } from '../../protocol/index.ts';
import type { Mutation } from './door.ts';
import { unheeded } from './flips.ts';
import { mutants, receiptIn } from './mutants.ts';
import { nodeMutants } from './node-mutants.ts';
import { run, startPeerUnderTest } from './peer-under-test.ts';
import { startNodeUnderTest } from './real-node.ts';

const isListening = ({ name }: Check): boolean => /^(capabilities(-limits)?|offers-a-lead|commits-to-every-group|deliveries-.*)$/.test(name); // prettier-ignore
const asking = allChecks().filter((check) => !isListening(check) && check.name !== 'answer-never-ends');
const isSpoken = ({ level }: Check): boolean => level === 'Core' || level === 'Withhold';
const ofAnswers = allChecks().filter(({ name }) => name.startsWith('answer-') && name !== 'answer-to-nothing');

const { kid, algorithm, spki } = makeSigningKey();
const another = { kid, algorithm, spki: spki.toString('base64') };

/** These are content with more than one answer, as long as it is signed. */
const isContent = ({ name, expects }: Check): boolean => name === 'claim-flood' || expects.startsWith('A signed answer'); // prettier-ignore

/** What is wrong with checks: answers that make no difference to them, beside those whose opposite is as good. */
async function notMinded(world: Parameters<typeof unheeded>[0], checks: readonly Check[]): Promise<string[]> {
  const found: string[] = [];
  for (const check of checks)
    found.push(...(await unheeded(world, check)).filter((one) => !isContent(check) || !/: answer \d+$/.test(one)));
  return found;
}

describe('each answer that a check gets matters to it', () => {
  it('from the reference peer', async () => {
    const tested = await startPeerUnderTest();
    // What all strangers get is heard before anything is turned around.
    await run(tested.kit, ['capabilities', 'unknown-node']);
    const checks = asking.filter(isSpoken);
    expect(await notMinded(tested, checks)).toEqual([]);
    expect(checks.length).toBeGreaterThan(330);
    await tested.stop();
  }, 120_000);

  it('from a node', async () => {
    const tested = await startNodeUnderTest();
    await tested.introduce();
    levels.forEach((level) => tested.kit.announced.add(level));
    await run(tested.kit, ['unknown-node']);
    const answers = (rule: Mutation['answers']) => tested.break(rule ? { answers: rule } : {});
    const checks = asking.filter((check) => !isSpoken(check));
    const found = await notMinded({ kit: tested.kit, answers }, checks);
    await tested.stop();
    expect(found).toEqual([]);
    expect(checks.length).toBeGreaterThan(50);
  }, 180_000);
});

describe.concurrent('what a check waits for matters to it', () => {
  it('whatever the kit answers, whoever takes it for a Receipt is caught', async () => {
    const deaf: Mutation = {
      sends: (keys) => async (url, init) => {
        await fetch(url, init);
        return receiptIn({ status: 200 }, init, keys);
      },
    };
    const tested = await startPeerUnderTest(deaf, 300);
    const names = ofAnswers.map(({ name }) => name).filter((name) => name !== 'answer-never-ends');
    const { results } = await run(tested.kit, names);
    await tested.stop();
    expect(results.filter(({ outcome }) => outcome !== 'failed').map(({ name }) => name)).toEqual([]);
    expect(names).toHaveLength(12);
  });

  it('an answer that never ends is given up, and whoever waits for it is caught', async () => {
    const patient: Mutation = { sends: () => (url, init) => fetch(url, { ...init, signal: null }) };
    const outcomes = [{}, patient].map(async (mutation) => {
      const tested = await startPeerUnderTest(mutation, 30_000);
      const { results } = await run(tested.kit, ['answer-never-ends']);
      await tested.stop();
      return results.map(({ outcome }) => outcome);
    });
    expect(await Promise.all(outcomes)).toEqual([['passed'], ['failed']]);
  }, 90_000);

  it('whoever goes on before it is answered is caught', async () => {
    const hasty: Mutation = {
      sends: (keys) => (url, init) => {
        void fetch(url, init).catch(() => undefined);
        return Promise.resolve(receiptIn({ status: 200 }, init, keys));
      },
    };
    const tested = await startPeerUnderTest(hasty);
    const talk = makeTalk(tested.kit);
    tested.kit.listener.answerNext('Accept', talk.conversation, () => ({ status: 200, body: '<', hang: true }));
    await talk.offer();
    await acceptOf(tested.kit, talk);
    await talk.award();
    await talk.release();
    await tested.kit.arrival({ conversation: talk.conversation, type: 'Status' });
    const { results } = await run(tested.kit, ['deliveries-one-at-a-time']);
    await tested.stop();
    expect(results[0]).toMatchObject({ outcome: 'failed', why: expect.stringContaining('before the one before it') as string }); // prettier-ignore
  });

  it.each([
    ['no level Core', () => ({ levels: ['Withhold' as const] }), 'The level Core is not announced.'],
    ['another version', () => ({ versions: ['2'] }), 'Version 1 is not announced.'],
    ['other keys than its own', () => ({ keys: [another] }), 'The invited key is not among the announced ones.'],
  ])('whoever announces %s is caught', async (_, announces, why) => {
    const tested = await startPeerUnderTest({ announces });
    const { results } = await run(tested.kit, ['capabilities']);
    await tested.stop();
    expect(results[0]).toMatchObject({ outcome: 'failed', why });
  });
});

it('no check is left that nothing here could fail', () => {
  const caught = new Set([...mutants, ...nodeMutants].map(([, caughtBy]) => caughtBy));
  const here = ['capabilities', 'deliveries-one-at-a-time', 'answer-never-ends'];
  const turned = new Set(asking.map(({ name }) => name));
  const names = allChecks().map(({ name }) => name);
  expect(names.filter((name) => !turned.has(name) && !caught.has(name) && !here.includes(name))).toEqual([]);
});
