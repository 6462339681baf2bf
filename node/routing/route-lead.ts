import type { Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { intend } from '../kernel/jobs.ts';
import { changeLead } from '../leads/change-lead.ts';
import { lockLead } from '../leads/store.ts';
import type { StoredLead } from '../leads/store.ts';
import { decideRejectReason } from './decide-reject-reason.ts';
import { decideRoute } from './decide-route.ts';
import type { NobodyDecision, OfferDecision, RouteBox, RouteDecision, RouteInput, TraceStep } from './decide-route.ts';
import { openOffer } from './open-offer.ts';
import type { Candidate } from './open-offer.ts';
import { gatherRoute } from './gather-route.ts';
import { readRouteSetup } from './route-setup.ts';
import type { RouteSetup } from './route-setup.ts';
import { findBox, getBox, systemBoxId } from './store/boxes.ts';
import { findLastOffer, liveOfferStates } from './store/offers.ts';
import { listRecipientsOfLead } from './store/recipients.ts';
import { appendTrace, keepSteps } from './store/traces.ts';
import { advanceTurn, listTurns } from './store/turns.ts';
import { tellUnrouted } from './tell-unrouted.ts';
import { withdrawLead } from './withdraw-lead.ts';

/**
 * Sends a lead on: to whoever its boxes' rules choose, else to the tray of unrouted leads, or back to the peer that offered
 * it. Does nothing for a lead that is on its way or has a holder. Every decision leaves a trace.
 */
export async function routeLead(tx: Tx, leadId: string): Promise<void> {
  const lead = await lockLead(tx, leadId);
  if (lead.state !== 'new' && lead.state !== 'offered') return;
  const last = await findLastOffer(tx, leadId);
  if (last && liveOfferStates.includes(last.state)) return;
  if (awaitsRelease(lead) && (lead.originClosesAt ?? Infinity) <= tx.clock.now())
    return withdrawLead(tx, leadId, 'expired');
  const setup = await readRouteSetup(tx);
  const round = last?.round ?? 0;
  const { decision, steps } = await decideAndTakeTurns(tx, await gatherRoute(tx, setup, lead, round), lead.test);
  if (decision.kind === 'offer') await offerAsDecided(tx, lead, decision, { setup, steps, round: round + 1 });
  else await giveUp(tx, lead, decision, steps);
}

/** A peer offered it, and has not released it to us. */
const awaitsRelease = (lead: StoredLead) => lead.origin === 'peer' && lead.releasedAt === null;

/** Tries to take a turn while others take turns of the same rule. */
const maxTries = 50;

/** Decides, and moves the rotations it used on; decides anew when another process took the turn meanwhile. */
async function decideAndTakeTurns(
  tx: Tx,
  input: Omit<RouteInput, 'turns'>,
  test: boolean,
): Promise<{ decision: RouteDecision; steps: TraceStep[] }> {
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const turns = await listTurns(tx);
    const { decision, steps } = decideRoute({ ...input, turns });
    if (decision.kind === 'nobody' || decision.turns.length === 0) return { decision, steps };
    if (test) {
      steps.push({ kind: 'note', why: 'a test lead takes no turn' });
      return { decision, steps };
    }
    if (await takeTurns(tx, decision, { ...input, turns })) return { decision, steps };
  }
  throw new CodedError('turns-contended', 503, 'Too many leads take turns at once; try again.');
}

/** Takes every turn the decision used, or none. */
async function takeTurns(tx: Tx, { turns }: OfferDecision, input: RouteInput): Promise<boolean> {
  const taken: (() => Promise<boolean>)[] = [];
  for (const { ruleId, boxId } of turns) {
    const seen = input.turns.get(ruleId) ?? { number: 0, served: {} };
    const number = seen.number + 1;
    const next = { number, served: { ...seen.served, [boxId]: number } };
    if (!(await advanceTurn(tx, ruleId, seen, next))) {
      for (const giveBack of taken) await giveBack();
      return false;
    }
    taken.push(() => advanceTurn(tx, ruleId, next, seen));
  }
  return true;
}

async function offerAsDecided(
  tx: Tx,
  lead: StoredLead,
  decision: OfferDecision,
  { setup, steps, round }: { setup: RouteSetup; steps: TraceStep[]; round: number },
): Promise<void> {
  const now = tx.clock.now();
  const opensAt = now + decision.opensInMinutes * 60_000;
  const planned = opensAt + decision.offerMinutes * 60_000;
  const latest = awaitsRelease(lead) ? (lead.originClosesAt ?? Infinity) : Infinity;
  const closesAt = Math.min(planned, latest);
  if (closesAt < planned) steps.push({ kind: 'note', why: 'the partner it comes from closes its offer earlier' });
  const kept = keepSteps(tx, shorten(steps));
  const { offerId } = await openOffer(tx, setup, {
    lead,
    round,
    box: decision.box,
    rule: decision.rule,
    trace: kept.digest,
    mode: decision.mode,
    to: decision.to.map(candidateOf),
    opensAt: Math.min(opensAt, closesAt - 1),
    closesAt,
  });
  await appendTrace(tx, { leadId: lead.id, outcome: 'offered', offerId, steps: kept });
}

const longestTrace = 500;

/** Keeps the beginning and the end of a very long decision. */
function shorten(steps: TraceStep[]): TraceStep[] {
  if (steps.length <= longestTrace) return steps;
  const half = longestTrace / 2;
  const why = `${steps.length - 2 * half} steps left out`;
  return [...steps.slice(0, half), { kind: 'note', why }, ...steps.slice(-half)];
}

function candidateOf({ id: boxId, name, userId, peerId }: RouteBox): Candidate {
  return userId === undefined
    ? { kind: 'peer', id: peerId ?? '', name, boxId }
    : { kind: 'user', id: userId, name, boxId };
}

async function giveUp(tx: Tx, lead: StoredLead, decision: NobodyDecision, steps: TraceStep[]): Promise<void> {
  const leadId = lead.id;
  if (awaitsRelease(lead)) {
    const reason = decideRejectReason(decision.reason, await listRecipientsOfLead(tx, leadId));
    await appendTrace(tx, { leadId, outcome: 'declined', steps: keepSteps(tx, shorten(steps)) });
    await intend(tx, { kind: 'reject-to-peer', payload: { leadId, reason }, key: `reject-to-peer:${leadId}` });
    return withdrawLead(tx, leadId, 'declined');
  }
  await appendTrace(tx, { leadId, outcome: 'unrouted', steps: keepSteps(tx, shorten(steps)) });
  const box = (lead.boxId === null ? undefined : await findBox(tx, lead.boxId)) ?? (await getBox(tx, systemBoxId));
  await changeLead(tx, lead, 'unroute', {
    reason: decision.reason,
    box: { id: box.id, name: box.name, userId: box.ownerId },
  });
  await tellUnrouted(tx, { leadId, ownerId: box.ownerId });
}
