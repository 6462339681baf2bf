import type { ErasureOutcome } from '../../../protocol/index.ts';
import type { PrivacyOutcome } from '../store/privacy-requests.ts';

/** What a recipient further on said of an erasure. */
interface OnwardAnswer {
  readonly outcome: PrivacyOutcome;
  /** Epoch milliseconds. */
  readonly holdUntil: number | null;
}

interface ErasureFacts {
  /** Nothing is left here. */
  readonly erased: boolean;
  /** Epoch milliseconds: until when a legal duty keeps it here; null when none does. */
  readonly heldUntil: number | null;
  /** Those we passed it on to. */
  readonly onwards: readonly OnwardAnswer[];
  /** The time to answer is over. */
  readonly overdue: boolean;
}

export interface DecidedOutcome {
  readonly outcome: Exclude<ErasureOutcome, 'offer-deleted'>;
  /** Epoch milliseconds. */
  readonly holdUntil: number | null;
}

/** What to answer an Erasure with now (LX-151): our own part, and that of everybody we passed the data on to. */
export function decideErasureOutcome({ erased, heldUntil, onwards, overdue }: ErasureFacts): DecidedOutcome {
  if (!erased) return { outcome: heldUntil === null ? 'pending' : 'refused', holdUntil: heldUntil };
  const waits = onwards.some(({ outcome }) => outcome === 'open' || outcome === 'pending');
  if (waits && !overdue) return { outcome: 'pending', holdUntil: null };
  const latest = Math.max(...onwards.map(({ holdUntil }) => holdUntil ?? 0), 0);
  const clean = onwards.every(({ outcome }) => outcome === 'done');
  return { outcome: clean ? 'done' : 'partial', holdUntil: latest === 0 ? null : latest };
}

/** As the protocol says it: who was never reached still has the data, as far as we know. */
export const sayOnward = (outcome: PrivacyOutcome): ErasureOutcome =>
  outcome === 'open' ? 'pending' : outcome === 'unreached' ? 'refused' : outcome;
