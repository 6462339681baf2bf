import type { Money } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { CodedError, invalid } from '../kernel/errors.ts';
import { cancelJob, intend } from '../kernel/jobs.ts';
import { announce } from '../kernel/live-events.ts';
import { systemActor, type HistoryFacts, type Holder, type LeadActor, type ToldKind } from './history.ts';
import {
  closedStates,
  mayChange,
  stateAfter,
  type LeadEvent,
  type LeadState,
  type LeadTransition,
} from './life-cycle.ts';
import {
  appendHistory,
  getLeadHead,
  insertNote,
  leadChanged,
  updateLead,
  type LeadChange,
  type LeadHead,
} from './store.ts';

/** What an event brings along; the table says which of it is needed. */
export interface ChangeFacts {
  /** Default: the node itself. */
  readonly actor?: LeadActor | undefined;
  readonly holder?: Holder | undefined;
  /** The box the lead lies in from now on; `userId`: in whose branch of the tree of people. */
  readonly box?: { readonly id: string; readonly name: string; readonly userId?: string | undefined } | undefined;
  /** Epoch milliseconds, in the future. */
  readonly until?: number | undefined;
  readonly amount?: Money | undefined;
  readonly orderReference?: string | undefined;
  /** A kebab-case code. Other words are kept as a note, and the reason is `other`. */
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  /** What else the story tells. */
  readonly told?: HistoryFacts | undefined;
  /** Refuse with `lead-changed` when the lead has another version. */
  readonly version?: number | undefined;
}

/** Tries against writers in other processes. */
const TRIES = 3;

/**
 * The one way a lead changes its state: checks the life cycle, writes the row, appends the story, tells pages and, for a
 * released lead of a peer, that peer. `which`: its id, or the lead as the caller has just read it. Answers the id of the
 * history entry. Throws `illegal-change` when the lead's state does not allow the event, `fact-missing`, `lead-changed`.
 */
export async function changeLead(
  tx: Tx,
  which: string | LeadHead,
  event: LeadEvent,
  facts: ChangeFacts = {},
): Promise<string> {
  let lead = typeof which === 'string' ? await getLeadHead(tx, which) : which;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (facts.version !== undefined && facts.version !== lead.version) throw leadChanged();
    const transition = checkChange(lead.state, event, facts, tx.clock.now());
    const change = columnsFor(lead, transition, facts, tx.clock.now());
    if (await updateLead(tx, lead, change))
      return recordChange(tx, { ...lead, ...change }, lead, { transition, facts });
    lead = await getLeadHead(tx, lead.id);
  }
  throw leadChanged();
}

/** Appends to a lead's story what changes no state; answers the id of the entry. Without an actor it was the node itself. */
export async function tellHistory(
  tx: Tx,
  leadId: string,
  kind: ToldKind,
  { actor = systemActor, ...facts }: HistoryFacts & { readonly actor?: LeadActor | undefined },
): Promise<string> {
  const id = await appendHistory(tx, { leadId, actor, kind, facts });
  await announce(tx, { kind: 'lead-changed', leadId, payload: { event: kind } });
  return id;
}

function checkChange(state: LeadState, event: LeadEvent, facts: ChangeFacts, now: number): LeadTransition {
  const transition = mayChange(state, event);
  if (!transition)
    throw new CodedError('illegal-change', 409, `“${event}” is not possible while the lead is ${state}.`, {
      state,
      event,
    });
  for (const fact of transition.needs)
    if (facts[fact] === undefined || facts[fact] === '')
      throw new CodedError('fact-missing', 422, `“${event}” needs ${fact}.`, { path: fact });
  if (facts.until !== undefined && facts.until <= now)
    throw invalid('“until” is not in the future.', { path: 'until' });
  return transition;
}

function columnsFor(lead: LeadHead, transition: LeadTransition, facts: ChangeFacts, now: number) {
  const state = stateAfter(transition, lead.state);
  return {
    state,
    updatedAt: now,
    ...(facts.box && { boxId: facts.box.id, boxName: facts.box.name, boxUserId: facts.box.userId ?? null }),
    ...holderColumns(transition, facts),
    ...(transition.event === 'release' && { releasedAt: now }),
    ...(transition.to !== 'same' && {
      closedAt: closedStates.includes(state) ? now : null,
      asleepUntil: state === 'asleep' ? (facts.until ?? null) : null,
      wonAmount: state === 'won' ? (facts.amount?.amount ?? null) : null,
      wonCurrency: state === 'won' ? (facts.amount?.currency ?? null) : null,
      orderReference: state === 'won' ? (facts.orderReference ?? null) : null,
      lostReason: state === 'lost' ? reasonCode(facts.reason) : null,
    }),
  } satisfies LeadChange;
}

const withoutHolder: readonly LeadState[] = ['new', 'offered', 'unrouted', 'withdrawn'];

function holderColumns(transition: LeadTransition, { holder }: ChangeFacts): LeadChange {
  if (holder) return { holderKind: holder.kind, holderId: holder.id, holderName: holder.name ?? null };
  return transition.to !== 'same' && withoutHolder.includes(transition.to)
    ? { holderKind: null, holderId: null, holderName: null }
    : {};
}

async function recordChange(
  tx: Tx,
  after: LeadHead,
  before: LeadHead,
  { transition, facts }: { transition: LeadTransition; facts: ChangeFacts },
): Promise<string> {
  const leadId = after.id;
  const note = [facts.note, isCode(facts.reason) ? undefined : facts.reason].filter(Boolean).join('\n');
  const noteId = note === '' ? undefined : await insertNote(tx, leadId, note);
  const historyId = await appendHistory(tx, {
    leadId,
    actor: facts.actor ?? systemActor,
    kind: transition.event,
    facts: { ...factsToTell(facts), ...(noteId && { noteId }), from: before.state, to: after.state },
  });
  // The alarm itself wakes the lead: its job is the one that runs at this moment.
  const rings = transition.event === 'wake' && (facts.actor ?? systemActor).kind === 'system';
  if (!rings) await keepAlarm(tx, before, after);
  if (transition.disposition && after.origin === 'peer' && after.releasedAt !== null)
    await intend(tx, { kind: 'status-to-peer', payload: { leadId }, key: `status-to-peer:${historyId}` });
  const told = { kind: 'lead-changed', leadId, payload: { event: transition.event, state: after.state } };
  await announce(tx, told);
  // Events for everyone name a lead to those who see it: not, from now on, to whoever loses it.
  const { holderId } = holderColumns(transition, facts);
  if (holderId !== undefined && before.holder?.kind === 'user' && before.holder.id !== holderId)
    await announce(tx, { ...told, userId: before.holder.id });
  return historyId;
}

function factsToTell(facts: ChangeFacts): HistoryFacts {
  const { holder, box, until, amount, orderReference, reason } = facts;
  return {
    ...facts.told,
    ...(holder && { holder }),
    ...(box && { boxId: box.id, boxName: box.name }),
    ...(until !== undefined && { until }),
    ...(amount && { amount }),
    ...(orderReference !== undefined && { orderReference }),
    ...(reason !== undefined && { reason: reasonCode(reason) }),
  };
}

/** A sleeping lead of ours wakes by a job; a peer wakes its own. */
async function keepAlarm(tx: Tx, before: LeadHead, after: LeadHead): Promise<void> {
  const key = `wake-lead:${after.id}`;
  if (before.state === 'asleep') await cancelJob(tx, key);
  if (after.state === 'asleep' && after.asleepUntil !== null && after.holder?.kind !== 'peer')
    await intend(tx, { kind: 'wake-lead', payload: { leadId: after.id }, dueAt: after.asleepUntil, key });
}

const isCode = (text: string | undefined) => text === undefined || /^[a-z][a-z0-9-]{0,63}$/.test(text);
const reasonCode = (text: string | undefined) => (isCode(text) ? (text ?? 'other') : 'other');
