import { afterAll, describe, expect, it } from 'vitest';
import { checkCaps } from './check-caps.ts';
import type { Entry } from './chronicle.ts';
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

describe('of the caps of an agreement', () => {
  const terms = { validFrom: '2026-01-01T00:00:00.000Z', offers: 'both', caps: { openLeads: 1, releasesPerDay: 2 } };
  const agreed = { peerId: 'p', digest: 'd', terms: JSON.stringify(terms), acceptedAt: 1, settledAt: 1, endsAt: null };
  const now = Date.UTC(2026, 4, 4);
  const say = (conversationId: string, state: string, more: Entry['row'] = {}): Entry => {
    const row = {
      peerId: 'p',
      side: 'offering',
      conversationId,
      state,
      releasedAt: null,
      endedAt: null,
      updatedAt: now,
    };
    return { what: 'conversation', row: { ...row, ...more } };
  };
  const released = (id: string, more: Entry['row'] = {}) => say(id, 'released', { releasedAt: now, ...more });
  const faultsOf = (...told: Entry[]) => {
    const faults: string[] = [];
    const chronicle: Entry[] = [{ what: 'agreement', row: agreed }, ...told];
    checkCaps({ name: 'vendor', chronicle }, { onFault: (fault) => void faults.push(fault) });
    return faults;
  };

  it('finds what was claimed at once and released beyond them', () => {
    const both = faultsOf(say('a', 'claimed'), say('b', 'claimed'), released('a'), released('b'));
    expect(both).toEqual(['vendor released more to p than was agreed: 2 open leads, not 1']);
    const [lost, third] = [released('a', { endedAt: now }), [say('c', 'claimed'), released('c')]];
    const ofDay = faultsOf(say('a', 'claimed'), released('a'), lost, say('b', 'claimed'), released('b'), released('b', { endedAt: now }), ...third); // prettier-ignore
    expect(ofDay).toEqual(['vendor released more to p than was agreed: 3 releases within a day, not 2']);
  });

  it('finds no fault with what was ended, waived or taken up again', () => {
    const ended = released('a', { endedAt: now });
    expect(
      faultsOf(say('a', 'claimed'), released('a'), ended, say('b', 'claimed'), released('a'), released('b')),
    ).toEqual([]);
    const waiver: Entry = { what: 'peer', row: { nodeId: 'p', capsWaivedUntil: now + 1 } };
    expect(faultsOf(waiver, say('a', 'claimed'), say('b', 'claimed'), released('a'), released('b'))).toEqual([]);
    expect(faultsOf(say('a', 'claimed'), say('b', 'claimed'), say('b', 'closed'), released('a'))).toEqual([]);
  });
});
