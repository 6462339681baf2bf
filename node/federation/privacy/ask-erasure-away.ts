import type { ErasureReason } from '../../../protocol/index.ts';
import { findAddressee } from '../../delivery/offered-lead.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { dayMilliseconds, when } from '../../kernel/times.ts';
import { tellHistory } from '../../leads/change-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { holdStill } from '../../leads/store.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { holderOf } from '../../routing/open-offer.ts';
import { listRecipientsOfLead, type Recipient } from '../../routing/store/recipients.ts';
import { askByMail } from '../bridge/ask-away.ts';
import { longestMilliseconds } from '../bridge/offer-by-webhook.ts';
import { queueWebhook } from '../bridge/queue-webhook.ts';
import { getPeer } from '../store/peers.ts';
import {
  insertPrivacyRequest,
  listPrivacyRequestsOf,
  updatePrivacyRequest,
  type PrivacyRequest,
} from '../store/privacy-requests.ts';
import { listToldOf } from '../store/webhooks.ts';
import { newRequest, planDue } from './ask-erasure.ts';
import { settleErasures } from './settle-erasure.ts';

interface Asking {
  readonly reason: ErasureReason;
  readonly actor: LeadActor;
  /** The request of another node that this follows. */
  readonly cause: PrivacyRequest | undefined;
}

const answerDays = 7;

/**
 * Partners without a node were told of the lead by webhook or mail: each is asked the same way to delete it, and says that it
 * did by a report, or by the page behind the mail's link. Whoever cannot be asked is kept as not reached, once. Repeated: asks
 * again those that did not say so.
 */
export async function askErasureAway(tx: Tx, leadId: string, asking: Asking): Promise<void> {
  for (const recipient of await listRecipientsOfLead(tx, leadId)) {
    if (recipient.peerId === null || !(await wasTold(tx, recipient))) continue;
    const asked = await findErasureOf(tx, recipient);
    if (asked && ['done', 'open', 'pending'].includes(asked.outcome)) continue;
    const reaches = await isReached(tx, recipient);
    if (reaches || !asked) await ask(tx, recipient, { ...asking, reaches });
  }
}

/** It may have got something: a mail, or a webhook that left. */
async function wasTold(tx: Tx, { id, peerId, personId }: Recipient): Promise<boolean> {
  if (personId !== null) return true;
  if ((await getPeer(tx, peerId ?? '')).kind === 'node') return false;
  return (await listToldOf(tx, id)).some(({ attempts }) => attempts > 0);
}

/** Somebody who left, or whose partner is suspended, answers no more; software is tried until it takes it. */
async function isReached(tx: Tx, recipient: Recipient): Promise<boolean> {
  return recipient.personId === null || (await findAddressee(tx, recipient))?.mayAnswer === true;
}

async function ask(
  tx: Tx,
  recipient: Recipient,
  { reason, actor, cause, reaches }: Asking & { reaches: boolean },
): Promise<void> {
  const { id: conversationId, leadId } = recipient;
  const peerId = recipient.peerId ?? '';
  const now = tx.clock.now();
  const answerBy = reaches ? (cause?.answerBy ?? now + answerDays * dayMilliseconds) : now;
  const facts = { kind: 'erasure', ours: true, askedBy: actor, answerBy } as const;
  const request = newRequest(tx, { leadId, peerId, conversationId }, facts);
  const settled = reaches ? {} : ({ outcome: 'unreached', settledAt: now } as const);
  const sent = reaches ? await send(tx, recipient, { reason, request }) : { messageId: tx.ids.uuid(), digest: '' };
  await insertPrivacyRequest(tx, { ...request, ...sent, ...settled, reason, cause: cause?.id ?? null });
  if (reaches) await planDue(tx, request);
  const told = { actor, recipient: holderOf(recipient), reason, ...(reaches && { until: answerBy }) };
  await tellHistory(tx, leadId, 'ask-erasure', told);
}

/** Names the lead by the id it was offered under, and nothing of it. */
function send(
  tx: Tx,
  recipient: Recipient,
  { reason, request: { id, answerBy } }: Pick<Asking, 'reason'> & { request: Pick<PrivacyRequest, 'id' | 'answerBy'> },
): Promise<{ messageId: string; digest: string }> {
  if (recipient.personId !== null) return askByMail(tx, recipient, { kind: 'erase', about: id, until: answerBy });
  return queueWebhook(tx, recipient.peerId ?? '', {
    ...{ event: 'lead.erased', recipient, facts: { reason, answerBy: when(answerBy) }, document: {} },
    expiresAt: tx.clock.now() + longestMilliseconds,
  });
}

/** What somebody without a node was last asked to delete; undefined when nothing. */
export async function findErasureOf(
  ctx: Context,
  { id, leadId }: Pick<Recipient, 'id' | 'leadId'>,
): Promise<PrivacyRequest | undefined> {
  const all = await listPrivacyRequestsOf(ctx, leadId);
  return all.findLast(({ ours, kind, conversationId }) => ours && kind === 'erasure' && conversationId === id);
}

/**
 * Somebody without a node says that what they had of a lead is deleted; whoever made us ask hears of it. `digest`: of the
 * report that says so. Throws `question-over` when nothing was asked.
 */
export async function hearErasedAway(
  tx: Tx,
  recipient: Recipient,
  { digest }: { digest?: string | undefined } = {},
): Promise<'erased'> {
  // Two that say so at once must see each other: the last ends it.
  await holdStill(tx, recipient.leadId);
  const request = await findErasureOf(tx, recipient);
  if (!request) throw conflict('question-over', 'Nobody asked to delete this lead.');
  if (request.outcome === 'done') return 'erased';
  const { id, leadId, peerId, conversationId: conversation, messageId: message } = request;
  const now = tx.clock.now();
  await updatePrivacyRequest(tx, id, { outcome: 'done', answeredAt: now, settledAt: now });
  const told = { peer: peerId, lead: leadId, conversation, message, digest, outcome: 'done' };
  await appendLeaf(tx, 'erasure-answered', told);
  await tellHistory(tx, leadId, 'answer-erasure', { actor: holderOf(recipient), outcome: 'done' });
  await settleErasures(tx, leadId);
  return 'erased';
}
