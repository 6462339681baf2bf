import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closedStates,
  eventsFor,
  leadEvents,
  leadStates,
  lifeCycle,
  mayChange,
  stateAfter,
  type LeadEvent,
  type LeadState,
  type Party,
} from '../../node/leads/life-cycle.ts';

const eventNames = (lead: Parameters<typeof eventsFor>[0], party: Party) =>
  eventsFor(lead, party).map((transition) => transition.event);

describe('the table', () => {
  it('names every event once', () => {
    expect(new Set(leadEvents).size).toBe(lifeCycle.length);
  });

  it('leads from a new lead to every state', () => {
    const reached = new Set<LeadState>(['new']);
    for (const _ of leadStates)
      for (const transition of lifeCycle)
        for (const state of transition.from) if (reached.has(state)) reached.add(stateAfter(transition, state));
    expect([...reached].toSorted()).toEqual([...leadStates].toSorted());
  });

  it('has a way on from every state but “withdrawn”, besides erasure', () => {
    const ways = lifeCycle.filter(({ event }) => event !== 'erase');
    const ends = leadStates.filter((state) => !ways.some((transition) => transition.from.includes(state)));
    expect(ends).toEqual(['withdrawn']);
  });

  it('gives a button’s label to whatever people bring about, and to nothing else', () => {
    for (const { by, label } of lifeCycle) expect(label !== undefined).toBe(by.some((party) => party !== 'system'));
  });
});

describe('mayChange', () => {
  it.each<[LeadState, LeadEvent, LeadState]>([
    ['new', 'offer', 'offered'],
    ['offered', 'claim', 'claimed'],
    ['claimed', 'lapse', 'offered'],
    ['claimed', 'release', 'assigned'],
    ['offered', 'unroute', 'unrouted'],
    ['unrouted', 'offer', 'offered'],
    ['assigned', 'win', 'won'],
    ['asleep', 'sleep', 'asleep'],
    ['won', 'lose', 'lost'],
    ['lost', 'reopen', 'working'],
    ['contacted', 'note', 'contacted'],
    ['claimed', 'withdraw', 'withdrawn'],
  ])('%s: %s → %s', (state, event, next) => {
    const transition = mayChange(state, event);
    expect(transition && stateAfter(transition, state)).toBe(next);
  });

  it.each<[LeadState, LeadEvent]>([
    ['claimed', 'claim'],
    ['assigned', 'claim'],
    ['assigned', 'offer'],
    ['assigned', 'withdraw'],
    ['offered', 'release'],
    ['new', 'win'],
    ['withdrawn', 'offer'],
    ['withdrawn', 'note'],
    ['won', 'reroute'],
  ])('%s: no %s', (state, event) => {
    expect(mayChange(state, event)).toBeUndefined();
  });

  it('lets nobody claim twice, whatever happens between, without the lead being open again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...leadEvents), { maxLength: 60 }), (events) => {
        let state: LeadState = 'new';
        let held = false;
        for (const event of events) {
          const transition = mayChange(state, event);
          if (!transition) continue;
          if (event === 'claim') expect(held).toBe(false);
          state = stateAfter(transition, state);
          held = !['new', 'offered', 'unrouted', 'withdrawn'].includes(state);
        }
      }),
    );
  });
});

describe('eventsFor', () => {
  it('gives the holder the work', () => {
    expect(eventNames({ state: 'assigned', holderKind: 'user' }, 'holder')).toEqual([
      'contact',
      'work',
      'sleep',
      'win',
      'lose',
      'note',
    ]);
  });

  it('lets an overseer route again, unless a peer holds the lead', () => {
    expect(eventNames({ state: 'assigned', holderKind: 'user' }, 'overseer')).toContain('reroute');
    expect(eventNames({ state: 'assigned', holderKind: 'peer' }, 'overseer')).toEqual(['note']);
  });

  it('offers people nothing of the node’s own', () => {
    for (const state of leadStates)
      for (const party of ['holder', 'overseer'] as const)
        for (const event of eventNames({ state }, party))
          expect(['place', 'offer', 'claim', 'lapse', 'assign', 'release', 'unroute', 'withdraw']).not.toContain(event);
  });

  it('offers nothing but what mayChange allows', () => {
    for (const state of leadStates)
      for (const party of ['system', 'holder', 'overseer'] as const)
        for (const event of eventNames({ state }, party)) expect(mayChange(state, event)).toBeDefined();
  });
});

it('closes a lead in three states', () => {
  expect(closedStates).toEqual(['won', 'lost', 'withdrawn']);
});
