import type { OnwardErasure } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { getLead } from '../../leads/store.ts';
import { maySay, sendMessage } from '../sending/send-message.ts';
import { findConversation } from '../store/conversations.ts';
import {
  findPrivacyRequest,
  listCausedBy,
  updatePrivacyRequest,
  type PrivacyRequest,
} from '../store/privacy-requests.ts';
import { getPeer } from '../store/peers.ts';
import { decideErasureOutcome, sayOnward, type DecidedOutcome } from './decide-erasure-outcome.ts';

/**
 * Answers a partner that asked for an erasure, with what became of it so far here and at everybody we passed the data on to.
 * Says nothing that was said before.
 */
export async function settleErasure(tx: Tx, requestId: string): Promise<void> {
  const request = await findPrivacyRequest(tx, requestId);
  if (!request || request.ours || (request.outcome === 'refused' && request.holdUntil === null)) return;
  const caused = newestOfEach((await listCausedBy(tx, request.id)).filter((each) => each.kind === 'erasure'));
  const { heldUntil, erasedAt } = request.leadId === '' ? nothing : await getLead(tx, request.leadId);
  const now = tx.clock.now();
  const decided = decideErasureOutcome({
    erased: erasedAt !== null,
    heldUntil: heldUntil !== null && heldUntil > now ? heldUntil : null,
    onwards: caused,
    overdue: now >= request.answerBy,
  });
  const onwards = await Promise.all(caused.map((each) => describeOnward(tx, each)));
  const same =
    request.outcome === decided.outcome && JSON.stringify(request.answer.onwards) === JSON.stringify(onwards);
  if (!same) await answerErasure(tx, request, { ...decided, onwards });
}

/** Somebody who did not say `done` may have been asked again: the last answer counts. */
const newestOfEach = (oldestFirst: readonly PrivacyRequest[]): PrivacyRequest[] => [
  ...new Map(oldestFirst.map((each) => [`${each.peerId} ${each.conversationId}`, each])).values(),
];

/** An offer that was turned down at the door left no lead. */
const nothing = { heldUntil: null, erasedAt: 0 };

async function describeOnward(tx: Tx, { peerId, outcome }: PrivacyRequest): Promise<OnwardErasure> {
  return { recipient: (await getPeer(tx, peerId)).name, nodeId: peerId, outcome: sayOnward(outcome) };
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
