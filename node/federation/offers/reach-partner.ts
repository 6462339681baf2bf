import type { Tx } from '../../kernel/context.ts';
import { getOffer } from '../../routing/store/offers.ts';
import { findPlan, getRecipient } from '../../routing/store/recipients.ts';
import type { EndReason } from '../../routing/tell-end.ts';
import { awardToPeer, closeToPeer } from './award-to-peer.ts';
import { closeByMail, offerByMail, releaseByMail } from '../bridge/offer-by-mail.ts';
import { closeByWebhook, offerByWebhook, releaseByWebhook } from '../bridge/offer-by-webhook.ts';
import { offerToPeer } from './offer-to-peer.ts';
import { wayTo } from '../bridge/way-to.ts';
import { listToldOf } from '../store/webhooks.ts';
import { passOver } from './pass-over.ts';
import { weighOffer } from './weigh-offer.ts';

/** Offers a lead to a partner, however it is reached. */
export async function offerToPartner(tx: Tx, payload: { recipientId: string }): Promise<void> {
  const recipient = await getRecipient(tx, payload.recipientId);
  const way = await wayTo(tx, recipient);
  if (way === 'node') return offerToPeer(tx, payload);
  const { id: recipientId, leadId } = recipient;
  const offer = await getOffer(tx, recipient.offerId);
  const planned = await findPlan(tx, recipientId);
  if (recipient.state !== 'offered' || offer.state !== 'open' || offer.closesAt <= tx.clock.now() || !planned) return;
  const terms = way === 'nobody' ? 'not-now' : await weighOffer(tx, recipient.peerId ?? '', leadId);
  if (typeof terms === 'string') return passOver(tx, recipientId, terms);
  if (way === 'mail') await offerByMail(tx, recipient, planned);
  else if ((await listToldOf(tx, recipientId)).length === 0) await offerByWebhook(tx, recipient, planned);
}

/** A partner was first: it hears so, and gets what was withheld. */
export async function awardToPartner(tx: Tx, payload: { recipientId: string }): Promise<void> {
  const recipient = await getRecipient(tx, payload.recipientId);
  const way = await wayTo(tx, recipient);
  if (way === 'mail') await releaseByMail(tx, recipient);
  else if (way === 'webhook') await releaseByWebhook(tx, recipient);
  else await awardToPeer(tx, payload);
}

/** The offer is over for a partner. */
export async function closeToPartner(tx: Tx, payload: { recipientId: string; reason: EndReason }): Promise<void> {
  const recipient = await getRecipient(tx, payload.recipientId);
  const way = await wayTo(tx, recipient);
  if (way === 'mail') await closeByMail(tx, recipient, payload.reason);
  else if (way === 'webhook') await closeByWebhook(tx, recipient, payload.reason);
  else await closeToPeer(tx, payload);
}
