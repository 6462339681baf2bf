import type { Lead } from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import { getUser, type User } from '../people/store.ts';
import { getOffer } from '../routing/store/offers.ts';
import { findPlan, getRecipient, type Recipient } from '../routing/store/recipients.ts';
import { labelsOf, oneLine } from './lead-lines.ts';
import { makeResponseToken } from './response-token.ts';

/** An offer as its recipient may see it in a mail or behind its link. */
export interface OfferedLead {
  readonly recipient: Recipient & { readonly userId: string };
  readonly user: User;
  readonly mode: 'direct' | 'grab';
  readonly round: number;
  /** Epoch milliseconds. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** One line, of what the recipient was shown. */
  readonly title: string;
  /** Name of the partner it comes from. */
  readonly from: string | undefined;
  /** The visible part; undefined once the offer's values were deleted. */
  readonly lead: Lead | undefined;
  /** Paths of which `lead` holds a part. */
  readonly maskedFields: readonly string[];
  /** Labels of what opens on acceptance. */
  readonly hidden: readonly string[];
  readonly token: string;
  /** Page that shows and answers the offer. */
  readonly link: string;
}

/** "Ada Lovelace · Acme, Hamburg" as far as the recipient may see. */
function titleOf({ title, city, test }: Recipient['summary']): string {
  const words = [title ?? 'A lead', city].filter((word): word is string => Boolean(word));
  return oneLine(`${test ? 'Test: ' : ''}${words.join(', ')}`);
}

/** Reads an offer made to one of our users; undefined when the recipient is a peer. Throws `not-found`. */
export async function findOfferedLead(ctx: Context, recipientId: string): Promise<OfferedLead | undefined> {
  const recipient = await getRecipient(ctx, recipientId);
  if (recipient.userId === null) return undefined;
  const { mode, round, opensAt, closesAt } = await getOffer(ctx, recipient.offerId);
  const plan = await findPlan(ctx, recipientId);
  const { summary, fields } = recipient;
  const token = makeResponseToken(ctx.keys.secret, recipientId);
  return {
    recipient: { ...recipient, userId: recipient.userId },
    user: await getUser(ctx, recipient.userId),
    mode,
    round,
    opensAt,
    closesAt,
    title: titleOf(summary),
    from: summary.from && oneLine(summary.from.name ?? summary.from.peerId),
    lead: plan?.offered,
    maskedFields: fields.masked,
    hidden: labelsOf(fields.withheld),
    token,
    link: `${ctx.config.publicUrl}/a/${token}`,
  };
}

/** Whether the offer can still be answered: then, and only then, may its customer be shown. */
export const isOpen = (offered: OfferedLead, now: number): offered is OfferedLead & { readonly lead: Lead } =>
  offered.recipient.state === 'offered' && offered.lead !== undefined && offered.closesAt > now;
