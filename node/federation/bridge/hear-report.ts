import { returnReasons, type AnswerOutcome, type Disposition } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { conflict, notFound } from '../../kernel/errors.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { holdStill } from '../../leads/store.ts';
import { applyPartnerStatus } from '../../routing/apply-partner-status.ts';
import { claimOffer } from '../../routing/claim-offer.ts';
import type { ClaimOutcome } from '../../routing/decide-late-answer.ts';
import { rejectOffer, type RejectOutcome } from '../../routing/reject-offer.ts';
import { findRecipient, type Recipient } from '../../routing/store/recipients.ts';
import { keepOfStatus } from '../feedback/describe-status.ts';
import { feedbackOf } from '../feedback/feedback-policy.ts';
import { heardFrom } from '../peers/peer-health.ts';
import { hearErasedAway } from '../privacy/ask-erasure-away.ts';
import { hearConsentAway } from '../privacy/hear-consent-away.ts';
import type { Peer } from '../store/peers.ts';
import { listToldOf } from '../store/webhooks.ts';
import { answerAway, findAsked } from './ask-away.ts';
import type { Report } from './read-report.ts';

/**
 * What came of a report. `noted`: a status was taken over; `ignored`: the mapping says that it means nothing; `agreed`,
 * `refused`: to give a lead back; `erased`: what was to be deleted is.
 */
export const reportOutcomes = [
  'won', 'already-yours', 'taken', 'expired', 'recalled', 'rejected', 'already-rejected', 'too-late', 'noted', 'ignored',
  'agreed', 'refused', 'erased',
] as const; // prettier-ignore
export type ReportOutcome = (typeof reportOutcomes)[number] &
  (ClaimOutcome | RejectOutcome | AnswerOutcome | 'noted' | 'ignored' | 'erased');

/** Where a report came from: what the ledger says of it. */
export interface ReportOrigin {
  /** Its id, where it has one. */
  readonly id?: string | undefined;
  readonly digest: string;
}

/**
 * Carries out what other software says about a lead that was offered to it. Throws `not-found` for a lead that was not, and
 * `offer-not-open`, `already-rejected`, `not-released`, `not-the-holder`, `question-over`, `lead-erased`.
 */
export async function hearReport(tx: Tx, peer: Peer, report: Report, origin: ReportOrigin): Promise<ReportOutcome> {
  const recipient = await findRecipient(tx, report.lead);
  const isTheirs = recipient?.peerId === peer.nodeId && (await listToldOf(tx, recipient.id)).length > 0;
  if (!recipient || !isTheirs) throw notFound('offer to this partner');
  await holdStill(tx, recipient.leadId);
  const outcome = await carryOut(tx, peer, recipient, { ...report, origin });
  const { meaning } = report;
  const status = 'answer' in meaning ? meaning.answer : 'disposition' in meaning ? meaning.disposition : 'ignored';
  const { id: event, digest } = origin;
  await appendLeaf(tx, 'webhook-heard', { peer: peer.nodeId, lead: recipient.leadId, event, digest, status, outcome });
  await heardFrom(tx, peer.nodeId);
  return outcome;
}

async function carryOut(
  tx: Tx,
  peer: Peer,
  recipient: Recipient,
  report: Report & { readonly origin: ReportOrigin },
): Promise<ReportOutcome> {
  const { meaning, note } = report;
  const { id: recipientId } = recipient;
  if ('ignore' in meaning) return 'ignored';
  if ('disposition' in meaning) return takeStatus(tx, peer, recipient, { ...report, ...meaning });
  switch (meaning.answer) {
    case 'accept':
      return (await claimOffer(tx, { recipientId })).outcome;
    case 'reject':
      return (await rejectOffer(tx, { recipientId, reason: meaning.reason, text: note })).outcome;
    case 'agree':
      return answerAway(tx, recipient, { outcome: 'agreed', text: note });
    case 'refuse':
      return answerAway(tx, recipient, { outcome: 'refused', text: note });
    case 'erased':
      return hearErasedAway(tx, recipient, report.origin);
    case 'do-not-contact':
    case 'consent':
      return hearConsentAway(tx, recipient, report);
  }
}

interface SaidStatus extends Omit<Report, 'lead' | 'meaning'> {
  readonly disposition: Disposition;
}

/** Takes a status over, as far as our feedback policy for the partner keeps it. To give back what was asked back is to agree. */
export async function takeStatus(
  tx: Tx,
  peer: Peer,
  recipient: Recipient,
  { disposition, until, amount, reason, note, assignedTo }: SaidStatus,
): Promise<'noted'> {
  const { state, leadId } = recipient;
  if (state !== 'won') throw conflict('not-released', 'This lead was not released to this partner.');
  if (disposition === 'returned' && (await findAsked(tx, recipient))) {
    await answerAway(tx, recipient, { outcome: 'agreed', text: note });
    return 'noted';
  }
  const at = new Date(tx.clock.now()).toISOString();
  const why = disposition === 'returned' ? whyReturned(reason, note) : { reason: codeOf(reason), note };
  const status = { revision: 1, disposition, at, amount, assignedTo, ...why };
  const kept = keepOfStatus(status, feedbackOf(peer));
  if (kept) await applyPartnerStatus(tx, { ...kept, leadId, peerId: peer.nodeId, until });
  return 'noted';
}

/** A return has a reason of the protocol; other words are a note. */
function whyReturned(reason: string | undefined, note: string | undefined) {
  const code = codeOf(reason);
  const known = returnReasons.find((one) => one === code);
  if (known) return { reason: known, note };
  return { reason: 'other', note: [reason, note].filter(Boolean).join(': ') || undefined };
}

/** "Too expensive" → `too-expensive`: reasons are codes. */
const codeOf = (reason: string | undefined): string | undefined =>
  reason
    ?.toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('-')
    .replace(/^[^a-z]+/, '') || undefined;
