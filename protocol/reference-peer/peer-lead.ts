import type { ConversationPoint, Lead, Offer, Status } from '../index.ts';

/** A lead as this CRM knows it: one conversation with one partner. */
export interface PeerLead {
  readonly partner: string;
  readonly conversation: string;
  point: ConversationPoint;
  offer?: Offer;
  offerDigest?: string;
  /** The visible fields, all fields once released, nothing after the offer is over. */
  lead?: Lead;
  statuses: Status[];
  /** Sequence number of the last message sent. */
  seq: number;
  /** Sequence number of the last message of the partner that had an effect. */
  heardSeq: number;
  /** The problem code that ended a delivery. */
  problem?: string;
}

/** Ends what waits for this lead, such as a decision that comes too late. */
export type Cancel = () => void;

/** The only source of time; in milliseconds. A test moves it by hand. */
export interface PeerClock {
  now(): number;
  after(milliseconds: number, call: () => void): Cancel;
}

export const systemClock: PeerClock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, Math.min(milliseconds, 2 ** 31 - 1));
    return () => {
      clearTimeout(timer);
    };
  },
};
