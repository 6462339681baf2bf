import type { Lead } from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import { getUser } from '../people/store.ts';
import { getOffer } from '../routing/store/offers.ts';
import { findPlan, getRecipient, type Recipient } from '../routing/store/recipients.ts';
import { labelsOf } from './lead-lines.ts';
import { makeResponseToken } from './response-token.ts';

/** An offer as its recipient may see it in a mail or behind its link. */
export interface OfferedLead {
  recipient: Recipient & { userId: string };
  user: { id: string; name: string; email: string };
  mode: 'direct' | 'grab';
  round: number;
  closesAt: number;
  title: string;
  /** The visible part; undefined once the offer's values were deleted. */
  lead: Lead | undefined;
  hidden: string[];
  /** Page that shows and answers the offer. */
  link: string;
}

/** "Ada Lovelace, Acme, Hamburg" as far as the recipient may see. */
function titleOf({ title, company, city }: Recipient['summary']): string {
  // A title such as "Ada L*** · Acme" names the company already.
  const known = title ?? '';
  const words = [title, known.includes(company ?? '') ? undefined : company, city].filter(Boolean);
  return words.join(', ') || 'A new lead';
}

/** Reads an offer made to one of our users; undefined when the recipient is a peer. Throws `not-found`. */
export async function findOfferedLead(ctx: Context, recipientId: string): Promise<OfferedLead | undefined> {
  const recipient = await getRecipient(ctx, recipientId);
  if (recipient.userId === null) return undefined;
  const [offer, plan, user] = [
    await getOffer(ctx, recipient.offerId),
    await findPlan(ctx, recipientId),
    await getUser(ctx, recipient.userId),
  ];
  return {
    recipient: { ...recipient, userId: recipient.userId },
    user,
    mode: offer.mode,
    round: offer.round,
    closesAt: offer.closesAt,
    title: titleOf(recipient.summary),
    lead: plan?.offered,
    hidden: labelsOf(recipient.fields.withheld),
    link: `${ctx.config.publicUrl}/a/${makeResponseToken(ctx.keys.secret, recipientId)}`,
  };
}
