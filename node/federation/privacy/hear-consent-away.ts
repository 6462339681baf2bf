import type { ConsentChange } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { when } from '../../kernel/times.ts';
import { lockLead } from '../../leads/store.ts';
import { holderOf } from '../../routing/open-offer.ts';
import type { Recipient } from '../../routing/store/recipients.ts';
import type { Report } from '../bridge/read-report.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { changeConsent } from './change-consent.ts';

interface Said extends Pick<Report, 'closed' | 'consent'> {
  /** Where it came from: what the ledger says of it. */
  readonly origin: { readonly id?: string | undefined; readonly digest: string };
}

/**
 * Software that was released a lead says what the person decided: it counts as a ConsentChange from below does (LX-153). Ways
 * of contact are closed, never opened. Repeated: changes nothing. Throws `not-released`, `lead-erased`, `schema`.
 */
export async function hearConsentAway(tx: Tx, recipient: Recipient, { origin, ...said }: Said): Promise<'noted'> {
  const { id: conversationId, leadId, state } = recipient;
  const peerId = recipient.peerId ?? '';
  if (state !== 'won') throw conflict('not-released', 'This lead was not released to this partner.');
  const change = await planChange(tx, leadId, said);
  const from = { peerId, conversationId, messageId: origin.id, digest: origin.digest };
  if (await changeConsent(tx, leadId, { change, actor: holderOf(recipient), from }))
    await tellPeople(tx, { leadId, peerId, topic: 'consent-changed' });
  return 'noted';
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
  if (consents.some(({ purpose, state }) => purpose === consent.purpose && state === consent.state)) return { at };
  return { at, consents: [...consents.filter(({ purpose }) => purpose !== consent.purpose), { ...consent, at }] };
}
