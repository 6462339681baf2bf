import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  conversationStates,
  nextState,
  outcomeOf,
  transitions,
  type ConversationPoint,
  type ConversationState,
  type Outcome,
  type Side,
} from '../../protocol/conversation.ts';
import { erasureOutcomes, messageTypes, type MessageType } from '../../protocol/generated.ts';
import { messageTable } from '../../protocol/message-table.ts';
import { message } from './messages.ts';

describe('the table of transitions', () => {
  it('has one outcome for each side, direction, message and state', () => {
    const seen = transitions.flatMap(({ side, direction, message, outcome = '', from }) =>
      from.map((state) => [side, direction, message, outcome, state].join(' ')),
    );
    expect(new Set(seen).size).toBe(seen.length);
  });
  it('lets both sides take part in every message: what one may send, the other may receive', () => {
    const sent = transitions
      .filter(({ direction }) => direction === 'sent')
      .map(({ side, message }) => `${side} ${message}`);
    const expected = transitions
      .filter(({ direction }) => direction === 'received')
      .map(({ side, message }) => `${side === 'offering' ? 'holding' : 'offering'} ${message}`);
    expect(new Set(sent)).toEqual(new Set(expected));
  });
  it('leaves what is held only by an answer, and what is erased never', () => {
    const held: ConversationState[] = ['released', 'recall-asked', 'return-asked'];
    for (const { message: type, from, to } of transitions) {
      if (to === 'unchanged' || held.includes(to)) continue;
      if (from.includes('erased')) expect(to).toBe('erased');
      if (from.some((state) => held.includes(state))) {
        expect(type === 'Offer' ? from : type).toSatisfy((found: unknown) =>
          typeof found === 'string' ? /Answer|ErasureStatus/.test(found) : !from.includes('released'),
        );
      }
    }
  });
  it('reaches released through awarded, and back from a question that was refused', () => {
    for (const { message: type, from, to, outcome } of transitions) {
      if (to === 'awarded') expect(from).toEqual(['claimed']);
      if (to === 'released') {
        if (type === 'Release') expect(from).toEqual(['awarded']);
        else expect([outcome, ...from]).toEqual(['refused', type === 'RecallAnswer' ? 'recall-asked' : 'return-asked']);
      }
    }
  });
  it('has every message of a conversation, and no other, on both sides', () => {
    const inTable = messageTypes.filter((type) => messageTable[type].conversation);
    for (const side of ['offering', 'holding'] as const) {
      const found = transitions
        .filter((transition) => transition.side === side)
        .map((transition) => transition.message);
      expect([...new Set(found)].toSorted()).toEqual(inTable.toSorted());
    }
  });
  it('knows every outcome of an answer', () => {
    expect(outcomeOf(message('RecallAnswer'))).toBe('agreed');
    expect(outcomeOf(message('Status'))).toBeUndefined();
    for (const outcome of erasureOutcomes) {
      const event = { side: 'holding', direction: 'sent', type: 'ErasureStatus', outcome } as const;
      expect(nextState(event, 'closed')).toBe(outcome === 'done' ? 'erased' : 'closed');
    }
    expect(nextState({ side: 'holding', direction: 'sent', type: 'ErasureStatus' }, 'closed')).toBeUndefined();
  });
  it.each<[Side, 'sent' | 'received', MessageType, ConversationState, ConversationState | undefined]>([
    ['holding', 'received', 'Offer', 'none', 'offered'],
    ['holding', 'sent', 'Accept', 'offered', 'claimed'],
    ['holding', 'sent', 'Accept', 'closed', undefined],
    ['holding', 'received', 'Award', 'offered', undefined],
    ['holding', 'received', 'Award', 'rejected', undefined],
    ['holding', 'received', 'Release', 'claimed', undefined],
    ['holding', 'received', 'NoLongerAvailable', 'released', undefined],
    ['holding', 'sent', 'Status', 'awarded', undefined],
    ['offering', 'sent', 'Release', 'claimed', undefined],
    ['offering', 'sent', 'Offer', 'released', undefined],
    ['offering', 'sent', 'Offer', 'awarded', undefined],
    ['offering', 'received', 'Accept', 'closed', 'closed'],
    ['offering', 'received', 'Reject', 'released', undefined],
    ['offering', 'sent', 'Offer', 'returned', 'offered'],
    ['offering', 'sent', 'Offer', 'recall-asked', undefined],
    ['holding', 'received', 'Recall', 'awarded', 'closed'],
    ['holding', 'received', 'Recall', 'released', 'recall-asked'],
    ['holding', 'received', 'Erasure', 'closed', 'closed'],
    ['holding', 'received', 'Erasure', 'none', undefined],
    ['holding', 'sent', 'Status', 'erased', undefined],
    ['offering', 'received', 'AccessReport', 'erased', 'erased'],
  ])('%s side, %s %s in %s: %s', (...[side, direction, type, state, next]) => {
    expect(nextState({ side, direction, type }, state)).toBe(next);
  });
});

describe('rounds', () => {
  const at = (point: ConversationPoint, type: MessageType, round: number) =>
    advance(point, { side: 'holding', direction: 'received', type, round });
  it('begin with an Offer and with nothing else', () => {
    expect(at({ state: 'none', round: 0 }, 'Offer', 1)).toEqual({ state: 'offered', round: 1 });
    expect(at({ state: 'closed', round: 1 }, 'Offer', 2)).toEqual({ state: 'offered', round: 2 });
    expect(at({ state: 'claimed', round: 1 }, 'Award', 2)).toBe('illegal-transition');
  });
  it('make what is older stale', () => {
    expect(at({ state: 'claimed', round: 2 }, 'Award', 1)).toBe('stale-round');
    expect(at({ state: 'closed', round: 2 }, 'Offer', 2)).toBe('stale-round');
    expect(at({ state: 'closed', round: 2 }, 'Offer', 1)).toBe('stale-round');
  });
  it('end with the release', () => {
    expect(at({ state: 'released', round: 1 }, 'Offer', 2)).toBe('illegal-transition');
  });
  it('begin again when the lead is back', () => {
    expect(at({ state: 'returned', round: 1 }, 'Offer', 2)).toEqual({ state: 'offered', round: 2 });
    expect(at({ state: 'offered', round: 2 }, 'Recall', 1)).toBe('stale-round');
  });
  it('do not matter to personal data, and end with its erasure', () => {
    expect(at({ state: 'closed', round: 2 }, 'Erasure', 1)).toEqual({ state: 'closed', round: 2 });
    expect(at({ state: 'closed', round: 2 }, 'ConsentChange', 3)).toEqual({ state: 'closed', round: 2 });
    expect(at({ state: 'erased', round: 2 }, 'Offer', 3)).toBe('erased');
    expect(at({ state: 'erased', round: 2 }, 'Award', 1)).toBe('erased');
    expect(at({ state: 'erased', round: 2 }, 'AccessRequest', 2)).toEqual({ state: 'erased', round: 2 });
  });
});

interface Wire {
  readonly peer: number;
  readonly to: Side;
  readonly type: MessageType | 'award-receipt';
  readonly round: number;
}
interface World {
  readonly offering: ConversationPoint[];
  readonly holding: ConversationPoint[];
  readonly wire: Wire[];
  round: number;
  winner: number | undefined;
}

/** Sends a message when the table lets it: a node never sends what it may not. */
function send(world: World, side: Side, peer: number, type: MessageType): boolean {
  const points = world[side];
  const round = type === 'Offer' ? world.round : (points[peer]?.round ?? 0);
  const next = advance(points[peer]!, { side, direction: 'sent', type, round });
  if (typeof next === 'string') return false;
  points[peer] = next;
  world.wire.push({ peer, to: side === 'offering' ? 'holding' : 'offering', type, round });
  return true;
}

/** One message arrives; what the table refuses has no effect. */
function deliver(world: World, { peer, to, type, round }: Wire): void {
  if (type === 'award-receipt') {
    const { state, round: current } = world.offering[peer]!;
    if (world.winner === peer && state === 'awarded' && current === round) send(world, 'offering', peer, 'Release');
    return;
  }
  const next = advance(world[to][peer]!, { side: to, direction: 'received', type, round });
  if (typeof next === 'string') return;
  world[to][peer] = next;
  if (to === 'holding' && type === 'Award') world.wire.push({ peer, to: 'offering', type: 'award-receipt', round });
  if (to === 'offering' && type === 'Accept') arbitrate(world, peer);
  if (to === 'offering' && type === 'Reject' && world.winner === peer) world.winner = undefined;
}

function arbitrate(world: World, peer: number): void {
  if (world.winner === undefined && world.offering[peer]?.state === 'claimed') {
    world.winner = peer;
    send(world, 'offering', peer, 'Award');
  } else if (world.winner !== peer) send(world, 'offering', peer, 'NoLongerAvailable');
}

/** The lease lapsed, or nobody came: everything is taken back and offered again. */
function reopen(world: World): void {
  if (world.offering.some(({ state }) => state === 'released')) return;
  world.winner = undefined;
  for (const peer of world.offering.keys()) send(world, 'offering', peer, 'NoLongerAvailable');
  world.round += 1;
  for (const peer of world.offering.keys()) send(world, 'offering', peer, 'Offer');
}

type Step =
  | { readonly kind: 'deliver'; readonly pick: number; readonly again: boolean }
  | { readonly kind: 'lose'; readonly pick: number }
  | { readonly kind: 'act'; readonly peer: number; readonly type: 'Accept' | 'Reject' | 'Status' }
  | { readonly kind: 'reopen' };

function take(world: World, step: Step): void {
  if (step.kind === 'reopen') reopen(world);
  else if (step.kind === 'act') send(world, 'holding', step.peer, step.type);
  else if (world.wire.length > 0) {
    const at = step.pick % world.wire.length;
    const message = world.wire[at]!;
    if (step.kind === 'lose' || !step.again) world.wire.splice(at, 1);
    if (step.kind === 'deliver') deliver(world, message);
  }
}

function check({ offering, holding, winner }: World): void {
  const owners = holding.filter(({ state }) => state === 'released').length;
  const released = offering.filter(({ state }) => state === 'released').length;
  expect(owners).toBeLessThanOrEqual(1);
  expect(released).toBeLessThanOrEqual(1);
  expect(owners).toBeLessThanOrEqual(released);
  for (const [peer, { state }] of offering.entries()) {
    if (state === 'awarded' || state === 'released') expect(winner).toBe(peer);
    if (holding[peer]?.state === 'released') expect(state).toBe('released');
  }
}

const peers = 3;
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), pick: fc.nat(99), again: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), pick: fc.nat(99) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      peer: fc.nat(peers - 1),
      type: fc.constantFrom('Accept' as const, 'Accept' as const, 'Reject' as const, 'Status' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'reopen' }) },
);

describe('any order, repetition and loss of messages', () => {
  const start = (): World => ({
    offering: Array.from({ length: peers }, () => ({ state: 'none', round: 0 })),
    holding: Array.from({ length: peers }, () => ({ state: 'none', round: 0 })),
    wire: [],
    round: 0,
    winner: undefined,
  });

  it('never makes two owners, and nobody owns what the offering side did not release', () => {
    let releases = 0;
    fc.assert(
      fc.property(fc.array(steps, { minLength: 20, maxLength: 120 }), (run) => {
        const world = start();
        reopen(world);
        for (const step of run) {
          take(world, step);
          check(world);
        }
        releases += world.holding.filter(({ state }) => state === 'released').length;
      }),
      { numRuns: 1_000 },
    );
    expect(releases).toBeGreaterThan(100);
  });

  it('never finds a state for a random message that the table does not know', () => {
    const events = fc.record({
      side: fc.constantFrom<Side>('offering', 'holding'),
      direction: fc.constantFrom('sent' as const, 'received' as const),
      type: fc.constantFrom(...messageTypes),
      round: fc.integer({ min: 0, max: 4 }),
      outcome: fc.constantFrom<(Outcome | undefined)[]>(undefined, 'agreed', 'refused', 'done'),
    });
    fc.assert(
      fc.property(fc.array(events), (run) => {
        let point: ConversationPoint = { state: 'none', round: 0 };
        for (const event of run) {
          const next = advance(point, event);
          if (typeof next === 'string') continue;
          expect(conversationStates).toContain(next.state);
          expect(next.round).toBeGreaterThanOrEqual(point.round);
          if (point.state === 'erased') expect(next).toEqual(point);
          point = next;
        }
      }),
    );
  });
});
