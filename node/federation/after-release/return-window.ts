import type { Context } from '../../kernel/context.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { findAgreementOf } from '../agreements/in-force.ts';
import type { Conversation } from '../store/conversations.ts';

/** How long after its release a lead may be given back, where no agreement says otherwise. */
const defaultDays = 30;

/** Whether a released lead may still be given back: so long after the release as the agreement it came under says (LX-142). */
export async function isInReturnWindow(ctx: Context, conversation: Conversation): Promise<boolean> {
  const days = (await findAgreementOf(ctx, conversation))?.terms.returnWindowDays ?? defaultDays;
  return ctx.clock.now() <= (conversation.releasedAt ?? 0) + days * dayMilliseconds;
}
