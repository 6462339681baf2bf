import type { MessageType } from './generated.ts';

/** The offering side made the offer and arbitrates it; the holding side was offered the lead and may come to hold it. */
export type Side = 'offering' | 'holding';
export type Direction = 'sent' | 'received';

/**
 * `none`: no offer yet · `offered` · `claimed`: accepted, not yet awarded · `awarded`: provisional, the lease runs ·
 * `released`: the holder owns the lead and reports on it · `rejected` · `closed`: taken by another, expired or recalled.
 */
export type ConversationState = 'none' | 'offered' | 'claimed' | 'awarded' | 'released' | 'rejected' | 'closed';

export interface Transition {
  readonly side: Side;
  readonly direction: Direction;
  readonly message: MessageType;
  readonly from: readonly ConversationState[];
  readonly to: ConversationState;
}

const offering = (
  direction: Direction,
  message: MessageType,
  from: readonly ConversationState[],
  to: ConversationState,
): Transition => ({ side: 'offering', direction, message, from, to });
const holding = (
  direction: Direction,
  message: MessageType,
  from: readonly ConversationState[],
  to: ConversationState,
): Transition => ({ side: 'holding', direction, message, from, to });

/**
 * Every message of level Core that belongs to a conversation, for both sides; what is not here is an illegal transition.
 * A message whose `to` is its `from` crossed another on the way, or repeats: it is legal and changes nothing.
 * A new Offer in a conversation that ended without an owner opens the next round; the holding side takes it in any state
 * before Release, since the end of the last round may still be on its way.
 */
export const transitions: readonly Transition[] = [
  offering('sent', 'Offer', ['none', 'rejected', 'closed'], 'offered'),
  offering('received', 'Accept', ['offered', 'claimed'], 'claimed'),
  offering('received', 'Accept', ['closed'], 'closed'),
  offering('received', 'Reject', ['offered', 'claimed', 'awarded', 'rejected'], 'rejected'),
  offering('received', 'Reject', ['closed'], 'closed'),
  offering('sent', 'Award', ['claimed'], 'awarded'),
  offering('sent', 'NoLongerAvailable', ['offered', 'claimed', 'awarded', 'closed'], 'closed'),
  offering('sent', 'Release', ['awarded'], 'released'),
  offering('received', 'Status', ['released'], 'released'),

  holding('received', 'Offer', ['none', 'offered', 'claimed', 'awarded', 'rejected', 'closed'], 'offered'),
  holding('sent', 'Accept', ['offered'], 'claimed'),
  holding('sent', 'Reject', ['offered', 'claimed'], 'rejected'),
  holding('received', 'Award', ['claimed'], 'awarded'),
  holding('received', 'NoLongerAvailable', ['offered', 'claimed', 'awarded', 'closed'], 'closed'),
  holding('received', 'NoLongerAvailable', ['rejected'], 'rejected'),
  holding('received', 'Release', ['awarded'], 'released'),
  holding('sent', 'Status', ['released'], 'released'),
];

/** The state after a message, or undefined when it may not happen in this state. */
export function nextState(
  side: Side,
  direction: Direction,
  type: MessageType,
  state: ConversationState,
): ConversationState | undefined {
  return transitions.find(
    (transition) =>
      transition.side === side &&
      transition.direction === direction &&
      transition.message === type &&
      transition.from.includes(state),
  )?.to;
}

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
}

/**
 * The point after a message, or the problem code it is answered with: a message of another round than the current one is
 * `stale-round`; only an Offer starts a round, and only a higher one.
 */
export function advance(
  { state, round }: ConversationPoint,
  { side, direction, type, round: at }: ConversationEvent,
): ConversationPoint | 'stale-round' | 'illegal-transition' {
  const opens = type === 'Offer';
  if (opens ? at <= round : at < round) return 'stale-round';
  if (!opens && at > round) return 'illegal-transition';
  const next = nextState(side, direction, type, state);
  return next === undefined ? 'illegal-transition' : { state: next, round: at };
}
