import type { Tx } from '../kernel/context.ts';
import { holdStill } from '../leads/store.ts';
import { findRecipient } from '../routing/store/recipients.ts';
import { findConversation, type Conversation, type ConversationKey } from './store/conversations.ts';
import { findPrivacyRequest } from './store/privacy-requests.ts';
import { findQuestion } from './store/questions.ts';

/** What intents of this room, and messages, name a lead by. */
interface About {
  readonly leadId?: string;
  readonly recipientId?: string;
  readonly peerId?: string;
  readonly conversationId?: string;
  readonly questionId?: string;
  readonly requestId?: string;
}

/** Holds the lead still that something is about, see `holdStill`: before any other row of it. About no lead: nothing. */
export async function holdStillAbout(tx: Tx, about: About): Promise<void> {
  const leadId = await findLeadOf(tx, about);
  if (leadId) await holdStill(tx, leadId);
}

/** A conversation as it stands while nobody else says or decides anything about its lead. */
export async function holdConversation(tx: Tx, key: ConversationKey): Promise<Conversation | undefined> {
  const found = await findConversation(tx, key);
  if (!found || found.leadId === '') return found;
  await holdStill(tx, found.leadId);
  return findConversation(tx, key);
}

async function findLeadOf(tx: Tx, about: About): Promise<string | undefined> {
  const { leadId, recipientId, peerId, conversationId, questionId, requestId } = about;
  if (leadId !== undefined) return leadId;
  if (recipientId !== undefined) return (await findRecipient(tx, recipientId))?.leadId;
  if (questionId !== undefined) return (await findQuestion(tx, questionId))?.leadId;
  if (requestId !== undefined) return (await findPrivacyRequest(tx, requestId))?.leadId;
  if (peerId === undefined || conversationId === undefined) return undefined;
  return (await findConversation(tx, { peerId, conversationId }))?.leadId;
}
