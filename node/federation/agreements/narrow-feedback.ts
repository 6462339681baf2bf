import type { FeedbackTerms } from '../../../protocol/index.ts';
import { optionalDispositions, type FeedbackPolicy } from '../feedback/feedback-policy.ts';

const byLeast = ['none', 'band', 'exact'] as const;

/**
 * What we tell under an agreement (LX-160): of people, amounts and words never more than our policy nor than the terms say. What
 * becomes of a lead is no choice there: both sides signed that every change of status is told.
 */
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
