import { isDeepStrictEqual } from 'node:util';
import type { ConsentChange, ContactChannel } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { withValues } from '../../leads/change-fields.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { promoteFields } from '../../leads/promote-fields.ts';
import { getLead, lockLead, replaceDocument, type StoredLead } from '../../leads/store.ts';
import { setDoNotContact } from '../../leads/store/privacy.ts';
import { getRecipient } from '../../routing/store/recipients.ts';
import type { Heard } from '../effects/effect.ts';
import { isDeafTo } from '../peers/is-deaf-to.ts';
import { isOwnedThrough } from '../after-release/settle-question.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { heldStates, listConversationsOf, type Conversation, type ConversationKey } from '../store/conversations.ts';
import { hasDeparted } from '../store/outbox.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { noteWithdrawals } from '../restoration/erasures-file.ts';
import { tellConsentAway } from './consent-away.ts';
import { mergeConsents } from './merge-consents.ts';

interface Changing {
  readonly change: ConsentChange;
  readonly actor: LeadActor;
  /** The conversation that told us: it is not told back. */
  readonly from?: Saying | undefined;
}

interface Saying extends ConversationKey {
  readonly messageId: string | undefined;
  readonly digest: string;
  /** The person of a partner without a node who said so. */
  readonly by?: string | undefined;
}

/**
 * A person changed what their data may be used for: the lead says so, and every partner that has it from us, and the one we
 * have it from, is told (LX-153). Ways of contact are only ever closed. Says nothing twice: false when nothing changed. Throws
 * `lead-erased`, `schema`.
 */
export async function changeConsent(tx: Tx, leadId: string, { change, actor, from }: Changing): Promise<boolean> {
  const lead = await lockLead(tx, leadId);
  if (lead.erasedAt !== null) throw conflict('lead-erased', 'This lead was erased.');
  const channels = [...new Set([...lead.doNotContact, ...(change.doNotContacts ?? [])])];
  const sameConsents = change.consents === undefined || isDeepStrictEqual(change.consents, lead.document.consents);
  if (channels.length === lead.doNotContact.length && sameConsents) return false;
  await setDoNotContact(tx, leadId, channels);
  if (!sameConsents) await replaceConsents(tx, lead, change);
  await noteWithdrawals(tx, leadId);
  await tellHistory(tx, leadId, 'consent', { actor, ...(channels.length > 0 && { channels }) });
  const by = actor.kind === 'user' ? actor.id : from?.by;
  const said = { peer: from?.peerId, message: from?.messageId, digest: from?.digest, by };
  await appendLeaf(tx, 'consent-changed', { lead: leadId, ...said, 'do-not-contact': channels });
  for (const conversation of await listConversationsOf(tx, leadId)) {
    const body = await bodyFor(tx, conversation, change);
    if (body && (await isToTell(tx, conversation, from)))
      await sendMessage(tx, conversation, { type: 'ConsentChange', body });
  }
  await tellConsentAway(tx, leadId, {
    ways: channels.length > lead.doNotContact.length,
    consents: !sameConsents,
    from: from?.conversationId,
  });
  return true;
}

/**
 * Whoever was only offered the lead knows of no consents; with the release it gets them as they are then, unless the field policy
 * or the agreement never shows it any.
 */
async function bodyFor(tx: Tx, conversation: Conversation, change: ConsentChange): Promise<ConsentChange | undefined> {
  const { side, releasedAt, recipientId } = conversation;
  const isShown = async () =>
    recipientId !== null && !(await getRecipient(tx, recipientId)).fields.never.includes('consents');
  if (side === 'holding' || (releasedAt !== null && (await isShown()))) return change;
  const { at, doNotContacts = [] } = change;
  return doNotContacts.length === 0 ? undefined : { at, doNotContacts };
}

async function replaceConsents(tx: Tx, lead: StoredLead, { consents }: ConsentChange): Promise<void> {
  const document = withValues(lead.document, new Map([['consents', consents]]));
  const { hiddenFields, maskedFields } = lead;
  await replaceDocument(tx, lead.id, { document, promoted: promoteFields(document), hiddenFields, maskedFields });
}

/** Tells the partner a lead is released to in which ways the person was not to be contacted before it was offered to it (LX-153). */
export async function tellClosedWays(tx: Tx, conversation: Conversation): Promise<void> {
  const { doNotContact } = await getLead(tx, conversation.leadId);
  if (doNotContact.length === 0 || (await isDeafTo(tx, conversation.peerId, 'Privacy'))) return;
  const doNotContacts = doNotContact as ContactChannel[];
  const body = { at: new Date(tx.clock.now()).toISOString(), doNotContacts };
  await sendMessage(tx, conversation, { type: 'ConsentChange', body });
}

/** Whoever has something of the lead still. */
async function isToTell(tx: Tx, conversation: Conversation, from: ConversationKey | undefined): Promise<boolean> {
  const { peerId, conversationId, side, state, deletedAt } = conversation;
  const cameFrom = from?.peerId === peerId && from.conversationId === conversationId;
  const over = deletedAt !== null || ['erased', 'rejected', 'closed', 'returned'].includes(state);
  if (cameFrom || (side === 'holding' && over) || deletedAt !== null || state === 'erased') return false;
  if (!maySay(conversation, 'ConsentChange') || (await isDeafTo(tx, peerId, 'Privacy'))) return false;
  return side === 'holding' || hasDeparted(tx, conversation, 'Offer');
}

/**
 * The other side says so. From below it counts from whoever was released the lead; others only ever saw a part of it. Once the
 * lead is not there any more, what is heard from there gives no consent.
 */
export async function hearConsent(
  tx: Tx,
  { conversation, peer, message, digest }: Heard<'ConsentChange'>,
): Promise<void> {
  const { leadId, peerId, conversationId, side, state, releasedAt } = conversation;
  const gone = side === 'holding' && ['rejected', 'closed', 'returned', 'erased'].includes(state);
  if (leadId === '' || gone || (side === 'offering' && releasedAt === null)) return;
  const { erasedAt, receivedAt: since, document } = await lockLead(tx, leadId);
  if (erasedAt !== null) return;
  const actor = { kind: 'peer', id: peerId, name: peer.name } as const;
  const from = { peerId, conversationId, messageId: message.header.messageId, digest };
  const { at, doNotContacts, consents: heard } = message.body;
  const mayGrant = side === 'holding' || (heldStates.includes(state) && (await isOwnedThrough(tx, conversation)));
  const consents = heard && mergeConsents(document.consents ?? [], heard, { at, now: tx.clock.now(), since, mayGrant });
  const change = { at, ...(doNotContacts && { doNotContacts }), ...(consents?.length && { consents: [...consents] }) };
  if (await changeConsent(tx, leadId, { change, actor, from }))
    await tellPeople(tx, { leadId, peerId, topic: 'consent-changed' });
}
