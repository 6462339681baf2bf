import type { Money } from '../../protocol/index.ts';
import type { LeadEvent, LeadState } from './life-cycle.ts';

/** Who did it. Names are those of the time, of our users and peers; never of the customer. */
export interface LeadActor {
  readonly kind: 'user' | 'peer' | 'system';
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}
export const systemActor: LeadActor = { kind: 'system' };

/** Who has a lead, or is offered it. */
export interface Holder {
  readonly kind: 'user' | 'peer';
  readonly id: string;
  readonly name?: string | undefined;
}

/** Events of the life cycle, and what else a lead's story tells. */
export type HistoryKind = LeadEvent | ToldKind;
export const toldKinds = [
  'receive', 'reject', 'expire', 'award', 'disclose', 'late', 'forget', 'edit', 'ask-recall', 'ask-return', 'suggest',
  'agree', 'refuse', 'unanswered', 'unheard', 'ask-erasure', 'answer-erasure', 'hold', 'consent', 'report',
  'untold', 'doubt',
] as const; // prettier-ignore
/** Happenings that change no state: appended with `appendToHistory`. */
export type ToldKind = (typeof toldKinds)[number];

/** What history keeps of an event: ids, codes, field paths. Never a value of the lead document. */
export interface HistoryFacts {
  readonly from?: LeadState;
  readonly to?: LeadState;
  readonly holder?: Holder;
  /** One candidate of an offer: who rejected, was awarded, was too late. */
  readonly recipient?: Holder;
  /** How many were asked. */
  readonly recipients?: number;
  readonly boxId?: string;
  readonly boxName?: string;
  readonly ruleName?: string;
  readonly offerId?: string;
  readonly recipientId?: string;
  readonly round?: number;
  readonly mode?: 'direct' | 'grab';
  /** Epoch milliseconds. */
  readonly closesAt?: number;
  readonly until?: number;
  readonly amount?: Money;
  readonly orderReference?: string;
  /** A code, never a sentence. */
  readonly reason?: string;
  readonly noteId?: string;
  readonly origin?: 'local' | 'peer';
  readonly originName?: string;
  readonly sourceKind?: string;
  readonly test?: boolean;
  /** Field paths that became visible, or were deleted. */
  readonly fields?: readonly string[];
  readonly withheldFields?: readonly string[];
  readonly maskedFields?: readonly string[];
  /** What became of what was asked, as a code of the protocol. */
  readonly outcome?: string;
  /** Ways in which the person may not be contacted, as codes of the protocol. */
  readonly channels?: readonly string[];
}

export interface HistoryEntry {
  readonly id: string;
  readonly leadId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly actor: LeadActor;
  readonly kind: HistoryKind;
  readonly facts: HistoryFacts;
}
