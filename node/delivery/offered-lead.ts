import type { Lead } from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import { getUser, type User } from '../people/store.ts';
import { findPartnerPerson } from '../people/store/partner-people.ts';
import { findBoxOf } from '../routing/store/boxes.ts';
import { getOffer } from '../routing/store/offers.ts';
import { findPlan, getRecipient, type Recipient } from '../routing/store/recipients.ts';
import { labelsOf, oneLine } from './lead-lines.ts';
import { makeResponseToken } from './response-token.ts';

/** Who is offered a lead by mail. */
export interface Addressee {
  readonly name: string;
  readonly email: string;
  /** Whether mails are sent. */
  readonly active: boolean;
  /** Whether the links of these mails work: who left must not read on. */
  readonly mayAnswer: boolean;
  /** One of ours; absent: somebody of a partner without a node. */
  readonly user?: User | undefined;
}

/** An offer as its recipient may see it in a mail or behind its link. */
export interface OfferedLead {
  readonly recipient: Recipient;
  readonly to: Addressee;
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

/** Whom mails about an offer go to; undefined when the recipient is a node, or software. */
export async function findAddressee(
  ctx: Context,
  { userId, personId, peerId }: Recipient,
): Promise<Addressee | undefined> {
  if (userId !== null) {
    const user = await getUser(ctx, userId);
    const { name, email, active } = user;
    return { name, email, active, mayAnswer: active && user.role !== 'auditor', user };
  }
  const person = personId === null ? undefined : await findPartnerPerson(ctx, personId);
  if (!person) return undefined;
  const { name, email, active } = person;
  const box = await findBoxOf(ctx, { peerId: peerId ?? '' });
  // The box of a suspended partner is closed.
  return { name, email, active, mayAnswer: active && box?.closedAt === undefined };
}

/** Reads an offer made to a person; undefined when the recipient is a node, or software. Throws `not-found`. */
export async function findOfferedLead(ctx: Context, recipientId: string): Promise<OfferedLead | undefined> {
  const recipient = await getRecipient(ctx, recipientId);
  const to = await findAddressee(ctx, recipient);
  if (!to) return undefined;
  const { mode, round, opensAt, closesAt } = await getOffer(ctx, recipient.offerId);
  const plan = await findPlan(ctx, recipientId);
  const { summary, fields } = recipient;
  const token = makeResponseToken(ctx.keys.secret, recipientId);
  return {
    recipient,
    to,
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
