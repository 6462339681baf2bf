import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRoute, defaultOfferMinutes } from '../../node/routing/decide-route.ts';
import type { RouteBox, RouteInput, Turn } from '../../node/routing/decide-route.ts';
import { compileRule } from '../../node/rules/index.ts';
import type { Assign, Condition } from '../../node/rules/index.ts';

/** `system` > `team` > ann, bob; `system` > cid, partner. */
const tree: RouteBox[] = [
  { id: 'system', kind: 'system', name: 'All leads' },
  { id: 'team', kind: 'team', name: 'Team', parentId: 'system' },
  { id: 'ann', kind: 'user', name: 'Ann', parentId: 'team', userId: 'u-ann' },
  { id: 'bob', kind: 'user', name: 'Bob', parentId: 'team', userId: 'u-bob' },
  { id: 'cid', kind: 'user', name: 'Cid', parentId: 'system', userId: 'u-cid' },
  { id: 'partner', kind: 'partner', name: 'Partner', parentId: 'system', peerId: 'p.example' },
];

type Rules = Record<string, (Partial<Assign> & { to: string[]; when?: Condition })[]>;
interface Spec {
  rules?: Rules;
  barred?: Record<string, string>;
  tried?: Record<string, string>;
  turns?: Record<string, Turn>;
  start?: string;
}

function input({ rules = {}, barred = {}, tried = {}, turns = {}, start = 'system' }: Spec): RouteInput {
  return {
    subject: { lead: { account: { name: 'Acme' } }, facts: {} },
    startBoxId: start,
    boxes: new Map(tree.map((box) => [box.id, { ...box, barred: barred[box.id] }])),
    rules: new Map(
      Object.entries(rules).map(([boxId, list]) => [
        boxId,
        list.map(({ when = { all: [] }, mode = 'direct', to, offerMinutes = 60, opensInMinutes }, position) =>
          compileRule({
            id: `${boxId}-${position}`,
            boxId,
            position,
            name: `${boxId} ${position}`,
            event: 'enter',
            condition: when,
            action: { assign: { mode, to, offerMinutes, opensInMinutes } },
            enabled: true,
          }),
        ),
      ]),
    ),
    turns: new Map(Object.entries(turns)),
    tried: new Map(Object.entries(tried)),
  };
}

const decide = (spec: Spec) => decideRoute(input(spec)).decision;
const offered = (spec: Spec) => {
  const decision = decide(spec);
  return decision.kind === 'offer' ? decision.to.map((box) => box.id) : decision.reason;
};
const never: Condition = { field: 'account.name', op: 'missing' };

describe('a lead goes', () => {
  const table: [string, Spec, string[] | string][] = [
    ['nowhere without rules', {}, 'no-rule'],
    ['nowhere when no rule applies', { rules: { system: [{ to: ['ann'], when: never }] } }, 'no-rule'],
    ['by the first rule that applies', { rules: { system: [{ to: ['ann'], when: never }, { to: ['bob'] }] } }, ['bob']],
    ['to the first of a list', { rules: { system: [{ to: ['ann', 'bob'] }] } }, ['ann']],
    ['to the next when the first is absent', { rules: { system: [{ to: ['ann', 'bob'] }] }, barred: { ann: 'absent' } }, ['bob']],
    ['to the next when the first had its chance', { rules: { system: [{ to: ['ann', 'bob'] }] }, tried: { ann: 'declined' } }, ['bob']],
    ['by the next rule when the first yields nobody', { rules: { system: [{ to: ['ann'] }, { to: ['cid'] }] }, tried: { ann: 'declined' } }, ['cid']],
    ['nowhere when all declined', { rules: { system: [{ to: ['ann'] }] }, tried: { ann: 'declined' } }, 'nobody-left'],
    ['nowhere when all are absent', { rules: { system: [{ to: ['ann'] }] }, barred: { ann: 'absent' } }, 'nobody-available'],
    ['through a team box by its own rules', { rules: { system: [{ to: ['team'] }], team: [{ to: ['bob'] }] } }, ['bob']],
    ['out of a team box again that yields nobody', { rules: { system: [{ to: ['team', 'cid'] }] } }, ['cid']],
    ['past a closed team box', { rules: { system: [{ to: ['team', 'cid'] }], team: [{ to: ['bob'] }] }, barred: { team: 'closed' } }, ['cid']],
    ['past a box that is gone', { rules: { system: [{ to: ['gone', 'cid'] }] } }, ['cid']],
    ['to everybody in the rule’s own box', { rules: { system: [{ to: ['team'] }], team: [{ mode: 'grab', to: ['team'] }] } }, ['ann', 'bob']],
    ['up for grabs to users and partners together', { rules: { system: [{ mode: 'grab', to: ['cid', 'partner'] }] } }, ['cid', 'partner']],
    ['up for grabs to the people of a team', { rules: { system: [{ mode: 'grab', to: ['team', 'ann', 'cid'] }] } }, ['ann', 'bob', 'cid']],
    ['up for grabs without those who had their chance', { rules: { system: [{ mode: 'grab', to: ['ann', 'bob'] }] }, tried: { ann: 'x' } }, ['bob']],
    ['from its own box up to the boxes above', { rules: { system: [{ to: ['cid'] }], team: [{ to: ['ann'] }] }, start: 'team', tried: { ann: 'x' } }, ['cid']],
    ['to the user in whose box it was put', { start: 'ann' }, ['ann']],
    ['to the partner in whose box it was put', { start: 'partner' }, ['partner']],
    ['on by the rules of a user’s own box', { rules: { ann: [{ to: ['bob'] }] }, start: 'ann' }, ['bob']],
    ['nowhere from a box that is gone', { start: 'gone' }, 'no-rule'],
  ]; // prettier-ignore
  it.each(table)('%s', (_name, spec, expected) => {
    expect(offered(spec)).toEqual(expected);
  });

  it('never in a ring', () => {
    const rules = { system: [{ to: ['team'] }], team: [{ to: ['team2', 'system'] }] };
    const { decision, steps } = decideRoute(input({ rules }));
    expect(decision).toEqual({ kind: 'nobody', reason: 'nobody-left' });
    expect(steps).toContainEqual({
      kind: 'excluded',
      boxId: 'system',
      name: 'All leads',
      why: 'the lead was here before',
    });
  });

  it('with the time and the head start the rule gives', () => {
    const rules: Rules = { system: [{ mode: 'grab', to: ['ann'], offerMinutes: 30, opensInMinutes: 2 }] };
    expect(decide({ rules })).toMatchObject({
      kind: 'offer',
      mode: 'grab',
      box: { id: 'system' },
      rule: { id: 'system-0', name: 'system 0' },
      offerMinutes: 30,
      opensInMinutes: 2,
      turns: [],
    });
    const own = decide({ start: 'ann' });
    expect(own).toMatchObject({ box: { id: 'ann' }, offerMinutes: defaultOfferMinutes });
    expect(own).not.toHaveProperty('rule');
  });
});

describe('in turn', () => {
  const rules: Rules = { system: [{ mode: 'round-robin', to: ['ann', 'bob', 'cid'] }] };

  /** Sends `count` leads after one another; says who got each. */
  function rotate(count: number, spec: (turn: number) => Spec = () => ({})): string[] {
    let turn: Turn = { number: 0, served: {} };
    return Array.from({ length: count }, (_, n) => {
      const decision = decide({ rules, turns: { 'system-0': turn }, ...spec(n) });
      if (decision.kind !== 'offer') return decision.reason;
      const [taken] = decision.turns;
      expect(taken?.ruleId).toBe('system-0');
      const number = turn.number + 1;
      turn = { number, served: { ...turn.served, [taken?.boxId ?? '']: number } };
      return decision.to[0]?.id ?? '';
    });
  }

  it('everybody gets one, then all again', () => {
    expect(rotate(6)).toEqual(['ann', 'bob', 'cid', 'ann', 'bob', 'cid']);
  });

  it('nobody gets the turns of the absent on top, and who comes back is next, once', () => {
    const away = rotate(9, (n) => (n >= 1 && n < 7 ? { barred: { bob: 'absent' } } : {}));
    expect(away).toEqual(['ann', 'cid', 'ann', 'cid', 'ann', 'cid', 'ann', 'bob', 'cid']);
  });

  it('a newcomer is next, once, and not flooded', () => {
    const two: Rules = { system: [{ mode: 'round-robin', to: ['ann', 'bob'] }] };
    const came = rotate(8, (n) => (n < 4 ? { rules: two } : {}));
    expect(came).toEqual(['ann', 'bob', 'ann', 'bob', 'cid', 'ann', 'bob', 'cid']);
  });

  it('teams take turns, and within each its people', () => {
    const nested: Rules = {
      system: [{ mode: 'round-robin', to: ['team', 'cid'] }],
      team: [{ mode: 'round-robin', to: ['team'] }],
    };
    const decision = decide({ rules: nested });
    expect(decision).toMatchObject({
      box: { id: 'team' },
      turns: [
        { ruleId: 'system-0', boxId: 'team' },
        { ruleId: 'team-0', boxId: 'ann' },
      ],
    });
  });

  it('stays fair whoever is away when', () => {
    const people = ['ann', 'bob', 'cid'];
    fc.assert(
      fc.property(fc.array(fc.subarray(people, { maxLength: 2 }), { maxLength: 60 }), (absences) => {
        const got = rotate(absences.length, (n) => ({
          barred: Object.fromEntries((absences[n] ?? []).map((id) => [id, 'absent'])),
        }));
        got.forEach((id, n) => expect(absences[n]).not.toContain(id));
        // Who was there all the time is never more than one turn behind another.
        const present = people.filter((id) => absences.every((away) => !away.includes(id)));
        for (const steady of present) {
          const mine = got.filter((id) => id === steady).length;
          for (const other of people) expect(got.filter((id) => id === other).length).toBeLessThanOrEqual(mine + 1);
        }
      }),
    );
  });
});

describe('a trace', () => {
  it('names every rule that was asked and everybody who was passed over, with reasons', () => {
    const { steps } = decideRoute(
      input({
        rules: { system: [{ to: ['ann'], when: never }, { to: ['team', 'bob', 'cid'] }], team: [] },
        barred: { bob: 'absent; keeps the turn' },
      }),
    );
    expect(steps).toEqual([
      { kind: 'box', boxId: 'system', name: 'All leads' },
      {
        kind: 'rule',
        boxId: 'system',
        ruleId: 'system-0',
        name: 'system 0',
        matched: false,
        why: 'company name is given',
      },
      { kind: 'rule', boxId: 'system', ruleId: 'system-1', name: 'system 1', matched: true, why: 'every lead matches' },
      { kind: 'box', boxId: 'team', name: 'Team' },
      { kind: 'excluded', boxId: 'bob', name: 'Bob', why: 'absent; keeps the turn' },
      { kind: 'chosen', boxIds: ['cid'], names: ['Cid'], why: 'first of the rule’s list that can take it' },
    ]);
  });
});

describe('for every tree, however it is ruled', () => {
  const ids = tree.map((box) => box.id);
  const rule = fc.record({
    mode: fc.constantFrom('direct', 'round-robin', 'grab'),
    to: fc.array(fc.constantFrom(...ids), { minLength: 1, maxLength: 4 }),
  });
  const rules = fc.dictionary(fc.constantFrom(...ids), fc.array(rule as fc.Arbitrary<Assign>, { maxLength: 3 }));

  it('a decision ends, and names only who may take the lead', () => {
    fc.assert(
      fc.property(rules, fc.subarray(ids), fc.subarray(ids), fc.constantFrom(...ids), (given, barred, tried, start) => {
        const decision = decide({
          rules: given,
          start,
          barred: Object.fromEntries(barred.map((id) => [id, 'absent'])),
          tried: Object.fromEntries(tried.map((id) => [id, 'declined'])),
        });
        if (decision.kind === 'nobody') return;
        expect(decision.to.length).toBeGreaterThan(0);
        for (const box of decision.to) {
          expect([box.kind, barred.includes(box.id), tried.includes(box.id)]).toEqual([
            expect.stringMatching(/user|partner/),
            false,
            false,
          ]);
        }
        expect(new Set(decision.to).size).toBe(decision.to.length);
      }),
    );
  });
});
