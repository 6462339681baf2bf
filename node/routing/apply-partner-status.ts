import type { AmountBand, Disposition, Money } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { changeLead } from '../leads/change-lead.ts';
import type { Holder } from '../leads/history.ts';
import { mayChange } from '../leads/life-cycle.ts';
import type { LeadEvent, LeadState } from '../leads/life-cycle.ts';
import { getLeadHead, holdStill, listHistoryOf } from '../leads/store.ts';
import type { LeadHead } from '../leads/store.ts';
import { routeSoon } from './route-soon.ts';
import { getBox, systemBoxId } from './store/boxes.ts';

/** What the peer that holds a lead says became of it. */
interface PartnerStatus {
  readonly leadId: string;
  readonly peerId: string;
  readonly disposition: Disposition;
  /** Epoch milliseconds. */
  readonly until?: number | undefined;
  readonly amount?: Money | undefined;
  /** The value as a range, where the partner tells no more, or we keep no more. */
  readonly amountBand?: AmountBand | undefined;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  readonly assignedTo?: string | undefined;
}

/** A lead may be won, lost and opened again so often; what is reported beyond that is noted, and changes nothing. */
const mostTurns = 10;

/**
 * Takes over a partner's status. What the lead's state does not allow any more (an answer that was overtaken), and an outcome
 * that changed too often, changes nothing but is noted. That a lead is back is for partners without a node to say, who cannot ask;
 * for others see `noteReturned`. Throws `not-the-holder` when another holds the lead.
 */
export async function applyPartnerStatus(tx: Tx, status: PartnerStatus): Promise<void> {
  await holdStill(tx, status.leadId);
  const lead = await getHeldLead(tx, status);
  const { holder } = lead;
  const event = eventFor(lead, status, tx.clock.now());
  if (event === 'reroute') return takeBack(tx, lead, status, holder);
  const isTurn = closed.includes(lead.state) && event !== undefined;
  if (isTurn && (await hasTurnedOften(tx, lead.id))) {
    const note = `Reported as ${status.disposition}. Not taken over: this changed too often.`;
    await changeLead(tx, lead.id, 'note', { actor: holder, note });
    return;
  }
  const words = wordsOf(status);
  if (event) {
    const { until, amount, reason } = status;
    const facts = { until: event === 'sleep' ? until : undefined, amount: event === 'win' ? amount : undefined };
    const why = event === 'lose' ? (reason ?? 'other') : undefined;
    await changeLead(tx, lead.id, event, { actor: holder, ...facts, reason: why, note: words || undefined });
  } else if (words !== '') {
    await changeLead(tx, lead.id, 'note', { actor: holder, note: words });
  }
}

/**
 * A partner with a node says that a lead is back, which only two sides together can bring about (LX-115): it is noted, and nothing
 * changes. Throws `not-the-holder`.
 */
export async function noteReturned(tx: Tx, status: Omit<PartnerStatus, 'disposition'>): Promise<void> {
  await holdStill(tx, status.leadId);
  const { id, holder } = await getHeldLead(tx, status);
  const said = `Reported as returned${status.reason ? `: ${status.reason}` : ''}. Not taken back: a person decides.`;
  await changeLead(tx, id, 'note', { actor: holder, note: [said, status.note].filter(Boolean).join('\n') });
}

async function getHeldLead(tx: Tx, { leadId, peerId }: Pick<PartnerStatus, 'leadId' | 'peerId'>) {
  const lead = await getLeadHead(tx, leadId);
  const { holder } = lead;
  if (holder?.kind !== 'peer' || holder.id !== peerId)
    throw conflict('not-the-holder', 'This lead is not with that partner.');
  return { ...lead, holder };
}

async function hasTurnedOften(tx: Tx, leadId: string): Promise<boolean> {
  const beyond = await listHistoryOf(tx, leadId, { kinds: ['win', 'lose', 'reopen'], skip: mostTurns - 1 });
  return beyond.length > 0;
}

function wordsOf({ assignedTo, amountBand, note }: PartnerStatus): string {
  const value = amountBand && `Order value: ${describeBand(amountBand)}.`;
  return [assignedTo && `Assigned to ${assignedTo}.`, value, note].filter(Boolean).join('\n');
}

function describeBand({ atLeast, below }: AmountBand): string {
  if (!below) return `${atLeast.amount} ${atLeast.currency} or more`;
  return `at least ${atLeast.amount}, below ${below.amount} ${below.currency}`;
}

const events: Readonly<Partial<Record<Disposition, LeadEvent>>> = {
  contacted: 'contact',
  working: 'work',
  asleep: 'sleep',
  won: 'win',
  lost: 'lose',
  returned: 'reroute',
};

const closed: readonly LeadState[] = ['won', 'lost'];

function eventFor(lead: LeadHead, { disposition, until }: PartnerStatus, now: number): LeadEvent | undefined {
  if (closed.includes(lead.state) && ['working', 'contacted', 'assigned'].includes(disposition)) return 'reopen';
  // It was given to somebody else there, who does not sleep.
  if (lead.state === 'asleep' && disposition === 'assigned') return 'work';
  const dated = disposition !== 'asleep' || (until !== undefined && until > now);
  const event = dated ? events[disposition] : 'work';
  return event && mayChange(lead.state, event) ? event : undefined;
}

/** A partner without a node returned the lead: it goes the way of a new one, but not to that partner again. */
async function takeBack(tx: Tx, lead: LeadHead, { reason, note }: PartnerStatus, holder: Holder): Promise<void> {
  const { id, name } = await getBox(tx, systemBoxId);
  await changeLead(tx, lead.id, 'reroute', { actor: holder, box: { id, name }, reason: reason ?? 'returned', note });
  await routeSoon(tx, lead.id, tx.ids.make('return'));
}
