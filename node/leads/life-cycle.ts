import type { Disposition } from '../../protocol/index.ts';

export const leadStates = [
  'new',
  'offered',
  'claimed',
  'assigned',
  'contacted',
  'working',
  'asleep',
  'won',
  'lost',
  'unrouted',
  'withdrawn',
] as const;
export type LeadState = (typeof leadStates)[number];

/**
 * Who brings an event about: the node itself, whoever holds the lead (one of our users, or the peer it was released to),
 * or an administrator or manager who sees the lead but does not hold it.
 */
export type Party = 'system' | 'holder' | 'overseer';

/** A fact an event cannot do without. */
export type NeededFact = 'holder' | 'until' | 'reason' | 'note';

/** One row of the life cycle. `to: 'same'` keeps the state. */
export interface LeadTransition {
  readonly event: LeadEvent;
  readonly from: readonly LeadState[];
  readonly to: LeadState | 'same';
  readonly by: readonly Party[];
  readonly needs: readonly NeededFact[];
  /** Text of the page's button; only events that people bring about have one. */
  readonly label?: string;
  /** Not while a peer holds the lead: only the peer knows, or it would be released twice. */
  readonly heldByUser?: true;
  /** What the peer the lead came from is told. */
  readonly disposition?: Disposition;
}

export type LeadEvent =
  | 'place'
  | 'offer'
  | 'claim'
  | 'lapse'
  | 'assign'
  | 'release'
  | 'unroute'
  | 'reroute'
  | 'withdraw'
  | 'erase'
  | 'give-back'
  | 'take-back'
  | 'free'
  | 'contact'
  | 'work'
  | 'sleep'
  | 'wake'
  | 'win'
  | 'lose'
  | 'reopen'
  | 'note';

const open = ['assigned', 'contacted', 'working', 'asleep'] as const;
const work = { by: ['holder', 'overseer'], heldByUser: true } as const;

/** The life cycle of a lead: code, documents and the page's buttons read this table. */
export const lifeCycle: readonly LeadTransition[] = [
  // Routing: the way of a lead to its holder.
  { event: 'place', from: ['new', 'offered', 'unrouted'], to: 'new', by: ['system'], needs: [] },
  { event: 'offer', from: ['new', 'offered', 'unrouted'], to: 'offered', by: ['system'], needs: [] },
  { event: 'claim', from: ['offered'], to: 'claimed', by: ['system'], needs: ['holder'] },
  { event: 'lapse', from: ['claimed'], to: 'offered', by: ['system'], needs: [] },
  {
    // A released lead that was routed again has somebody else: whatever was told before counts no more.
    event: 'assign',
    from: ['new', 'offered', 'claimed', 'unrouted'],
    to: 'assigned',
    by: ['system'],
    needs: ['holder'],
    disposition: 'assigned',
  },
  { event: 'release', from: ['claimed'], to: 'assigned', by: ['system'], needs: [], disposition: 'assigned' },
  { event: 'unroute', from: ['new', 'offered', 'claimed'], to: 'unrouted', by: ['system'], needs: [] },
  {
    event: 'reroute',
    from: ['offered', 'unrouted', ...open, 'lost'],
    to: 'new',
    by: ['overseer'],
    needs: [],
    heldByUser: true,
    label: 'Route again',
  },
  {
    event: 'withdraw',
    from: ['new', 'offered', 'claimed', 'unrouted'],
    to: 'withdrawn',
    by: ['system'],
    needs: ['reason'],
  },
  // A person wants it gone, or may not be kept any longer; nothing of it stays but that it was there.
  { event: 'erase', from: leadStates, to: 'withdrawn', by: ['system'], needs: ['reason'] },
  // After the release a lead changes hands only when both sides agree: the one gives it back, the other takes it back.
  {
    event: 'give-back',
    from: ['new', 'offered', 'unrouted', ...open, 'won', 'lost'],
    to: 'withdrawn',
    by: ['system'],
    needs: ['reason'],
  },
  { event: 'take-back', from: [...open, 'won', 'lost'], to: 'new', by: ['system'], needs: ['reason'] },
  // The partner that has it is gone: an administrator decides, and says why.
  {
    event: 'free',
    from: ['claimed', 'unrouted', ...open, 'won', 'lost'],
    to: 'new',
    by: ['system'],
    needs: ['reason', 'note'],
  },
  // The holder's work. A partner's status takes the same events; the last word counts, also over a closed lead.
  {
    ...work,
    event: 'contact',
    from: ['assigned', 'working', 'asleep'],
    to: 'contacted',
    needs: [],
    disposition: 'contacted',
    label: 'Contacted',
  },
  {
    ...work,
    event: 'work',
    from: ['assigned', 'contacted', 'asleep'],
    to: 'working',
    needs: [],
    disposition: 'working',
    label: 'Working on it',
  },
  {
    ...work,
    event: 'sleep',
    from: [...open],
    to: 'asleep',
    needs: ['until'],
    disposition: 'asleep',
    label: 'Asleep until …',
  },
  {
    event: 'wake',
    from: ['asleep'],
    to: 'working',
    by: ['system', 'holder', 'overseer'],
    needs: [],
    heldByUser: true,
    disposition: 'working',
    label: 'Wake up',
  },
  { ...work, event: 'win', from: [...open, 'won', 'lost'], to: 'won', needs: [], disposition: 'won', label: 'Won' },
  {
    ...work,
    event: 'lose',
    from: [...open, 'won', 'lost'],
    to: 'lost',
    needs: ['reason'],
    disposition: 'lost',
    label: 'Lost',
  },
  {
    ...work,
    event: 'reopen',
    from: ['won', 'lost'],
    to: 'working',
    needs: [],
    disposition: 'working',
    label: 'Work on it again',
  },
  {
    event: 'note',
    from: leadStates.filter((state) => state !== 'withdrawn'),
    to: 'same',
    by: ['holder', 'overseer'],
    needs: ['note'],
    label: 'Note',
  },
];

export const leadEvents: readonly LeadEvent[] = lifeCycle.map((transition) => transition.event);
export const closedStates: readonly LeadState[] = ['won', 'lost', 'withdrawn'];

const byEvent = new Map(lifeCycle.map((transition) => [transition.event, transition]));

/** The table's row if a lead in this state may go through `event`, else undefined. */
export function mayChange(state: LeadState, event: LeadEvent): LeadTransition | undefined {
  const transition = byEvent.get(event);
  return transition?.from.includes(state) ? transition : undefined;
}

/** The state after `transition` from `state`. */
export const stateAfter = (transition: LeadTransition, state: LeadState): LeadState =>
  transition.to === 'same' ? state : transition.to;

/** What a party may do with a lead now: the buttons of its page, and the guard of the same requests. */
export function eventsFor(
  lead: { readonly state: LeadState; readonly holderKind?: 'user' | 'peer' | undefined },
  party: Party,
): LeadTransition[] {
  return lifeCycle.filter(
    (transition) =>
      transition.from.includes(lead.state) &&
      transition.by.includes(party) &&
      !(transition.heldByUser && party === 'overseer' && lead.holderKind === 'peer'),
  );
}
