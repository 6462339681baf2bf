import type { Context } from '../../kernel/context.ts';
import { findAgreementOf } from '../agreements/in-force.ts';
import { narrowFeedback } from '../agreements/narrow-feedback.ts';
import { feedbackOf, type FeedbackPolicy } from './feedback-policy.ts';
import type { Conversation } from '../store/conversations.ts';
import { getPeer } from '../store/peers.ts';

/** What the partner of a conversation is told of its lead: our feedback policy, within the agreement the lead came under. */
export async function feedbackUnder(ctx: Context, conversation: Conversation): Promise<FeedbackPolicy> {
  const policy = feedbackOf(await getPeer(ctx, conversation.peerId));
  const agreement = await findAgreementOf(ctx, conversation);
  return agreement ? narrowFeedback(policy, agreement.terms.feedback) : policy;
}
