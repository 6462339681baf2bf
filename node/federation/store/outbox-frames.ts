import { sql } from 'kysely';
import type { Tx } from '../../kernel/context.ts';
import { isRestoring } from '../../kernel/restoration.ts';
import { planFrame, type Candidate } from '../sending/plan-frame.ts';
import { waiting, type OutboxMessage } from './outbox.ts';
import { firstOfConversations } from './outbox-due.ts';

interface FrameWish {
  readonly messages: number;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly leaseEndsAt: number;
}

/** As it is sent: sealed it is a third longer, in base64. */
const bytesOfDocument =
  sql<number>`case when document like '<%' then octet_length(document) else octet_length(document) * 3 / 4 end`.as(
    'bytes',
  );

/**
 * Takes what goes to a peer in one frame, in the frame's order; until `leaseEndsAt` no other process takes it. Of a
 * conversation whose first message another process was quicker to take, nothing is sent.
 */
export async function leaseFrame(tx: Tx, peerId: string, wish: FrameWish): Promise<OutboxMessage[]> {
  const planned = await planDue(tx, peerId, wish);
  if (planned.length === 0) return [];
  const taken = await tx.db
    .updateTable('outbox')
    .set((outbox) => ({ dueAt: wish.leaseEndsAt, departures: outbox('departures', '+', 1) }))
    .where(
      'messageId',
      'in',
      planned.map(({ messageId }) => messageId),
    )
    .where('state', '=', waiting)
    .where('dueAt', '<=', tx.clock.now())
    .returningAll()
    .execute();
  return inOrder(planned, taken);
}

async function planDue(tx: Tx, peerId: string, { messages, bytes }: FrameWish): Promise<Candidate[]> {
  const now = tx.clock.now();
  const restoring = await isRestoring(tx);
  const firsts = await firstOfConversations(tx, peerId, restoring)
    .select(['messageId', 'conversationId', 'seq', 'dueAt', bytesOfDocument])
    .where('dueAt', '<=', now)
    .orderBy('dueAt')
    .orderBy('messageId')
    .limit(messages)
    .execute();
  const behind = firsts.length === 0 || restoring ? [] : await listBehind(tx, peerId, firsts, messages);
  return planFrame(firsts, behind, { messages, bytes, now });
}

const listBehind = (tx: Tx, peerId: string, firsts: readonly Candidate[], limit: number): Promise<Candidate[]> =>
  tx.db
    .selectFrom('outbox')
    .select(['messageId', 'conversationId', 'seq', 'dueAt', bytesOfDocument])
    .where('peerId', '=', peerId)
    .where('state', '=', waiting)
    .where('conversationId', 'in', [...new Set(firsts.map(({ conversationId }) => conversationId))])
    .where('messageId', 'not in', firsts.map(({ messageId }) => messageId))
    .orderBy('conversationId')
    .orderBy('seq')
    .limit(limit)
    .execute(); // prettier-ignore

/** Behind what was planned and not taken nothing of its conversation is sent: it comes later, when its lease has ended. */
function inOrder(planned: readonly Candidate[], taken: readonly OutboxMessage[]): OutboxMessage[] {
  const rows = new Map(taken.map((row) => [row.messageId, row]));
  const broken = new Set<string>();
  return planned.flatMap(({ messageId, conversationId }) => {
    const row = rows.get(messageId);
    if (!row) broken.add(conversationId);
    return row && !broken.has(conversationId) ? [row] : [];
  });
}
