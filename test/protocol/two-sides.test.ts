import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, transitions } from '../../protocol/conversation.ts';
import type { ConversationPoint, ConversationState, Outcome, Side } from '../../protocol/conversation.ts';
import { erasureOutcomes, messageTypes, type MessageType } from '../../protocol/generated.ts';
import { messageTable } from '../../protocol/message-table.ts';

/**
 * Two machines and what is under way between them, as docs/protocol.md has it delivered: a message arrives once, again, late or
 * never; the receiver applies what has a higher Seq than all it applied, and what its table refuses has no effect. So whatever
 * was overtaken or comes twice is as good as lost, but for questions, and answers to a question that is open.
 */
interface Flight {
  readonly type: MessageType;
  readonly outcome?: Outcome | undefined;
  readonly round: number;
  readonly seq: number;
  /** The Seq of the question that is answered. */
  readonly quotes?: number | undefined;
}
interface World {
  readonly points: Readonly<Record<Side, ConversationPoint>>;
  /** By receiver, oldest first. */
  readonly flights: Readonly<Record<Side, readonly Flight[]>>;
  /** Whether the receipt for the Award came: only then the Release leaves. */
  readonly receipted: boolean;
  /** The last Seq, by sender and by receiver. */
  readonly sent: Readonly<Record<Side, number>>;
  readonly applied: Readonly<Record<Side, number>>;
  /** All it applied, by receiver: what comes again is known by its id. */
  readonly done: Readonly<Record<Side, readonly number[]>>;
  /** The Seq of the last question, by who asked (0: it was answered), and by who heard it. */
  readonly asked: Readonly<Record<Side, number>>;
  readonly heard: Readonly<Record<Side, number>>;
}

const start: World = {
  points: { offering: { state: 'none', round: 0 }, holding: { state: 'none', round: 0 } },
  flights: { offering: [], holding: [] },
  receipted: false,
  sent: { offering: 0, holding: 0 },
  applied: { offering: 0, holding: 0 },
  done: { offering: [], holding: [] },
  asked: { offering: 0, holding: 0 },
  heard: { offering: 0, holding: 0 },
};
const questions: readonly MessageType[] = ['Recall', 'Return'];
const answers: readonly MessageType[] = ['RecallAnswer', 'ReturnAnswer'];
const other = (side: Side): Side => (side === 'offering' ? 'holding' : 'offering');

interface Action {
  /** `repeat`: it arrives, and another copy stays under way. */
  readonly kind: 'send' | 'arrive' | 'repeat' | 'die';
  readonly side: Side;
  readonly type?: MessageType;
  readonly outcome?: Outcome | undefined;
  /** Which of those under way, from the oldest; absent: the oldest. */
  readonly place?: number;
}

/** Everything anybody may say, by the table. */
const sayings: readonly Action[] = transitions
  .filter(({ direction }) => direction === 'sent')
  .map(({ side, message, outcome }) => ({ kind: 'send' as const, side, type: message, outcome }))
  .filter((one, index, all) => all.findIndex((two) => JSON.stringify(one) === JSON.stringify(two)) === index);

function send(world: World, { side, type, outcome }: Action): World | undefined {
  const point = world.points[side];
  if (type === undefined || (type === 'Release' && !world.receipted)) return undefined;
  const round = type === 'Offer' ? point.round + 1 : point.round;
  const next = advance(point, { side, direction: 'sent', type, outcome, round });
  if (typeof next === 'string') return undefined;
  const to = other(side);
  const seq = world.sent[side] + 1;
  const quotes = answers.includes(type) ? world.heard[side] : undefined;
  return {
    ...world,
    sent: { ...world.sent, [side]: seq },
    asked: questions.includes(type) ? { ...world.asked, [side]: seq } : world.asked,
    points: { ...world.points, [side]: next },
    flights: { ...world.flights, [to]: [...world.flights[to], { type, outcome, round, seq, quotes }] },
    receipted: type === 'Award' ? false : world.receipted,
  };
}

function arrive(world: World, { kind, side, place = 0 }: Action): World | undefined {
  const flight = world.flights[side][place];
  if (!flight) return undefined;
  const rest = kind === 'repeat' ? world.flights[side] : world.flights[side].toSpliced(place, 1);
  const gone: World = { ...world, flights: { ...world.flights, [side]: rest } };
  if (kind === 'die' || world.done[side].includes(flight.seq)) return gone;
  if (flight.seq < world.applied[side] && !countsLate(world, side, flight)) return gone;
  const next = advance(world.points[side], { side, direction: 'received', ...flight });
  if (typeof next === 'string') return gone;
  const { state, round } = world.points.offering;
  const receipt = flight.type === 'Award' && state === 'awarded' && round === flight.round;
  return {
    ...gone,
    points: { ...world.points, [side]: next },
    applied: { ...world.applied, [side]: Math.max(world.applied[side], flight.seq) },
    done: { ...world.done, [side]: [...world.done[side], flight.seq] },
    asked: answers.includes(flight.type) ? { ...world.asked, [side]: 0 } : world.asked,
    heard: questions.includes(flight.type) ? { ...world.heard, [side]: flight.seq } : world.heard,
    receipted: gone.receipted || receipt,
  };
}

/** A question, or an answer to the one that is open (LX-093). */
const countsLate = ({ asked }: World, side: Side, { type, quotes }: Flight): boolean =>
  questions.includes(type) || (answers.includes(type) && quotes === asked[side]);

const take = (world: World, action: Action): World | undefined =>
  action.kind === 'send' ? send(world, action) : arrive(world, action);

const owned: readonly ConversationState[] = ['released', 'recall-asked'];
const held: readonly ConversationState[] = [...owned, 'return-asked'];
/** Here the offering side may give the lead to somebody else. */
const free: readonly ConversationState[] = ['none', 'offered', 'claimed', 'rejected', 'closed', 'returned'];

function agree({ points: { offering, holding } }: World): void {
  const pair = `${offering.state} ${offering.round} / ${holding.state} ${holding.round}`;
  if (free.includes(offering.state)) expect(owned, pair).not.toContain(holding.state);
  if (held.includes(holding.state) && !free.includes(offering.state))
    expect([...held, 'erased'], pair).toContain(offering.state);
  expect(holding.round, pair).toBeLessThanOrEqual(offering.round);
}

/** In order of their sending the counters say nothing more. */
const key = ({ points, flights, receipted }: World) => {
  const under = (side: Side) => flights[side].map(({ type, outcome, round }) => [type, outcome, round]);
  return JSON.stringify([points, under('offering'), under('holding'), receipted]);
};

/** Every world that can be reached with at most `most` messages under way in each direction and two rounds. */
function explore(actions: readonly Action[], most: number, visit: (world: World) => void): number {
  const seen = new Set([key(start)]);
  const waiting = [start];
  for (let world = waiting.pop(); world; world = waiting.pop()) {
    visit(world);
    for (const action of actions) {
      const next = take(world, action);
      if (!next || next.points.offering.round > 2) continue;
      if (next.flights.offering.length > most || next.flights.holding.length > most || seen.has(key(next))) continue;
      seen.add(key(next));
      waiting.push(next);
    }
  }
  return seen.size;
}

const arrivals: Action[] = [
  { kind: 'arrive', side: 'offering' },
  { kind: 'arrive', side: 'holding' },
];
const losses: Action[] = [
  { kind: 'die', side: 'offering' },
  { kind: 'die', side: 'holding' },
];
/** The network at its worst: the second or third overtakes the first, and what arrived comes again. */
const disorder: Action[] = (['offering', 'holding'] as const).flatMap((side) => [
  { kind: 'arrive', side, place: 1 },
  { kind: 'arrive', side, place: 2 },
  { kind: 'repeat', side },
  { kind: 'repeat', side, place: 1 },
]);
/** What changes no state cannot make two states differ: one of its kind is enough for all. */
const telling = sayings.filter(
  ({ type, outcome }) =>
    type !== undefined &&
    !['Update', 'ConsentChange', 'AccessRequest', 'AccessReport', 'Erasure'].includes(type) &&
    (type !== 'ErasureStatus' || outcome === 'done'),
);

const released = (
  [
    ['offering', 'Offer'],
    ['holding', 'Accept'],
    ['offering', 'Award'],
    ['offering', 'Release'],
  ] as const
).reduce(
  (world, [side, type]) => arrive(send(world, { kind: 'send', side, type })!, { kind: 'arrive', side: other(side) })!,
  start,
);

describe('two sides of one conversation', () => {
  it('never both believe to have the lead, in any world that can come about', () => {
    const reached = new Set<string>();
    const worlds = explore([...telling, ...arrivals, ...losses], 3, (world) => {
      agree(world);
      reached.add(`${world.points.offering.state} ${world.points.holding.state}`);
    });
    expect(worlds).toBeGreaterThan(10_000);
    for (const pair of ['released released', 'recall-asked return-asked', 'returned returned', 'erased erased'])
      expect(reached).toContain(pair);
  });

  /** Who asked is answered; who asked for what the other asked for, too. */
  const settle = (world: World): World => {
    let now = world;
    const quiet = () => now.flights.offering.length + now.flights.holding.length === 0;
    for (let turn = 0; turn < 40; turn += 1) {
      while (!quiet()) now = arrive(now, arrivals[0]!) ?? arrive(now, arrivals[1]!) ?? now;
      const { offering, holding } = now.points;
      const answer: Action | undefined =
        offering.state === 'return-asked'
          ? { kind: 'send', side: 'offering', type: 'ReturnAnswer', outcome: 'agreed' }
          : holding.state === 'recall-asked' || (holding.state === 'return-asked' && offering.state === 'recall-asked')
            ? { kind: 'send', side: 'holding', type: 'RecallAnswer', outcome: 'agreed' }
            : undefined;
      const next = answer && take(now, answer);
      if (!next) return now;
      now = next;
    }
    return now;
  };

  /** Walks on by one of the things that can happen now; what is about personal data, and the end of it, is rarer. */
  const step = (world: World, { rare, pick }: Dice, happenings: readonly Action[]) => {
    const possible = [...happenings, ...sayings].flatMap((action) => {
      const isRare = action.kind === 'die' || (action.type ? messageTable[action.type].level === 'Privacy' : false);
      const next = isRare === rare ? take(world, action) : undefined;
      return next ? [{ action, world: next }] : [];
    });
    return possible[pick % Math.max(possible.length, 1)];
  };
  type Dice = { readonly rare: boolean; readonly pick: number };
  const rarely = fc.nat(19).map((number) => number === 0);
  const anyRun = fc.record({
    from: fc.constantFrom(start, released),
    run: fc.array(fc.record({ rare: rarely, pick: fc.nat(999) }), { minLength: 20, maxLength: 120 }),
  });

  it('end in the same state when nothing is lost and every question is answered', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(anyRun, ({ from, run }) => {
        let world = from;
        for (const dice of run) world = step(world, dice, arrivals)?.world ?? world;
        const { offering, holding } = settle(world).points;
        agree(settle(world));
        ends.add(offering.state);
        const same = offering.state === holding.state;
        // Refused before it was over: the holder said no, the arbiter closed. A claim that came to nothing ends the same way.
        const bothOver =
          ['closed', 'rejected'].includes(offering.state) && ['closed', 'rejected'].includes(holding.state);
        expect({ offering, holding }).toSatisfy(() => same || bothOver);
      }),
      { numRuns: 1_000 },
    );
    expect(ends.size).toBeGreaterThan(3);
  });

  it('never disagree on the owner, whatever is sent, lost, repeated or overtaken, with messages of all types', () => {
    const types = new Set<MessageType>(['Offer', 'Accept', 'Award', 'Release']);
    fc.assert(
      fc.property(anyRun, ({ from, run }) => {
        let world = from;
        for (const dice of run) {
          const next = step(world, dice, [...arrivals, ...losses, ...disorder]);
          if (!next) continue;
          world = next.world;
          agree(world);
          if (next.action.type) types.add(next.action.type);
        }
      }),
      { numRuns: 1_000 },
    );
    expect([...types].toSorted()).toEqual(messageTypes.filter((type) => messageTable[type].conversation).toSorted());
    expect(sayings.filter(({ type }) => type === 'ErasureStatus')).toHaveLength(erasureOutcomes.length * 2);
  });
});
