import { findAddressee } from '../../delivery/offered-lead.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import { getLead } from '../../leads/store.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { holderOf } from '../../routing/open-offer.ts';
import { pickUpdatableFor } from '../../routing/pick-updatable-for.ts';
import { getRecipient, listRecipientsOfLead, type Recipient } from '../../routing/store/recipients.ts';
import { longestMilliseconds } from '../bridge/offer-by-webhook.ts';
import { nameOf } from '../bridge/offer-by-mail.ts';
import { queueWebhook } from '../bridge/queue-webhook.ts';
import { wayTo } from '../bridge/way-to.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { forgetDeadConsents } from '../store/webhooks.ts';
import { findErasureOf } from './ask-erasure-away.ts';

interface What {
  /** Ways of contact were closed. */
  readonly ways: boolean;
  readonly consents: boolean;
}

interface Changed extends What {
  /** The offer by which somebody of them told us: they are not told back. */
  readonly from?: string | undefined;
}

/**
 * A person changed what their data may be used for: every partner without a node that a lead was released to is told how it
 * stands now, in whole. Consents go where the field policy shows them, closed ways of contact always.
 */
export async function tellConsentAway(tx: Tx, leadId: string, { from, ...changed }: Changed): Promise<void> {
  for (const recipient of await listRecipientsOfLead(tx, leadId))
    if (recipient.id !== from) await tellOne(tx, recipient, changed);
}

/** A lead was handed over: what the person decided before, and every way of contact that is closed. */
export async function consentToPartner(tx: Tx, { recipientId }: { recipientId: string }): Promise<void> {
  await tellOne(tx, await getRecipient(tx, recipientId), { ways: true, consents: true });
}

async function tellOne(tx: Tx, recipient: Recipient, { ways, consents }: What): Promise<void> {
  const { state, peerId, leadId } = recipient;
  if (peerId === null || state !== 'won') return;
  const way = await wayTo(tx, recipient);
  if (way !== 'mail' && way !== 'webhook') return;
  const lead = await getLead(tx, leadId);
  const { document, doNotContact, erasedAt } = lead;
  if (erasedAt !== null || (await findErasureOf(tx, recipient))?.outcome === 'done') return;
  // In whole: what nobody took before is in it, too.
  const shows = document.consents !== undefined && !recipient.fields.never.includes('consents');
  const part = shows ? await pickUpdatableFor(tx, recipient, lead, ['consents']) : undefined;
  const closed = ways && doNotContact.length > 0;
  const decided = consents && part;
  if (!closed && !decided) return;
  const needs = [...(closed ? ['$doNotContact'] : []), ...(decided ? decided.fields : [])];
  const telling = { doNotContact, fields: part?.fields ?? [], needs };
  if (way === 'mail') await tellByMail(tx, recipient, telling);
  else await tellByWebhook(tx, recipient, { ...telling, document: part?.lead ?? {} });
}

interface Telling {
  readonly doNotContact: readonly string[];
  /** Paths. */
  readonly fields: readonly string[];
  /** Facts and paths that changed. */
  readonly needs: readonly string[];
}

async function tellByMail(tx: Tx, recipient: Recipient, { fields }: Telling): Promise<void> {
  if (!(await findAddressee(tx, recipient))?.mayAnswer) return untold(tx, recipient, 'not-reachable');
  const { id: recipientId, leadId, offerId: offer } = recipient;
  await appendLeaf(tx, 'disclosure', {
    ...{ recipient: nameOf(recipient), lead: leadId, offer, stage: 'updated', shown: fields },
  });
  const payload = { kind: 'consent-changed', recipientId, leadId, fields, about: tx.ids.make('told') };
  await intend(tx, { kind: 'notify', payload });
}

async function tellByWebhook(
  tx: Tx,
  recipient: Recipient,
  { doNotContact, fields, needs, document }: Telling & Pick<Parameters<typeof queueWebhook>[2], 'document'>,
): Promise<void> {
  // One that nobody took tells no more than this one: it is not to be sent after it.
  await forgetDeadConsents(tx, recipient.id);
  const { messageId } = await queueWebhook(tx, recipient.peerId ?? '', {
    event: 'lead.consent-changed',
    recipient,
    facts: { doNotContact, changed: fields, test: recipient.summary.test === true },
    document,
    expiresAt: tx.clock.now() + longestMilliseconds,
    disclosed: { stage: 'updated' },
    changed: fields,
    needs,
  });
  if (messageId === '') await untold(tx, recipient, 'mapping');
}

/** Somebody who holds the lead does not know: people have to tell them. */
export async function untold(tx: Tx, recipient: Recipient, reason: string): Promise<void> {
  const { leadId, peerId } = recipient;
  await tellHistory(tx, leadId, 'untold', { recipient: holderOf(recipient), reason });
  await tellPeople(tx, { leadId, peerId: peerId ?? '', topic: 'consent-untold' });
}
