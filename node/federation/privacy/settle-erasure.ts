import type { OnwardErasure } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { getLead } from '../../leads/store.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { findConversation, type Conversation } from '../store/conversations.ts';
import {
  findPrivacyRequest,
  listPrivacyRequestsOf,
  updatePrivacyRequest,
  type PrivacyRequest,
} from '../store/privacy-requests.ts';
import { getPeer } from '../store/peers.ts';
import { decideErasureOutcome, sayOnward, type DecidedOutcome } from './decide-erasure-outcome.ts';

/**
 * Answers a partner that asked for an erasure, with what became of it so far here and at everybody else who has the data. Says
 * nothing that was said before.
 */
export async function settleErasure(tx: Tx, requestId: string): Promise<void> {
  const request = await findPrivacyRequest(tx, requestId);
  if (!request || request.ours) return;
  const all = request.leadId === '' ? [] : await listPrivacyRequestsOf(tx, request.leadId);
  await settleOne(tx, request, all);
}

/** Somebody answered, or never will: so it is with every partner that asked for the erasure of this lead, whoever was first. */
export async function settleErasures(tx: Tx, leadId: string): Promise<void> {
  if (leadId === '') return;
  const all = await listPrivacyRequestsOf(tx, leadId);
  for (const request of all) if (!request.ours && request.kind === 'erasure') await settleOne(tx, request, all);
}

async function settleOne(tx: Tx, request: PrivacyRequest, all: readonly PrivacyRequest[]): Promise<void> {
  const isOver = request.outcome === 'done' || (request.outcome === 'refused' && request.holdUntil === null);
  const conversation = isOver ? undefined : await findConversation(tx, request);
  if (!conversation) return;
  const { heldUntil, erasedAt } = request.leadId === '' ? nothing : await getLead(tx, request.leadId);
  const now = tx.clock.now();
  const others = othersAsked(request, all);
  const decided = decideErasureOutcome({
    erased: erasedAt !== null,
    heldUntil: heldUntil !== null && heldUntil > now ? heldUntil : null,
    onwards: others,
    overdue: now >= request.answerBy,
  });
  // Whom else it was offered to is no business of a holder's.
  const named = conversation.side === 'holding' ? others : [];
  const onwards = await Promise.all(named.map((each) => describeOnward(tx, each)));
  const same =
    request.outcome === decided.outcome && JSON.stringify(request.answer.onwards) === JSON.stringify(onwards);
  if (!same) await answerErasure(tx, request, { ...decided, onwards });
}

/** The last we asked of each other side: one that did not say `done` may have been asked again. */
function othersAsked({ peerId, conversationId }: PrivacyRequest, oldestFirst: readonly PrivacyRequest[]) {
  const keyOf = (each: Pick<Conversation, 'peerId' | 'conversationId'>) => `${each.peerId} ${each.conversationId}`;
  const asker = keyOf({ peerId, conversationId });
  const asked = oldestFirst.filter((each) => each.ours && each.kind === 'erasure' && keyOf(each) !== asker);
  return [...new Map(asked.map((each) => [keyOf(each), each])).values()];
}

/** An offer that was turned down at the door left no lead. */
const nothing = { heldUntil: null, erasedAt: 0 };

async function describeOnward(tx: Tx, { peerId, outcome }: PrivacyRequest): Promise<OnwardErasure> {
  const { name, kind } = await getPeer(tx, peerId);
  return { recipient: name, ...(kind === 'node' && { nodeId: peerId }), outcome: sayOnward(outcome) };
}

interface Answering extends DecidedOutcome {
  readonly onwards?: readonly OnwardErasure[];
  /** In words, without personal values. */
  readonly text?: string | undefined;
}

/** Sends the answer, and keeps it. `done` ends the conversation. */
export async function answerErasure(
  tx: Tx,
  request: PrivacyRequest,
  { outcome, holdUntil, onwards = [], text }: Answering,
): Promise<void> {
  const { messageId, digest } = request;
  const conversation = await findConversation(tx, request);
  if (!conversation || !maySay(conversation, 'ErasureStatus', outcome)) return;
  const now = tx.clock.now();
  const body = {
    ...{ outcome, at: new Date(now).toISOString() },
    ...(holdUntil !== null && { holdUntil: new Date(holdUntil).toISOString() }),
    ...(text !== undefined && { text }),
    ...(onwards.length > 0 && { onwards: onwards.slice(0, mostOnward) }),
  };
  await sendMessage(tx, conversation, { type: 'ErasureStatus', body, inReplyTo: { messageId, digest } });
  const settledAt = outcome === 'pending' ? null : now;
  const kept = { outcome, holdUntil, text: text ?? null, answer: { onwards }, answeredAt: now, settledAt };
  await updatePrivacyRequest(tx, request.id, kept);
}

/** As the schema says. */
const mostOnward = 100;
