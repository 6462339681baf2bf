import type { Disposition, Money } from '../../protocol/index.ts';
import { transact, type Context, type Tx } from '../kernel/context.ts';
import { intend } from '../kernel/jobs.ts';
import { getLead, getLeadHead } from '../leads/store.ts';
import { getOffer } from '../routing/store/offers.ts';
import type { OfferedLead } from './offered-lead.ts';

/** What somebody of a partner says became of a lead. */
export interface SaidStatus {
  readonly disposition: Extract<Disposition, 'contacted' | 'working' | 'won' | 'lost' | 'returned'>;
  readonly amount?: Money | undefined;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
}

/** Payload of the intent `status-of-person`. */
export interface PersonStatus extends SaidStatus {
  readonly recipientId: string;
}

/** A link that reports stays good for so long after the lead was handed over. */
const reportMilliseconds = 365 * 24 * 3_600_000;

/** Whether this reader may say what became of the lead: somebody of a partner, while the lead is there. */
export async function mayReport(ctx: Context, offered: OfferedLead): Promise<boolean> {
  const { peerId, leadId } = offered.recipient;
  return wasGiven(ctx, offered) && (await isWith(ctx, leadId, peerId));
}

/**
 * Whether this reader may say what the person of the lead decided about their data: somebody of a partner who was given it, also
 * when it is with others by now.
 */
export async function mayTellConsent(ctx: Context, offered: OfferedLead): Promise<boolean> {
  return wasGiven(ctx, offered) && (await getLead(ctx, offered.recipient.leadId)).erasedAt === null;
}

const wasGiven = (ctx: Context, { recipient: { state, answeredAt }, to }: OfferedLead): boolean =>
  !to.user && state === 'won' && (answeredAt ?? 0) + reportMilliseconds > ctx.clock.now();

/** Whether somebody of a partner was given a lead, or was first, and it is not there any more. */
export async function isGoneFrom(ctx: Context, { recipient, to }: OfferedLead): Promise<boolean> {
  const { id, state, offerId, peerId, leadId } = recipient;
  if (to.user) return false;
  if (state === 'expired') return (await getOffer(ctx, offerId)).winnerId === id;
  return state === 'won' && !(await isWith(ctx, leadId, peerId));
}

async function isWith(ctx: Context, leadId: string, peerId: string | null): Promise<boolean> {
  const { holder } = await getLeadHead(ctx, leadId);
  return holder?.kind === 'peer' && holder.id === peerId;
}

/** The same by a link; false when there is nothing to report any more. */
export const reportByLink = (ctx: Context, offered: OfferedLead, said: SaidStatus): Promise<boolean> =>
  transact(ctx, async (tx) => {
    if (!(await mayReport(tx, offered))) return false;
    await reportStatus(tx, offered, said);
    return true;
  });

/** Hands a status on to whoever decides what is kept of it. */
export async function reportStatus(tx: Tx, { recipient }: OfferedLead, said: SaidStatus): Promise<void> {
  const payload: PersonStatus = { ...said, recipientId: recipient.id };
  await intend(tx, { kind: 'status-of-person', payload });
}
