import type { RejectReason } from '../../protocol/index.ts';
import type { NobodyDecision } from './decide-route.ts';
import type { Recipient } from './store/recipients.ts';

/** What we tell the peer whose lead nobody here took: the reason most of our people gave, else what stood in the way. */
export function decideRejectReason(
  why: NobodyDecision['reason'],
  asked: readonly Pick<Recipient, 'rejectReason'>[],
): RejectReason {
  const counts = new Map<RejectReason, number>();
  for (const { rejectReason } of asked)
    if (rejectReason !== null) counts.set(rejectReason, (counts.get(rejectReason) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most) return most[0];
  return why === 'no-rule' ? 'not-a-fit' : 'no-capacity';
}
