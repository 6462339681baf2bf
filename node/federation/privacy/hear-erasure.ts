import type { ErasureStatus } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import { lockLead } from '../../leads/store.ts';
import type { Heard } from '../effects/effect.ts';
import { Refusal } from '../receiving/refusal.ts';
import { updateConversation } from '../store/conversations.ts';
import {
  countHeardIn,
  findPrivacyRequestBy,
  insertPrivacyRequest,
  updatePrivacyRequest,
  type PrivacyKind,
  type PrivacyRequest,
} from '../store/privacy-requests.ts';
import { tellPeople } from '../feedback/tell-people.ts';
import { newRequest, planDue } from './ask-erasure.ts';
import { eraseLead, eraseOnward } from './erase-lead.ts';
import { settleErasure, settleErasures } from './settle-erasure.ts';

const answerDays = 7;
/** So many requests of one conversation may wait for an answer at a time. */
const mostWaiting = 10;
/** So many of one conversation are taken in 24 hours: each is kept, and may go on to others. */
const mostInDay = 20;
const patienceSeconds = 3600;

/**
 * The other side asks to erase what this conversation disclosed. From where the data came it binds: it is done at once, or
 * when a legal hold ends, and goes on at once to everybody we passed the data on to. From the holder it is a request that our people decide (LX-150).
 */
export async function hearErasure(tx: Tx, heard: Heard<'Erasure'>): Promise<void> {
  const { conversation, peer, message } = heard;
  const { leadId, peerId, side, secret, erasedAt } = conversation;
  const { reason } = message.body;
  const request = await keepRequest(tx, heard, { kind: 'erasure', reason });
  const actor = { kind: 'peer', id: peerId, name: peer.name } as const;
  const lead = leadId === '' ? undefined : await lockLead(tx, leadId);
  const held = lead !== undefined && lead.heldUntil !== null && lead.heldUntil > tx.clock.now();
  const binds = side === 'holding';
  if (lead && lead.erasedAt === null) {
    await tellHistory(tx, leadId, 'ask-erasure', { actor, reason, until: request.answerBy });
    await tellPeople(tx, {
      leadId,
      peerId,
      topic: binds && !held ? 'erased' : 'erasure-asked',
      until: request.answerBy,
    });
  }
  if (binds && lead) await (held ? eraseOnward : eraseLead)(tx, leadId, { reason, actor, cause: request });
  // Nothing of an offer that was turned down at the door is here; what its digests could be guessed from goes, too.
  if (binds && !lead && secret !== null && erasedAt === null) await forgetTurnedDown(tx, heard);
  await (leadId === '' ? settleErasure(tx, request.id) : settleErasures(tx, leadId));
}

async function forgetTurnedDown(tx: Tx, { conversation }: Heard<'Erasure'>): Promise<void> {
  const nothing = { offer: null, told: null, secret: null, hops: null, erasedAt: tx.clock.now() };
  await updateConversation(tx, conversation, nothing);
}

/** Keeps what the other side asks. Refuses `rate` when too much of it waits already, or came today. */
export async function keepRequest(
  tx: Tx,
  { conversation, peer, message, digest }: Heard<'Erasure' | 'AccessRequest'>,
  { kind, reason }: { kind: PrivacyKind; reason?: string },
): Promise<PrivacyRequest> {
  const since = tx.clock.now() - dayMilliseconds;
  if (
    (await countHeardIn(tx, conversation, { most: mostWaiting })) === mostWaiting ||
    (await countHeardIn(tx, conversation, { since, most: mostInDay })) === mostInDay
  )
    throw new Refusal('rate', 'Too many requests of this conversation wait, or came today.', {
      retryAfter: patienceSeconds,
    });
  const { answerBy } = message.body;
  const wanted = answerBy === undefined ? Infinity : Date.parse(answerBy);
  const due = Math.max(Math.min(wanted, tx.clock.now() + answerDays * dayMilliseconds), tx.clock.now());
  const askedBy = { kind: 'peer', id: peer.nodeId, name: peer.name } as const;
  const asked = newRequest(tx, conversation, { kind, ours: false, askedBy, answerBy: due });
  const request = { ...asked, messageId: message.header.messageId, digest, reason: reason ?? null };
  await insertPrivacyRequest(tx, request);
  await planDue(tx, request);
  return request;
}

/** The other side says what became of an erasure that we asked for. Refuses what quotes none (LX-144). */
export async function hearErasureStatus(tx: Tx, heard: Heard<'ErasureStatus'>): Promise<void> {
  const { conversation, peer, message, digest } = heard;
  const { leadId, peerId, conversationId } = conversation;
  const { outcome, holdUntil, text, onwards } = message.body as ErasureStatus & { outcome: 'done' | 'partial' };
  const request = await needRequest(tx, heard, 'erasure');
  if (request.outcome === 'done') return;
  const until = holdUntil === undefined ? null : Date.parse(holdUntil);
  const now = tx.clock.now();
  await updatePrivacyRequest(tx, request.id, {
    ...{ outcome, holdUntil: until, text: text ?? null, answer: { onwards }, answeredAt: now },
    settledAt: (outcome as string) === 'pending' ? null : now,
  });
  await appendLeaf(tx, 'erasure-answered', {
    ...{ peer: peerId, lead: leadId, conversation: conversationId, message: message.header.messageId, digest, outcome },
    'hold-until': holdUntil,
    onward: onwards?.slice(0, mostInLeaf).map((each) => `${each.nodeId ?? ''}=${each.outcome}`),
  });
  if (outcome !== request.outcome) {
    const actor = { kind: 'peer', id: peerId, name: peer.name } as const;
    await tellHistory(tx, leadId, 'answer-erasure', { actor, outcome, ...(until !== null && { until }) });
  }
  await settleErasures(tx, leadId);
}

/** A leaf is small; the rest is in the message. */
const mostInLeaf = 10;

/** The request of ours that an answer quotes in this conversation. */
export async function needRequest(
  tx: Tx,
  { conversation, message }: Heard<'ErasureStatus' | 'AccessReport'>,
  kind: PrivacyKind,
): Promise<PrivacyRequest> {
  const { peerId, conversationId } = conversation;
  const { messageId = '', digest } = message.header.inReplyTo ?? {};
  const request = await findPrivacyRequestBy(tx, { peerId, messageId });
  const ours = request?.ours && request.kind === kind && request.conversationId === conversationId;
  if (!request || !ours || request.digest !== digest)
    throw new Refusal('illegal-transition', 'The answer quotes nothing that this node asked here.');
  return request;
}
