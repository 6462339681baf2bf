import type { Tx } from '../../kernel/context.ts';
import { confirmAward } from '../../routing/award.ts';
import { getOffer, type Offer } from '../../routing/store/offers.ts';
import { findPlan, type Recipient } from '../../routing/store/recipients.ts';
import type { EndReason } from '../../routing/tell-end.ts';
import type { DisclosurePlan } from '../../disclosure/decide-disclosure.ts';
import { namesOf } from '../ledger-leaves.ts';
import { listToldOf, updateWaitingWebhook } from '../store/webhooks.ts';
import { queueWebhook } from './queue-webhook.ts';

/** A release and the end of an offer are worth telling for as long as a message of the protocol. */
export const longestMilliseconds = 14 * 24 * 3_600_000;

const iso = (at: number) => new Date(at).toISOString();

/** What a webhook says of an offer beside the fields of the lead. */
export const offerFacts = (
  { mode, opensAt, closesAt }: Pick<Offer, 'mode' | 'opensAt' | 'closesAt'>,
  { withheldFields, maskedFields }: DisclosurePlan,
  test: boolean,
) => ({ mode, opensAt: iso(opensAt), closesAt: iso(closesAt), withheld: withheldFields, masked: maskedFields, test });

/** Offers a lead to other software: the visible part, under its names. */
export async function offerByWebhook(tx: Tx, recipient: Recipient, plan: DisclosurePlan): Promise<void> {
  const offer = await getOffer(tx, recipient.offerId);
  await queueWebhook(tx, recipient.peerId ?? '', {
    event: 'lead.offered',
    recipient,
    facts: offerFacts(offer, plan, recipient.summary.test === true),
    document: plan.offered,
    expiresAt: offer.closesAt,
    disclosed: {
      stage: 'offered',
      mode: offer.mode,
      masked: plan.maskedFields,
      withheld: plan.withheldFields,
      ...namesOf(plan),
    },
  });
}

/** It was first: the award is final, and the whole of what was offered goes out. */
export async function releaseByWebhook(tx: Tx, recipient: Recipient): Promise<void> {
  const plan = await findPlan(tx, recipient.id);
  const told = await listToldOf(tx, recipient.id);
  if (!plan || told.some(({ type }) => type !== 'lead.offered') || !(await confirmAward(tx, recipient.id))) return;
  const offer = await getOffer(tx, recipient.offerId);
  await queueWebhook(tx, recipient.peerId ?? '', {
    event: 'lead.released',
    recipient,
    facts: { ...offerFacts(offer, plan, recipient.summary.test === true), withheld: [], masked: [] },
    document: plan.released,
    expiresAt: tx.clock.now() + longestMilliseconds,
    disclosed: { stage: 'released', never: plan.neverFields, ...namesOf(plan) },
  });
}

/** The offer is over: said, unless it never left. */
export async function closeByWebhook(tx: Tx, recipient: Recipient, reason: EndReason): Promise<void> {
  const told = await listToldOf(tx, recipient.id);
  const offered = told.find(({ type }) => type === 'lead.offered');
  if (!offered || told.some(({ type }) => type === 'lead.closed' || type === 'lead.erased')) return;
  const over = { state: 'cancelled', body: null, code: reason, answeredAt: tx.clock.now() } as const;
  if (offered.state === 'waiting') await updateWaitingWebhook(tx, offered.messageId, over);
  if (offered.attempts === 0) return;
  await queueWebhook(tx, recipient.peerId ?? '', {
    event: 'lead.closed',
    recipient,
    facts: { reason },
    document: {},
    expiresAt: tx.clock.now() + longestMilliseconds,
  });
}
