import { pickFields, updateReasons, type Lead, type Update, type UpdateReason } from '../../../protocol/index.ts';
import { narrowUpdate } from '../../disclosure/narrow-plan.ts';
import type { Tx } from '../../kernel/context.ts';
import { getLead, type StoredLead } from '../../leads/store.ts';
import { pickUpdatableFor } from '../../routing/pick-updatable-for.ts';
import { getRecipient } from '../../routing/store/recipients.ts';
import { updateAway } from '../bridge/update-away.ts';
import { contactPaths } from './contact-paths.ts';
import { findAgreementOf } from '../agreements/in-force.ts';
import { findHeldByPeer, findHeldFromPeer } from './find-held.ts';
import { feedbackUnder } from '../feedback/feedback-under.ts';
import { isDeafTo } from '../peers/is-deaf-to.ts';
import { noteWithdrawals } from '../restoration/erasures-file.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { updateConversation, type Conversation } from '../store/conversations.ts';
import { changedSince, digestFields, untold, type ToldFields } from './told-fields.ts';

interface FieldsChanged {
  readonly leadId: string;
  readonly reason?: string;
  /** Their paths. */
  readonly fields?: readonly string[];
}

/**
 * Fields of a lead changed here, for a reason: the peer that holds it, and the one it came from, are told what they may know
 * of it.
 */
export async function updateToPeer(tx: Tx, { leadId, reason, fields = [] }: FieldsChanged): Promise<void> {
  // A backup knows nothing of it, whichever way it came.
  if (fields.includes('consents')) await noteWithdrawals(tx, leadId);
  const why = reasonToTell(reason);
  const down = await findHeldByPeer(tx, leadId);
  if (down) await tellChanges(tx, down, why);
  else await updateAway(tx, leadId, { reason: why, fields });
  const up = await findHeldFromPeer(tx, leadId);
  if (up) await tellChanges(tx, up, why);
}

/** A reason as the other side reads it. */
export const reasonToTell = (reason: string | undefined): UpdateReason =>
  updateReasons.find((known) => known === reason) ?? 'other';

/**
 * Sends what changed since the other side was last told (section 10 of the specification); nothing when it may know nothing of
 * it. What it may not know counts as told: a later policy shows what changes from then on.
 */
export async function tellChanges(tx: Tx, conversation: Conversation, reason: UpdateReason): Promise<Conversation> {
  const news = await describeChanges(tx, conversation, reason);
  if (!news) return conversation;
  const { body, change } = news;
  return body
    ? sendMessage(tx, conversation, { type: 'Update', body, change })
    : updateConversation(tx, conversation, change);
}

/**
 * What an Update named that did not get through, as it is now, under a revision above all that did; `body` is absent when
 * nothing of it may be told any more, or it means nothing now.
 */
export async function describeAgain(
  tx: Tx,
  conversation: Conversation,
  { changedFields, reason }: Update,
): Promise<News> {
  const told = JSON.stringify(untold(JSON.parse(conversation.told ?? '{}') as ToldFields, changedFields));
  const again = { ...conversation, told: conversation.told === null ? null : told };
  return (await describeChanges(tx, again, reason)) ?? { change: {} };
}

/** An Update, and what the conversation keeps of it. */
interface News {
  readonly body?: Update;
  readonly change: Partial<Conversation>;
}

/** What changed since the other side was last told; undefined when nothing did. */
async function describeChanges(tx: Tx, conversation: Conversation, reason: UpdateReason): Promise<News | undefined> {
  if (conversation.told === null || !maySay(conversation, 'Update')) return undefined;
  if (await isDeafTo(tx, conversation.peerId, 'Update')) return undefined;
  const lead = await getLead(tx, conversation.leadId);
  const now = digestFields(conversation, lead.document);
  const changed = changedSince(JSON.parse(conversation.told) as ToldFields, now);
  if (changed.length === 0) return undefined;
  const change = { told: JSON.stringify(now) };
  const partOf = conversation.side === 'offering' ? partDown : partUp;
  const part = await partOf(tx, conversation, lead, changed);
  if (!part) return { change };
  const revision = conversation.sentUpdate + 1;
  const body = { revision, reason, changedFields: [...part.fields], lead: part.lead };
  return { body, change: { ...change, sentUpdate: revision } };
}

interface Part {
  readonly fields: readonly string[];
  readonly lead: Lead;
}

/** What the field policy shows the holder of the changed fields. */
async function partDown(
  tx: Tx,
  conversation: Conversation,
  lead: StoredLead,
  changed: string[],
): Promise<Part | undefined> {
  const part = await pickUpdatableFor(tx, await getRecipient(tx, conversation.recipientId ?? ''), lead, changed);
  const agreement = await findAgreementOf(tx, conversation);
  return part && agreement ? narrowUpdate(part, agreement.terms.fieldTerms ?? []) : part;
}

/** Contact data, when our feedback policy for the peer the lead came from, and the agreement with it, say so. */
async function partUp(
  tx: Tx,
  conversation: Conversation,
  { document }: StoredLead,
  changed: string[],
): Promise<Part | undefined> {
  if (!(await feedbackUnder(tx, conversation)).tell.update) return undefined;
  const fields = contactPaths.filter((path) => changed.includes(path));
  return fields.length === 0 ? undefined : { fields, lead: pickFields(document, fields) };
}
