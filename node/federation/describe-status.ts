import type { Status } from '../../protocol/index.ts';
import type { HistoryEntry } from '../leads/history.ts';
import { lifeCycle } from '../leads/life-cycle.ts';

/** What the partner that gave us a lead is told, besides what became of the lead. */
export interface FeedbackPolicy {
  readonly tellAssignedTo: boolean;
  readonly tellAmount: boolean;
}

/** The events of a lead's story that the partner it came from is told. */
export const toldEvents = lifeCycle.flatMap(({ event, disposition }) => (disposition ? [event] : []));

/** What an event of a lead's story tells the partner it came from; undefined when nothing. Notes never leave. */
export function describeStatus(
  { kind, at, facts }: Pick<HistoryEntry, 'kind' | 'at' | 'facts'>,
  { revision, holderName, policy }: { revision: number; holderName: string | undefined; policy: FeedbackPolicy },
): Status | undefined {
  const disposition = lifeCycle.find((transition) => transition.event === kind)?.disposition;
  if (!disposition) return undefined;
  const amount = disposition === 'won' && policy.tellAmount ? facts.amount : undefined;
  const reason = disposition === 'lost' || disposition === 'returned' ? facts.reason : undefined;
  return {
    revision,
    disposition,
    at: new Date(at).toISOString(),
    ...(facts.until !== undefined && { until: new Date(facts.until).toISOString() }),
    ...(policy.tellAssignedTo && holderName !== undefined && { assignedTo: holderName }),
    ...(amount && { amount }),
    ...(reason !== undefined && { reason }),
  };
}
