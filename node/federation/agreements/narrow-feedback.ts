import type { FeedbackTerms } from '../../../protocol/index.ts';
import { optionalDispositions, type FeedbackPolicy } from '../feedback/feedback-policy.ts';

const byLeast = ['none', 'band', 'exact'] as const;

/** What we tell under an agreement: never more than our policy nor than the terms say, but always what becomes of a lead. */
export function narrowFeedback(policy: FeedbackPolicy, terms: FeedbackTerms): FeedbackPolicy {
  const { tell } = policy;
  const amount = byLeast[Math.min(byLeast.indexOf(tell.amount), byLeast.indexOf(terms.amount))] ?? 'none';
  return {
    ...policy,
    tell: {
      dispositions: [...optionalDispositions],
      amount,
      assignedTo: tell.assignedTo && terms.assignedTo,
      reason: tell.reason && terms.reason,
      note: tell.note && terms.note,
      update: tell.update && terms.update,
    },
  };
}
