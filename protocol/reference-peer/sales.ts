import { randomBytes } from 'node:crypto';
import { advance, isOfType, makeCommitments, makeHeader, makeOpenings, omitFields, seal } from '../index.ts';
import type { AnyMessage, Bodies, ConversationPoint, Lead, MessageType, Offer, Opened } from '../index.ts';
import type { Problem, ProblemCode, Sealed, SigningKey, Status } from '../index.ts';
import type { PeerClock } from './peer-lead.ts';

interface SalesParts {
  readonly nodeId: string;
  readonly key: SigningKey;
  readonly clock: PeerClock;
  readonly post: (conversation: string, sealed: Sealed) => void;
}

/** A lead of this CRM, and who may have it. */
export interface LeadForSale {
  readonly partners: readonly string[];
  readonly lead: Lead;
  /** Paths of fields that are shown to the winner alone. */
  readonly withheld: readonly string[];
  readonly mode: Offer['mode'];
  readonly openForMs: number;
}

/** One offer of a lead to one partner. */
interface Offering {
  readonly partner: string;
  readonly conversation: string;
  readonly sale: { readonly lead: Lead; readonly closesAt: number; winner?: Offering; all: Offering[] };
  readonly secret: Uint8Array;
  point: ConversationPoint;
  offerDigest: string;
  awardId?: string;
  status?: Status;
  seq: number;
  heardSeq: number;
}

export interface Sales {
  /** Offers a lead to partners: a conversation with each, whose ids it answers. */
  offer(lead: LeadForSale): readonly string[];
  /** Whether this CRM began the conversation. */
  knows(partner: string, conversation: string): boolean;
  /** Applies what the partner says in such a conversation; the code of a Problem, or nothing. */
  hear(opened: Opened): ProblemCode | undefined;
  /** A message was receipted, or refused for good: after the Award the Release leaves, or nobody owns what was awarded (LX-102). */
  noteEnd(sealed: Sealed, problem: Problem | undefined): void;
}

const leaseMs = 3_600_000;

/** The offering side of the protocol, all of it in memory. */
export function makeSales(parts: SalesParts): Sales {
  const offerings = new Map<string, Offering>();
  const send = makeSender(parts);
  return {
    offer(wish) {
      const closesAt = parts.clock.now() + wish.openForMs;
      const sale: Offering['sale'] = { lead: wish.lead, closesAt, all: [] };
      sale.all = wish.partners.map((partner) => beginWith(partner, sale));
      for (const one of sale.all) {
        offerings.set(`${one.partner} ${one.conversation}`, one);
        one.offerDigest = send(one, 'Offer', describeOffer(one, wish)).digest;
      }
      return sale.all.map(({ conversation }) => conversation);
    },
    knows: (partner, conversation) => offerings.has(`${partner} ${conversation}`),
    hear(opened) {
      const { from, conversation = '' } = opened.message.header;
      const one = offerings.get(`${from} ${conversation}`);
      return one ? hear(one, opened, { send, now: parts.clock.now() }) : 'illegal-transition';
    },
    noteEnd({ messageId }, problem) {
      const one = [...offerings.values()].find(({ awardId }) => awardId === messageId);
      if (one?.point.state !== 'awarded') return;
      if (problem) one.point = { ...one.point, state: 'closed' };
      else send(one, 'Release', { lead: one.sale.lead, openings: makeOpenings(one.secret) });
    },
  };
}

const beginWith = (partner: string, sale: Offering['sale']): Offering => ({
  ...{ partner, sale, conversation: `sale-${randomBytes(9).toString('hex')}`, secret: randomBytes(32) },
  ...{ point: { state: 'none', round: 0 }, offerDigest: '', seq: 0, heardSeq: 0 },
});

function describeOffer({ conversation, secret, sale }: Offering, { mode, withheld }: LeadForSale): Offer {
  return {
    mode,
    closesAt: new Date(sale.closesAt).toISOString(),
    lead: omitFields(sale.lead, withheld),
    withheldFields: [...withheld],
    commitments: makeCommitments(sale.lead, { conversation, round: 1, secret }),
  };
}

type Sent = 'Offer' | 'Award' | 'Release' | 'NoLongerAvailable';
type Send = <T extends Sent>(one: Offering, type: T, body: Bodies[T]) => Sealed;

/** Sends what the conversation allows now. */
function makeSender({ nodeId, key, clock, post }: SalesParts): Send {
  return (one, type, body) => {
    const { partner, conversation } = one;
    const round = 1;
    const next = advance(one.point, { side: 'offering', direction: 'sent', type: type satisfies MessageType, round });
    if (typeof next === 'string') throw new Error(`No ${type} in state ${one.point.state}.`);
    one.point = next;
    one.seq += 1;
    const facts = { from: nodeId, to: partner, now: clock.now(), conversation, round, seq: one.seq };
    const sealed = seal({ header: makeHeader({ type, ...facts }), body } as AnyMessage, key);
    post(`${partner} ${conversation}`, sealed);
    return sealed;
  };
}

function hear(
  one: Offering,
  opened: Opened,
  { send, now }: { readonly send: Send; readonly now: number },
): ProblemCode | undefined {
  const { type, round, seq } = opened.message.header;
  if (round === undefined || seq === undefined) return 'schema';
  // Its revision says whether an overtaken Status tells something (LX-093).
  const isLate = seq <= one.heardSeq;
  if (seq === one.heardSeq || (isLate && type !== 'Status')) return 'illegal-transition';
  const next = advance(one.point, { side: 'offering', direction: 'received', type, round });
  if (typeof next === 'string') return isLate && round <= one.point.round ? undefined : next;
  const before = one.point.state;
  if (isOfType(opened, 'Accept') && opened.message.body.offerDigest !== one.offerDigest) return 'conflict';
  one.point = next;
  one.heardSeq = Math.max(one.heardSeq, seq);
  if (isOfType(opened, 'Accept') && before === 'offered') claim(one, { send, now });
  if (isOfType(opened, 'Status') && opened.message.body.revision > (one.status?.revision ?? 0))
    one.status = opened.message.body;
  return undefined;
}

/** The first claim wins; everybody else is told that the lead is gone. */
function claim(one: Offering, { send, now }: { readonly send: Send; readonly now: number }): void {
  const { sale } = one;
  if (sale.winner !== undefined || now > sale.closesAt)
    return void send(one, 'NoLongerAvailable', { reason: sale.winner ? 'taken' : 'expired' });
  sale.winner = one;
  one.awardId = send(one, 'Award', { leaseUntil: new Date(now + leaseMs).toISOString() }).messageId;
  for (const other of sale.all)
    if (other !== one && ['offered', 'claimed'].includes(other.point.state))
      send(other, 'NoLongerAvailable', { reason: 'taken' });
}
