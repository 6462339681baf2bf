import type { ConsentChange } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { when } from '../../kernel/times.ts';
import { getLeadHead, lockLead } from '../../leads/store.ts';
import { holderOf } from '../../routing/open-offer.ts';
import { findLastOffer } from '../../routing/store/offers.ts';
import type { Recipient } from '../../routing/store/recipients.ts';
import type { Report } from '../bridge/read-report.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { changeConsent } from './change-consent.ts';

interface Said extends Pick<Report, 'closed' | 'consent'> {
  /** Where it came from: what the ledger says of it. */
  readonly origin: { readonly id?: string | undefined; readonly digest: string; readonly by?: string | undefined };
}

/**
 * Whoever was released a lead without a node says what the person decided: it counts as a ConsentChange from below does (LX-153).
 * Ways of contact are closed, never opened; a consent is given only while they have the lead. Repeated: changes nothing. Throws
 * `not-released`, `not-the-holder`, `lead-erased`, `schema`.
 */
export async function hearConsentAway(tx: Tx, recipient: Recipient, { origin, ...said }: Said): Promise<'noted'> {
  const { id: conversationId, leadId, state } = recipient;
  const peerId = recipient.peerId ?? '';
  if (state !== 'won') throw conflict('not-released', 'This lead was not released to this partner.');
  if (said.consent?.state === 'granted' && !(await isWith(tx, recipient)))
    throw conflict('not-the-holder', 'This lead is not with that partner any more: nothing it tells gives a consent.');
  const change = await planChange(tx, leadId, said);
  const from = { peerId, conversationId, messageId: origin.id, digest: origin.digest, by: origin.by };
  if (await changeConsent(tx, leadId, { change, actor: holderOf(recipient), from }))
    await tellPeople(tx, { leadId, peerId, topic: 'consent-changed' });
  return 'noted';
}

async function isWith(tx: Tx, { id, leadId, peerId }: Recipient): Promise<boolean> {
  const { holder } = await getLeadHead(tx, leadId);
  return holder?.kind === 'peer' && holder.id === peerId && (await findLastOffer(tx, leadId))?.winnerId === id;
}

/** A decision about one purpose leaves the others as they are; one that is known already stays as it was said first. */
async function planChange(
  tx: Tx,
  leadId: string,
  { closed = [], consent }: Pick<Report, 'closed' | 'consent'>,
): Promise<ConsentChange> {
  const at = when(tx.clock.now());
  if (!consent) return { at, doNotContacts: [...closed] };
  const { consents = [] } = (await lockLead(tx, leadId)).document;
  const { state } = consent;
  const known = consents.map((each) => each.purpose);
  const purpose = findPurpose(known, consent.purpose) ?? consent.purpose;
  if (consents.some((each) => each.purpose === purpose && each.state === state)) return { at };
  return { at, consents: [...consents.filter((each) => each.purpose !== purpose), { purpose, state, at }] };
}

/** "marketing" is about "Marketing": people, and other software, write a purpose in their own way. */
const findPurpose = (known: readonly string[], said: string): string | undefined =>
  known.find((purpose) => purpose === said) ?? known.find((purpose) => purpose.toLowerCase() === said.toLowerCase());
