import { advance, checkHeader, checkOpenings, isOfType, makeHeader, messageTable, open, problemFor } from '../index.ts';
import { problemStatus, ProtocolError, receiptFor, seal } from '../index.ts';
import type { AnyMessage, Answered, Bodies, FindKey, MessageType, Opened, ProblemCode } from '../index.ts';
import type { Sealed, SigningKey } from '../index.ts';
import type { Desk, WorkStep } from './desk.ts';
import type { Cancel, PeerClock, PeerLead } from './peer-lead.ts';
import type { Sales } from './sales.ts';

interface CrmParts {
  readonly nodeId: string;
  readonly key: SigningKey;
  readonly desk: Desk;
  readonly clock: PeerClock;
  readonly findKey: FindKey;
  /** Queues a sealed message; partner and conversation name its queue. */
  readonly post: (conversation: string, sealed: Sealed) => void;
  /** Who speaks in the conversations that this peer began. */
  readonly sales: Pick<Sales, 'knows' | 'hear'>;
  /** Told after every change of a lead. */
  readonly onChange: (lead: PeerLead, what: string) => void;
}

/** An HTTP answer; without `xml` it is the constant refusal of strangers. */
export interface Reply {
  readonly status: number;
  readonly xml?: string;
}

export interface Crm {
  /** Takes one message in, exactly once, and says what to answer. */
  receive(bytes: Uint8Array): Reply;
  leads(): readonly PeerLead[];
  /** Notes that a partner refused a message of this conversation for good. */
  noteProblem(conversation: string, code: ProblemCode): void;
  /** Forgets all that was planned. */
  stop(): void;
}

/** The holding side of the protocol on top of a desk, all of it in memory. */
export function makeCrm(parts: CrmParts): Crm {
  const leads = new Map<string, PeerLead>();
  const planned = new Set<Cancel>();
  const later = (milliseconds: number, call: () => void): void => {
    const cancel = parts.clock.after(milliseconds, () => {
      planned.delete(cancel);
      call();
    });
    planned.add(cancel);
  };
  const send = makeSender(parts);
  const answerOffer = (lead: PeerLead): void => {
    planAnswer(lead, { ...parts, later, send });
  };
  const work = (lead: PeerLead): void => {
    report(lead, parts.desk.work(lead), { ...parts, later, send });
  };
  const apply = makeApply(leads, { answerOffer, work, onChange: parts.onChange, sales: parts.sales });
  return {
    receive: makeReceiver(parts, apply),
    leads: () => [...leads.values()],
    noteProblem(conversation, code) {
      const lead = leads.get(conversation);
      if (lead) lead.problem = code;
    },
    stop() {
      for (const cancel of planned) cancel();
      planned.clear();
    },
  };
}

type Apply = (opened: Opened, now: number) => ProblemCode | undefined;

/** The same message gets the same receipt, byte for byte; the effect comes once. */
function makeReceiver({ nodeId, key, clock, findKey }: CrmParts, apply: Apply): Crm['receive'] {
  const inbox = new Map<string, { readonly digest: string; readonly reply: Reply }>();
  const refuse = (answered: Answered, code: ProblemCode, text?: string): Reply => {
    const body = text === undefined ? { code } : { code, text };
    return {
      status: problemStatus[code],
      xml: seal(problemFor(answered, body, { nodeId, now: clock.now() }), key).xml,
    };
  };
  return (bytes) => {
    const opened = openOrSay(bytes, findKey);
    if ('refused' in opened) {
      const { messageId, from, digest } = opened.refused.sender ?? {};
      if (messageId === undefined || from === undefined || digest === undefined) return { status: 401 };
      const code = opened.refused.code === 'not-understood' ? 'not-understood' : 'schema';
      return refuse({ from, messageId, digest }, code, opened.refused.path);
    }
    const { digest, message } = opened;
    const { from, messageId } = message.header;
    const wrong = checkHeader(message.header, nodeId, clock.now());
    if (wrong) return refuse({ from, messageId, digest }, wrong);
    const known = inbox.get(`${from} ${messageId}`);
    if (known) return known.digest === digest ? known.reply : refuse({ from, messageId, digest }, 'conflict');
    const problem = apply(opened, clock.now());
    if (problem) return refuse({ from, messageId, digest }, problem);
    const reply = { status: 200, xml: seal(receiptFor(opened, { nodeId, now: clock.now() }), key).xml };
    inbox.set(`${from} ${messageId}`, { digest, reply });
    return reply;
  };
}

function openOrSay(bytes: Uint8Array, findKey: FindKey): Opened | { readonly refused: ProtocolError } {
  try {
    return open(bytes, findKey);
  } catch (error) {
    if (error instanceof ProtocolError) return { refused: error };
    throw error;
  }
}

interface Effects {
  answerOffer(lead: PeerLead): void;
  work(lead: PeerLead): void;
  onChange(lead: PeerLead, what: string): void;
  readonly sales: CrmParts['sales'];
}

function makeApply(leads: Map<string, PeerLead>, { answerOffer, work, onChange, sales }: Effects): Apply {
  return (opened, now) => {
    const { type, from, conversation, round, seq } = opened.message.header;
    if (type === 'Capabilities') return undefined;
    if (messageTable[type].level !== 'Core' || messageTable[type].receipt === 'none') return 'not-understood';
    if (conversation === undefined || round === undefined || seq === undefined) return 'schema';
    if (sales.knows(from, conversation)) return sales.hear(opened);
    const id = `${from} ${conversation}`;
    const lead = leads.get(id) ?? {
      partner: from,
      conversation,
      point: { state: 'none', round: 0 },
      statuses: [],
      seq: 0,
      heardSeq: 0,
    };
    if (seq <= lead.heardSeq) return 'illegal-transition';
    const next = advance(lead.point, { side: 'holding', direction: 'received', type, round });
    if (typeof next === 'string') return next;
    if (isOfType(opened, 'Offer') && Date.parse(opened.message.body.closesAt) <= now) return 'expired';
    // Sent anew, because its receipt got lost, a Release tells nothing new.
    const isNew = lead.point.state === 'awarded';
    if (isOfType(opened, 'Release') && isNew && !isAsOffered(lead, opened)) return 'conflict';
    leads.set(id, lead);
    lead.point = next;
    lead.heardSeq = seq;
    if (isOfType(opened, 'Offer')) {
      const offer = opened.message.body;
      Object.assign(lead, { offer, offerDigest: opened.digest, lead: offer.lead });
      answerOffer(lead);
    } else if (isOfType(opened, 'Release') && isNew) {
      lead.lead = opened.message.body.lead;
      work(lead);
    } else if (isOfType(opened, 'NoLongerAvailable')) forget(lead);
    onChange(lead, type);
    return undefined;
  };
}

/** What was only shown is deleted when the offer is over. */
function forget(lead: PeerLead): void {
  delete lead.lead;
  delete lead.offer;
}

function isAsOffered({ offer, conversation, point }: PeerLead, release: Opened): boolean {
  if (!offer || !isOfType(release, 'Release')) return false;
  try {
    checkOpenings(release.message.body, offer, conversation, point.round);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

type Send = <T extends 'Accept' | 'Reject' | 'Status'>(lead: PeerLead, type: T, body: Bodies[T]) => boolean;

/** Sends what the conversation allows now; false when it no longer does. */
function makeSender({ nodeId, key, clock, post, onChange }: CrmParts): Send {
  return (lead, type, body) => {
    const { partner, conversation, point } = lead;
    const { round } = point;
    const next = advance(point, { side: 'holding', direction: 'sent', type: type satisfies MessageType, round });
    if (typeof next === 'string') return false;
    lead.point = next;
    lead.seq += 1;
    const facts = { from: nodeId, to: partner, now: clock.now(), conversation, round, seq: lead.seq };
    post(`${partner} ${conversation}`, seal({ header: makeHeader({ type, ...facts }), body } as AnyMessage, key));
    onChange(lead, type);
    return true;
  };
}

interface Plan extends CrmParts {
  readonly later: (milliseconds: number, call: () => void) => void;
  readonly send: Send;
}

/** Asks the desk and answers in time; an offer of a later round has its own answer. */
function planAnswer(lead: PeerLead, { desk, clock, later, send }: Plan): void {
  const { offer, offerDigest, point } = lead;
  const { answer, afterMs, reason = 'other', text } = desk.decide(lead);
  if (!offer || offerDigest === undefined || answer === 'ignore') return;
  const opensInMs = offer.opensAt === undefined ? 0 : Date.parse(offer.opensAt) - clock.now();
  later(Math.max(afterMs, opensInMs), () => {
    const late = clock.now() >= Date.parse(offer.closesAt);
    if (lead.point.round !== point.round || lead.point.state !== 'offered' || late) return;
    const { termsDigest } = offer;
    if (answer === 'accept') send(lead, 'Accept', { offerDigest, ...(termsDigest !== undefined && { termsDigest }) });
    else if (send(lead, 'Reject', text === undefined ? { reason } : { reason, text })) forget(lead);
  });
}

/** Reports one step after the other to the partner. */
function report(lead: PeerLead, [step, ...rest]: readonly WorkStep[], plan: Plan): void {
  if (!step) return;
  const { afterMs, ...status } = step;
  plan.later(afterMs, () => {
    const body = { ...status, revision: lead.statuses.length + 1, at: new Date(plan.clock.now()).toISOString() };
    lead.statuses.push(body);
    if (plan.send(lead, 'Status', body)) report(lead, rest, plan);
  });
}
