import { describe, expect, it } from 'vitest';
import { compileRule, describeRule, evaluateRules, ruleInputSchema } from '../../node/rules/index.ts';
import type { Rule } from '../../node/rules/index.ts';

const rule = (id: string, part: Partial<Rule>): Rule => ({
  id,
  boxId: 'box',
  position: 0,
  name: id,
  event: 'enter',
  condition: { all: [] },
  action: { assign: { mode: 'direct', to: ['a'], offerMinutes: 60 } },
  enabled: true,
  ...part,
});

describe('the rules of a box', () => {
  it('match in their order, each with its reason; a rule that is off matches nothing', () => {
    const rules = [
      rule('no', { condition: { field: 'account.name', op: 'equals', value: 'Other' } }),
      rule('off', { enabled: false }),
      rule('first', { condition: { field: 'account.name', op: 'equals', value: 'ACME' } }),
      rule('second', {}),
    ];
    const { matches, trace } = evaluateRules(rules.map(compileRule), {
      lead: { account: { name: 'Acme' } },
      facts: {},
    });
    expect(matches.map(({ id }) => id)).toEqual(['first', 'second']);
    expect(trace).toEqual([
      { ruleId: 'no', name: 'no', matched: false, why: 'company name is not Other (it is “Acme”)' },
      { ruleId: 'off', name: 'off', matched: false, why: 'the rule is switched off' },
      { ruleId: 'first', name: 'first', matched: true, why: 'company name is ACME' },
      { ruleId: 'second', name: 'second', matched: true, why: 'every lead matches' },
    ]);
  });

  it('say in English what they do', () => {
    const say = (part: Partial<Rule>) => describeRule(rule('r', part), (id) => id.toUpperCase());
    expect(say({})).toBe('Always offer the lead to A for 1 hour.');
    expect(
      say({
        condition: { field: 'contact.address.country', op: 'equals', value: 'DE' },
        action: { assign: { mode: 'grab', to: ['a', 'b', 'c'], offerMinutes: 90 } },
      }),
    ).toBe('When country is DE: put the lead up for grabs for A, B and C for 90 minutes.');
    expect(say({ action: { assign: { mode: 'round-robin', to: ['a', 'b'], offerMinutes: 2880 } } })).toBe(
      'Always offer the lead in turn to A and B for 2 days.',
    );
  });

  it.each([
    ['no target', { mode: 'direct', to: [], offerMinutes: 60 }],
    ['an unknown mode', { mode: 'auction', to: ['a'], offerMinutes: 60 }],
    ['no time to answer', { mode: 'direct', to: ['a'], offerMinutes: 0 }],
    ['more than two weeks', { mode: 'direct', to: ['a'], offerMinutes: 20_161 }],
    ['something unknown', { mode: 'direct', to: ['a'], offerMinutes: 60, weight: 1 }],
  ])('are refused with %s', (_name, assign) => {
    const input = { name: 'r', condition: { all: [] }, action: { assign } };
    expect(ruleInputSchema.safeParse(input).success).toBe(false);
  });
});
