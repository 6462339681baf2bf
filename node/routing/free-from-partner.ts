import type { Context, Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { changeLead } from '../leads/change-lead.ts';
import type { Holder, LeadActor } from '../leads/history.ts';
import { getLeadHead, holdStill, type LeadHead } from '../leads/store.ts';
import { holderOf } from './open-offer.ts';
import { routeSoon } from './route-soon.ts';
import { getBox, systemBoxId } from './store/boxes.ts';
import { findLastOffer, lockOffer, updateOfferIf, type Offer } from './store/offers.ts';
import { answerRecipient, getRecipient } from './store/recipients.ts';

type Head = Pick<LeadHead, 'id' | 'state' | 'holder'>;

/**
 * The offer by which a partner has a lead, or may have its details: it holds the lead, was awarded it for good, or refused the
 * release after it may have been seen. Undefined when none does.
 */
export async function findGivenAway(ctx: Context, { id, state, holder }: Head): Promise<Offer | undefined> {
  const last = await findLastOffer(ctx, id);
  if (last?.winnerId == null || last.confirmedAt === null) return undefined;
  const given = holder?.kind === 'peer' || (state === 'unrouted' && last.state === 'recalled');
  return given ? last : undefined;
}

interface Freeing {
  /** In words: kept as a note of the lead. */
  readonly reason: string;
  readonly actor: LeadActor;
}

/**
 * A person takes a lead from a partner that is gone, without its answer: it goes the way of a new one (LX-115). Answers whom it
 * was taken from. Throws `not-with-partner`.
 */
export async function freeFromPartner(
  tx: Tx,
  leadId: string,
  { reason, actor }: Freeing,
): Promise<{ recipientId: string; recipient: Holder }> {
  await holdStill(tx, leadId);
  const given = await findGivenAway(tx, await getLeadHead(tx, leadId));
  if (!given || given.winnerId === null) throw conflict('not-with-partner', 'No partner holds this lead.');
  const { id: offerId, state } = await lockOffer(tx, given.id);
  if (state === 'awarded') await answerRecipient(tx, given.winnerId, { from: 'accepted', to: 'expired' });
  // Nothing of it can be released any more.
  const ended = { confirmedAt: null, leaseUntil: null, endedAt: tx.clock.now() };
  if (state !== 'done') await updateOfferIf(tx, offerId, { state }, { state: 'recalled', ...ended });
  const recipient = holderOf(await getRecipient(tx, given.winnerId));
  const { id, name } = await getBox(tx, systemBoxId);
  const box = { id, name };
  await changeLead(tx, leadId, 'free', { actor, reason: 'partner-gone', note: reason, box, told: { recipient } });
  await routeSoon(tx, leadId, tx.ids.make('free'));
  return { recipientId: given.winnerId, recipient };
}
