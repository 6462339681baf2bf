import type { ExpressionBuilder } from 'kysely';
import type { MessageType } from '../../../protocol/index.ts';
import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { Database } from '../../kernel/database.ts';
import { isRestoring } from '../../kernel/restoration.ts';
import { waiting, type OutboxMessage, type OutboxTable } from './outbox.ts';

/** Active peers for which something waits and which do not fetch it, due at `dueBy` or earlier. */
export async function listPeersWithWaiting(ctx: Context, dueBy = Number.MAX_SAFE_INTEGER): Promise<string[]> {
  return (await findPeersWithWaiting(ctx, { dueBy })).rows.map((row) => row.nodeId);
}

const findPeersWithWaiting = compileOnce((db, { dueBy }: { dueBy: number }) =>
  db
    .selectFrom('peer')
    .select('nodeId')
    .where('state', '=', 'active')
    .where('fetches', '=', 0)
    .where((where) =>
      where.exists(
        where
          .selectFrom('outbox')
          .select('messageId')
          .whereRef('outbox.peerId', '=', 'peer.nodeId')
          .where('outbox.state', '=', waiting)
          .where('outbox.dueAt', '<=', dueBy),
      ),
    ),
);

/**
 * Takes messages that are due for a peer, the first unanswered one of each conversation only, longest due first: until
 * `leaseEndsAt` no other process takes them. The outer condition decides when two processes meet.
 */
export async function leaseDue(
  tx: Tx,
  peerId: string,
  { limit, leaseEndsAt }: { limit: number; leaseEndsAt: number },
): Promise<OutboxMessage[]> {
  const now = tx.clock.now();
  const due = firstOfConversations(tx, peerId, await isRestoring(tx))
    .select('messageId')
    .where('dueAt', '<=', now);
  return tx.db
    .updateTable('outbox')
    .set((outbox) => ({ dueAt: leaseEndsAt, departures: outbox('departures', '+', 1) }))
    .where('messageId', 'in', due.orderBy('dueAt').orderBy('messageId').limit(limit))
    .where('state', '=', waiting)
    .where('dueAt', '<=', now)
    .returningAll()
    .execute();
}

/** For so long a message that is sent is ours; a process that does not renew this is taken for dead, and it is sent again. */
export const leaseMilliseconds = 10_000;

/** So many attempts in vain (about an hour), and what may be overtaken holds up later messages of its conversation no longer. */
const patientAttempts = 6;

/** Their revisions say what they still tell when they arrive late; anything else may be refused then (LX-093). */
const mayBeOvertaken: readonly MessageType[] = ['Status', 'Update'];

/** What gives a lead away; does not leave a restored node before it knows how things stand on the other side (LX-183). */
const giving: readonly MessageType[] = ['Offer', 'Award', 'Release'];

/** What waits for a peer and is not held up by an earlier message of its conversation; `restoring`: nor gives a lead away. */
export const firstOfConversations = (ctx: Context, peerId: string, restoring: boolean) => {
  const leftBy = ctx.clock.now() + leaseMilliseconds;
  return ctx.db
    .selectFrom('outbox as message')
    .where('peerId', '=', peerId)
    .where('state', '=', waiting)
    .$if(restoring, (query) => query.where('type', 'not in', giving))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('outbox as earlier')
            .select('earlier.messageId')
            .whereRef('earlier.peerId', '=', 'message.peerId')
            .whereRef('earlier.conversationId', '=', 'message.conversationId')
            .whereRef('earlier.seq', '<', 'message.seq')
            .where('earlier.state', '=', waiting)
            .where((either) =>
              either.or([
                either('earlier.type', 'not in', mayBeOvertaken),
                // Each names the fields that it changes: an older one would be ignored, and they with it.
                either.and([either('earlier.type', '=', 'Update'), either('message.type', '=', 'Update')]),
                either.not(isOvertaken(either, leftBy)),
              ]),
            ),
        ),
      ),
    );
};

type Waiting = ExpressionBuilder<Database & { message: OutboxTable; earlier: OutboxTable }, 'message' | 'earlier'>;

/**
 * Whether a Status or an Update is overtaken: tried in vain so often, and not due or under way, when it would leave first; or an
 * Update that waits for such a one.
 */
function isOvertaken(either: Waiting, leftBy: number) {
  const before = either
    .selectFrom('outbox as before')
    .select('before.messageId')
    .whereRef('before.peerId', '=', 'earlier.peerId')
    .whereRef('before.conversationId', '=', 'earlier.conversationId')
    .whereRef('before.seq', '<', 'earlier.seq')
    .where('before.state', '=', waiting)
    .where('before.type', '=', 'Update')
    .where('before.attempts', '>=', patientAttempts)
    .where('before.dueAt', '>', leftBy);
  return either.or([
    either.and([either('earlier.attempts', '>=', patientAttempts), either('earlier.dueAt', '>', leftBy)]),
    either.and([either('earlier.type', '=', 'Update'), either.exists(before)]),
  ]);
}

/** When the next message to a peer is due that no earlier one of its conversation holds up. */
export async function findNextDueAt(ctx: Context, peerId: string): Promise<number | undefined> {
  const firsts = firstOfConversations(ctx, peerId, await isRestoring(ctx));
  const [first] = await firsts.select('dueAt').orderBy('dueAt').limit(1).execute();
  return first?.dueAt;
}

/** Whether so many messages wait for a peer, or more. */
export const isFull = async (ctx: Context, peerId: string, highWater: number): Promise<boolean> =>
  (await findLastWaiting(ctx, { peerId, offset: highWater - 1 })).rows.length > 0;

const findLastWaiting = compileOnce((db, { peerId, offset }: { peerId: string; offset: number }) =>
  db
    .selectFrom('outbox')
    .select('state')
    .where('peerId', '=', peerId)
    .where('state', '=', waiting)
    .limit(1)
    .offset(offset),
);

/** What waits after attempts that nobody answered, or that met a peer which did not know us, is due now. */
export async function hastenUnanswered(tx: Tx, peerId: string, now: number): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set({ dueAt: now })
    .where('peerId', '=', peerId)
    .where('state', '=', waiting)
    .where('dueAt', '>', now)
    .where('code', 'in', ['peer-unreachable', 'peer-broke-off', 'peer-timeout', 'peer-refuses-us'])
    .execute();
}

/** What waits for partners that fetch their messages, and expired before they did. */
export const listUnfetched = (ctx: Context, now: number, limit: number): Promise<OutboxMessage[]> =>
  ctx.db
    .selectFrom('outbox')
    .innerJoin('peer', 'peer.nodeId', 'outbox.peerId')
    .selectAll('outbox')
    .where('peer.fetches', '=', 1)
    .where('outbox.state', '=', waiting)
    .where('outbox.expiresAt', '<=', now)
    .limit(limit)
    .execute();
