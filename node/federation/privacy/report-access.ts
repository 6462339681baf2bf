import { getField, type AccessDisclosure, type AccessReport, type Lead } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { announce } from '../../kernel/live-events.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getLead, holdStill } from '../../leads/store.ts';
import { listRecipientsOfLead, type DisclosedFields, type Recipient } from '../../routing/store/recipients.ts';
import { findAgreementOf } from '../agreements/in-force.ts';
import type { Heard } from '../effects/effect.ts';
import { isDeafTo } from '../peers/is-deaf-to.ts';
import { forgetLate } from '../receiving/forget-late.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { findConversation, listConversationsOf, type Conversation } from '../store/conversations.ts';
import { hasDeparted } from '../store/outbox.ts';
import { getPeer } from '../store/peers.ts';
import {
  findPrivacyRequest,
  insertPrivacyRequest,
  listCausedBy,
  updatePrivacyRequest,
  type PrivacyRequest,
} from '../store/privacy-requests.ts';
import { partnerOf } from '../peers/partner-of.ts';
import { newRequest, planDue } from './ask-erasure.ts';
import { fitDisclosures } from './fit-disclosures.ts';
import { keepRequest, needRequest } from './hear-erasure.ts';

const answerDays = 7;
const mostDisclosures = 100;
const mostFields = 100;

/** Asks every partner that was offered a lead what it holds of it and whom it gave it to, for the person it is about. */
export async function askAccess(
  tx: Tx,
  leadId: string,
  { actor, cause }: { actor: LeadActor; cause?: PrivacyRequest | undefined },
): Promise<void> {
  await holdStill(tx, leadId);
  const by = actor.kind === 'user' ? actor.id : undefined;
  await appendLeaf(tx, 'access-reported', { lead: leadId, peer: cause?.peerId, by });
  await tellHistory(tx, leadId, 'report', { actor });
  const answerBy = cause?.answerBy ?? tx.clock.now() + answerDays * dayMilliseconds;
  for (const conversation of await listConversationsOf(tx, leadId)) {
    const { side, deletedAt } = conversation;
    const has = side === 'offering' && deletedAt === null && (await hasDeparted(tx, conversation, 'Offer'));
    if (has) await askOne(tx, conversation, { actor, answerBy, cause: cause?.id ?? null });
  }
}

async function askOne(
  tx: Tx,
  conversation: Conversation,
  { actor, answerBy, cause }: { actor: LeadActor; answerBy: number; cause: string | null },
): Promise<void> {
  const { peerId, leadId } = conversation;
  const reaches = maySay(conversation, 'AccessRequest') && !(await isDeafTo(tx, peerId, 'Privacy'));
  const messageId = tx.ids.uuid();
  const body = { answerBy: new Date(answerBy).toISOString() };
  const sent = reaches ? await sendMessage(tx, conversation, { type: 'AccessRequest', body, messageId }) : undefined;
  const request = newRequest(tx, conversation, { kind: 'access', ours: true, askedBy: actor, answerBy });
  const settled = sent ? {} : ({ outcome: 'unreached', settledAt: tx.clock.now() } as const);
  await insertPrivacyRequest(tx, { ...request, messageId, digest: sent?.sentDigest ?? '', cause, ...settled });
  await planDue(tx, request);
  await tellHistory(tx, leadId, 'report', { actor, recipient: await partnerOf(tx, peerId) });
}

/** The other side asks what is held. From above everybody further on is asked first; the report names them all. */
export async function hearAccess(tx: Tx, heard: Heard<'AccessRequest'>): Promise<void> {
  const { conversation, peer } = heard;
  const request = await keepRequest(tx, heard, { kind: 'access' });
  const { leadId, side, peerId } = conversation;
  const actor = { kind: 'peer', id: peerId, name: peer.name } as const;
  if (leadId !== '' && side === 'holding') await askAccess(tx, leadId, { actor, cause: request });
  // In a transaction of its own: a report that is too long harms no message.
  await intend(tx, { kind: 'settle-access', payload: { requestId: request.id } });
}

/** Answers a partner once everybody further on has answered, or the time is over. */
export async function settleAccess(tx: Tx, { requestId }: { requestId: string }): Promise<void> {
  const request = await findPrivacyRequest(tx, requestId);
  if (!request || request.ours || request.settledAt !== null) return;
  const now = tx.clock.now();
  const caused = await listCausedBy(tx, request.id);
  if (caused.some(({ settledAt }) => settledAt === null) && now < request.answerBy) return;
  const conversation = await findConversation(tx, request);
  if (!conversation || !maySay(conversation, 'AccessReport')) return;
  const own = await makeReport(tx, conversation);
  const further =
    conversation.side === 'holding' ? caused.flatMap(({ answer }) => answer.report?.disclosures ?? []) : [];
  const disclosures = fitDisclosures([...(own.disclosures ?? []), ...further], mostDisclosures);
  const body = { ...own, ...(disclosures.length > 0 && { disclosures }) };
  const { messageId, digest } = request;
  await sendMessage(tx, conversation, { type: 'AccessReport', body, inReplyTo: { messageId, digest } });
  const answeredAt = tx.clock.now();
  await updatePrivacyRequest(tx, request.id, { outcome: 'done', answeredAt, settledAt: answeredAt });
}

/**
 * What this conversation is about, as it is held here (LX-154). To the holder only what it was given itself: neither what
 * was withheld from it, nor who else got something.
 */
async function makeReport(ctx: Context, conversation: Conversation): Promise<AccessReport> {
  const { leadId, side, peerId } = conversation;
  const lead = leadId === '' ? undefined : await getLead(ctx, leadId);
  const purposes = (await findAgreementOf(ctx, conversation))?.terms.purposes;
  const all = await listDisclosures(ctx, leadId);
  const disclosures = side === 'holding' ? all : all.filter(({ nodeId }) => nodeId === peerId);
  const holds = lead?.erasedAt === null && Object.keys(lead.document).length > 0;
  return {
    ...(holds && { heldSince: new Date(lead.receivedAt).toISOString() }),
    ...(purposes && { purposes: [...purposes] }),
    ...(holds && side === 'holding' && { lead: lead.document }),
    ...(disclosures.length > 0 && { disclosures }),
  };
}

/**
 * Which partners were shown which fields that the lead has, and when: in an offer, and in the release. Short, for a partner; the
 * ledger tells more, see `listDisclosed`.
 */
async function listDisclosures(ctx: Context, leadId: string): Promise<AccessDisclosure[]> {
  const recipients = await listRecipientsOfLead(ctx, leadId);
  const { document } = leadId === '' ? { document: {} } : await getLead(ctx, leadId);
  const found: AccessDisclosure[] = [];
  for (const conversation of await listConversationsOf(ctx, leadId)) {
    const { peerId, recipientId, createdAt, releasedAt, side } = conversation;
    const fields = recipients.find(({ id }) => id === recipientId)?.fields;
    if (side !== 'offering' || !fields || !(await hasDeparted(ctx, conversation, 'Offer'))) continue;
    const [purpose] = (await findAgreementOf(ctx, conversation))?.terms.purposes ?? [];
    const to = { recipient: (await getPeer(ctx, peerId)).name, nodeId: peerId, ...(purpose && { purpose }) };
    found.push(...stagesOf(document, fields, { to, offeredAt: createdAt, releasedAt }));
  }
  return [...found, ...(await listWithoutNode(ctx, document, recipients))];
}

/** The same of partners that have no node: they are spoken with by webhook or mail, and have no conversation. */
async function listWithoutNode(
  ctx: Context,
  document: Lead,
  recipients: readonly Recipient[],
): Promise<AccessDisclosure[]> {
  const found: AccessDisclosure[] = [];
  for (const { peerId, fields, state, createdAt, answeredAt } of recipients) {
    const peer = peerId === null ? undefined : await getPeer(ctx, peerId);
    if (!peer || peer.kind === 'node') continue;
    const releasedAt = state === 'won' ? answeredAt : null;
    found.push(...stagesOf(document, fields, { to: { recipient: peer.name }, offeredAt: createdAt, releasedAt }));
  }
  return found;
}

interface Stages {
  readonly to: Pick<AccessDisclosure, 'recipient' | 'nodeId' | 'purpose'>;
  readonly offeredAt: number;
  readonly releasedAt: number | null;
}

function stagesOf(document: Lead, fields: DisclosedFields, { to, offeredAt, releasedAt }: Stages): AccessDisclosure[] {
  const { shown, masked, withheld, never } = fields;
  const tell = (at: number | null, paths: readonly string[]): AccessDisclosure[] => {
    const told = paths.filter((path) => !never.includes(path) && getField(document, path) !== undefined);
    if (at === null || told.length === 0) return [];
    return [{ ...to, at: new Date(at).toISOString(), fields: told.slice(0, mostFields) }];
  };
  const seen = [...shown, ...masked];
  return [...tell(offeredAt, seen), ...tell(releasedAt, [...seen, ...withheld])];
}

/** A report that we asked for; when it was for somebody above, it goes on. Refuses what quotes no request of ours. */
export async function hearReport(tx: Tx, heard: Heard<'AccessReport'>): Promise<void> {
  const request = await needRequest(tx, heard, 'access');
  if (request.settledAt !== null && request.outcome === 'done') return;
  await forgetLate(tx, heard.conversation);
  const now = tx.clock.now();
  const answer = heard.conversation.erasedAt === null ? { report: heard.message.body } : {};
  await updatePrivacyRequest(tx, request.id, { outcome: 'done', answer, answeredAt: now, settledAt: now });
  if (request.leadId !== '')
    await announce(tx, { kind: 'lead-changed', leadId: request.leadId, payload: { event: 'report' } });
  if (request.cause !== null) await settleAccess(tx, { requestId: request.cause });
}
