import type { AnswerOutcome, AnyMessage, ErasureOutcome, MessageType } from './generated.ts';
import { messageTable } from './message-table.ts';

/** The offering side made the offer and arbitrates it; the holding side was offered the lead and may come to hold it. */
export type Side = 'offering' | 'holding';
export type Direction = 'sent' | 'received';

/**
 * `none`: no offer yet · `offered` · `claimed`: accepted, not yet awarded · `awarded`: provisional, the lease runs ·
 * `released`: the holder owns the lead and reports on it · `recall-asked`, `return-asked`: it still does, one side wants the
 * lead back where it came from · `returned`: it is back · `rejected` · `closed`: taken by another, expired or recalled ·
 * `erased`: nothing is left to talk about.
 */
export const conversationStates = [
  'none',
  'offered',
  'claimed',
  'awarded',
  'released',
  'recall-asked',
  'return-asked',
  'returned',
  'rejected',
  'closed',
  'erased',
] as const;
export type ConversationState = (typeof conversationStates)[number];

/** What an answer decided, where the next state hangs on it. */
export type Outcome = AnswerOutcome | ErasureOutcome;

export interface Transition {
  readonly side: Side;
  readonly direction: Direction;
  readonly message: MessageType;
  /** Only with this outcome; absent: with any. */
  readonly outcome?: Outcome;
  readonly from: readonly ConversationState[];
  readonly to: ConversationState | 'unchanged';
}

type Row = readonly [
  direction: Direction,
  message: MessageType | readonly [MessageType, Outcome],
  from: readonly ConversationState[],
  to: Transition['to'],
];

const rowsOf = (side: Side, rows: readonly Row[]): Transition[] =>
  rows.map(([direction, named, from, to]) => {
    if (typeof named === 'string') return { side, direction, message: named, from, to };
    const [message, outcome] = named;
    return { side, direction, message, outcome, from, to };
  });

const shown = ['offered', 'claimed', 'awarded'] as const;
const held = ['released', 'recall-asked', 'return-asked'] as const;
const begun = conversationStates.filter((state) => state !== 'none');

const offeringRows: readonly Row[] = [
  ['sent', 'Offer', ['none', 'rejected', 'closed', 'returned'], 'offered'],
  ['received', 'Accept', ['offered', 'claimed'], 'claimed'],
  ['received', 'Accept', ['closed'], 'closed'],
  ['received', 'Reject', [...shown, 'rejected'], 'rejected'],
  ['received', 'Reject', ['closed'], 'closed'],
  ['sent', 'Award', ['claimed'], 'awarded'],
  ['sent', 'NoLongerAvailable', [...shown, 'closed'], 'closed'],
  ['sent', 'Release', ['awarded'], 'released'],
  ['received', 'Status', [...held, 'returned'], 'unchanged'],
  ['sent', 'Update', held, 'unchanged'],
  ['received', 'Update', [...held, 'returned'], 'unchanged'],
  ['sent', 'Recall', [...shown, 'closed'], 'closed'],
  ['sent', 'Recall', ['released'], 'recall-asked'],
  ['received', ['RecallAnswer', 'agreed'], [...held, 'returned'], 'returned'],
  ['received', ['RecallAnswer', 'agreed'], ['closed'], 'closed'],
  ['received', ['RecallAnswer', 'refused'], ['recall-asked'], 'released'],
  ['received', 'Return', ['released', 'recall-asked'], 'return-asked'],
  ['sent', ['ReturnAnswer', 'agreed'], ['return-asked'], 'returned'],
  ['sent', ['ReturnAnswer', 'refused'], ['return-asked'], 'released'],
];

const holdingRows: readonly Row[] = [
  ['received', 'Offer', ['none', ...shown, 'return-asked', 'returned', 'rejected', 'closed'], 'offered'],
  ['sent', 'Accept', ['offered'], 'claimed'],
  ['sent', 'Reject', ['offered', 'claimed'], 'rejected'],
  ['received', 'Award', ['claimed'], 'awarded'],
  ['received', 'NoLongerAvailable', [...shown, 'closed'], 'closed'],
  ['received', 'NoLongerAvailable', ['rejected'], 'rejected'],
  ['received', 'Release', ['awarded'], 'released'],
  ['received', 'Release', [...held, 'returned'], 'unchanged'],
  ['sent', 'Status', held, 'unchanged'],
  ['sent', 'Update', held, 'unchanged'],
  ['received', 'Update', [...held, 'returned'], 'unchanged'],
  ['received', 'Recall', [...shown, 'closed'], 'closed'],
  ['received', 'Recall', ['rejected'], 'rejected'],
  ['received', 'Recall', ['released'], 'recall-asked'],
  ['received', 'Recall', ['return-asked', 'returned'], 'unchanged'],
  ['sent', ['RecallAnswer', 'agreed'], ['recall-asked', 'return-asked', 'returned'], 'returned'],
  ['sent', ['RecallAnswer', 'agreed'], ['closed'], 'closed'],
  ['sent', ['RecallAnswer', 'refused'], ['recall-asked'], 'released'],
  ['sent', 'Return', ['released'], 'return-asked'],
  ['received', ['ReturnAnswer', 'agreed'], ['return-asked', 'returned'], 'returned'],
  ['received', ['ReturnAnswer', 'refused'], ['return-asked'], 'released'],
  ['received', ['ReturnAnswer', 'refused'], ['returned'], 'returned'],
];

/** Personal data is spoken of in every state, from both sides. */
const privacyRows: readonly Row[] = (['sent', 'received'] as const).flatMap((direction): readonly Row[] => [
  [direction, 'Erasure', begun, 'unchanged'],
  [direction, ['ErasureStatus', 'done'], begun, 'erased'],
  ...(['pending', 'partial', 'refused', 'offer-deleted'] as const).map((outcome): Row => [
    direction,
    ['ErasureStatus', outcome],
    begun,
    'unchanged',
  ]),
  [direction, 'ConsentChange', begun, 'unchanged'],
  [direction, 'AccessRequest', begun, 'unchanged'],
  [direction, 'AccessReport', begun, 'unchanged'],
]);

/**
 * Every message that belongs to a conversation, for both sides; what is not here is an illegal transition. A message that
 * changes nothing crossed another on the way, was sent anew after the first one arrived, or is about what stays as it is. A new Offer in a conversation that ended
 * without an owner, or whose lead is back, opens the next round; the holding side takes it also where the end of the last
 * round may still be on its way.
 */
export const transitions: readonly Transition[] = [
  ...rowsOf('offering', [...offeringRows, ...privacyRows]),
  ...rowsOf('holding', [...holdingRows, ...privacyRows]),
];

/** What a node remembers of a conversation for this purpose. */
export interface ConversationPoint {
  readonly state: ConversationState;
  /** Round of the last Offer; 0 before the first. */
  readonly round: number;
}

export interface ConversationEvent {
  readonly side: Side;
  readonly direction: Direction;
  readonly type: MessageType;
  readonly round: number;
  /** As `outcomeOf` finds it; needed for answers. */
  readonly outcome?: Outcome | undefined;
}

/** The state after a message, or undefined when it may not happen in this state. */
export function nextState(
  { side, direction, type, outcome }: Omit<ConversationEvent, 'round'>,
  state: ConversationState,
): ConversationState | undefined {
  const found = transitions.find(
    (transition) =>
      transition.side === side &&
      transition.direction === direction &&
      transition.message === type &&
      (transition.outcome === undefined || transition.outcome === outcome) &&
      transition.from.includes(state),
  );
  return found?.to === 'unchanged' ? state : found?.to;
}

/** What a message decides by itself; undefined where the next state hangs on the type alone. */
export function outcomeOf({ body }: AnyMessage): Outcome | undefined {
  return 'outcome' in body ? body.outcome : undefined;
}

/**
 * The point after a message, or the problem code it is answered with: a message of another round than the current one is
 * `stale-round`; only an Offer starts a round, and only a higher one. What is about personal data counts in every round.
 */
export function advance(
  { state, round }: ConversationPoint,
  { round: at, ...event }: ConversationEvent,
): ConversationPoint | 'stale-round' | 'illegal-transition' | 'erased' {
  const next = nextState(event, state);
  if (state === 'erased' && next === undefined) return 'erased';
  const anyRound = messageTable[event.type].level === 'Privacy';
  const opens = event.type === 'Offer';
  if (!anyRound && (opens ? at <= round : at < round)) return 'stale-round';
  if (next === undefined || (!anyRound && !opens && at > round)) return 'illegal-transition';
  return { state: next, round: opens ? at : round };
}
