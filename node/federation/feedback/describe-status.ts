import type { Disposition, Money, Status } from '../../../protocol/index.ts';
import type { HistoryEntry } from '../../leads/history.ts';
import { lifeCycle } from '../../leads/life-cycle.ts';
import { decideBand } from './decide-band.ts';
import { optionalDispositions, type FeedbackPolicy } from './feedback-policy.ts';

/** The events of a lead's story that the partner it came from may be told. */
export const toldEvents = lifeCycle.flatMap(({ event, disposition }) => (disposition ? [event] : []));

/** What an event of a lead's story means to the partner it came from; undefined for nothing. */
export const dispositionOf = (kind: HistoryEntry['kind']): Disposition | undefined =>
  lifeCycle.find((transition) => transition.event === kind)?.disposition;

interface StatusFacts {
  readonly revision: number;
  readonly holderName: string | undefined;
  /** The text written with the change. */
  readonly note?: string | undefined;
  readonly policy: FeedbackPolicy;
}

/** What an event of a lead's story tells the partner it came from; undefined when the policy tells nothing of it. */
export function describeStatus(
  { kind, at, facts }: Pick<HistoryEntry, 'kind' | 'at' | 'facts'>,
  { revision, holderName, note, policy }: StatusFacts,
): Status | undefined {
  const disposition = dispositionOf(kind);
  const { tell, bands } = policy;
  if (!disposition || !isAmong(tell.dispositions, disposition)) return undefined;
  const reason = disposition === 'lost' || disposition === 'returned' ? facts.reason : undefined;
  return {
    revision,
    disposition,
    at: new Date(at).toISOString(),
    ...(facts.until !== undefined && { until: new Date(facts.until).toISOString() }),
    ...(tell.assignedTo && holderName !== undefined && { assignedTo: holderName }),
    ...(disposition === 'won' && amountBy(tell.amount, facts.amount, bands)),
    ...(tell.reason && reason !== undefined && { reason }),
    ...(tell.note && note !== undefined && { note }),
  };
}

/** Whether a change of status is told, or kept: what is not optional always is. */
function isAmong(chosen: readonly Disposition[], disposition: Disposition): boolean {
  const optional = optionalDispositions.some((one) => one === disposition);
  return !optional || chosen.includes(disposition);
}

/** What is kept of a partner's status: what our policy does not want is not written down. Undefined: nothing of it. */
export function keepOfStatus(status: Status, { keep, bands }: FeedbackPolicy): Status | undefined {
  if (!isAmong(keep.dispositions, status.disposition)) return undefined;
  const { assignedTo, amount, amountBand, reason, note, ...course } = status;
  const exact = amountBy(keep.amount, amount, bands);
  const band = status.disposition === 'won' && keep.amount !== 'none' ? amountBand : undefined;
  return {
    ...course,
    ...(keep.assignedTo && assignedTo !== undefined && { assignedTo }),
    ...exact,
    ...(band && !exact.amountBand && { amountBand: band }),
    ...(keep.reason && reason !== undefined && { reason }),
    ...(keep.note && note !== undefined && { note }),
  };
}

function amountBy(
  how: FeedbackPolicy['tell']['amount'],
  amount: Money | undefined,
  bands: FeedbackPolicy['bands'],
): Pick<Status, 'amount' | 'amountBand'> {
  if (!amount || how === 'none') return {};
  if (how === 'exact') return { amount };
  const amountBand = decideBand(amount, bands[amount.currency]);
  return amountBand ? { amountBand } : {};
}
