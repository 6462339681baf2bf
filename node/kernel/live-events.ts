import type { LiveEvent } from './bus.ts';
import { compileOnce } from './compile-once.ts';
import type { Context, Tx } from './context.ts';
import { earliestId } from './ids.ts';

interface LiveEventTable {
  id: string;
  userId: string | null;
  kind: string;
  leadId: string | null;
  payload: string;
  at: number;
}

declare module './database.ts' {
  interface Database {
    liveEvent: LiveEventTable;
  }
}

const KEEP_MILLISECONDS = 24 * 3_600_000;
const TRIM_AT_ONCE = 5_000;

const insertLiveEvent = compileOnce((db, event: LiveEventTable) =>
  db.insertInto('liveEvent').values({
    id: event.id,
    userId: event.userId,
    kind: event.kind,
    leadId: event.leadId,
    payload: event.payload,
    at: event.at,
  }),
);

/** Writes a live event and, after the commit, hands it to the pages that are open. No `userId`: for everyone. */
export async function announce(
  tx: Tx,
  event: { userId?: string | null; kind: string; leadId?: string | null; payload?: unknown },
): Promise<void> {
  const { userId = null, kind, leadId = null, payload = {} } = event;
  const made: LiveEvent = { id: tx.ids.make('event'), userId, kind, leadId, payload, at: tx.clock.now() };
  await insertLiveEvent(tx, { ...made, payload: JSON.stringify(payload) });
  tx.afterCommit(() => tx.bus.publish(made));
}

/** The events after one that was seen, for this user and for everyone, oldest first. */
export async function listLiveEvents(
  ctx: Context,
  { afterId = '', userId, limit }: { afterId?: string | undefined; userId: string; limit: number },
): Promise<LiveEvent[]> {
  const rows = await ctx.db
    .selectFrom('liveEvent')
    .select(['id', 'userId', 'kind', 'leadId', 'payload', 'at'])
    .where('id', '>', afterId)
    .where((where) => where.or([where('userId', 'is', null), where('userId', '=', userId)]))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) as unknown }));
}

/** Deletes live events that no page will ask for any more, a bounded number at a time; returns how many. */
export async function trimLiveEvents(tx: Tx): Promise<number> {
  const oldest = earliestId('event', Math.max(0, tx.clock.now() - KEEP_MILLISECONDS));
  const { numDeletedRows } = await tx.db
    .deleteFrom('liveEvent')
    .where('id', 'in', (old) => old.selectFrom('liveEvent').select('id').where('id', '<', oldest).limit(TRIM_AT_ONCE))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
