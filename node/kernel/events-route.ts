import { z } from 'zod';
import type { LiveEvent } from './bus.ts';
import type { Context } from './context.ts';
import { invalid } from './errors.ts';
import { forget, lookBack, lookFrom, noteSent, startAt, takeLook, type Progress } from './event-progress.ts';
import { listLiveEvents } from './live-events.ts';
import { type Actor, type Route, route, stream, type StreamOut } from './routes.ts';

const heartbeatMilliseconds = 20_000;
/** A stream ends after this long; the browser resumes at once. */
const longestMilliseconds = 300_000;
/** How long after signing out, or losing a role, somebody may still hear what happens. */
const actorMilliseconds = 1_000;
const pageSize = 200;

/** Which of these leads somebody sees. */
export type LeadSight = (ctx: Context, actor: Actor, leadIds: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Live events as server-sent events. A page that was away sends `Last-Event-ID` (its browser does) and reads on from
 * there. Events on the bus are only hints to look at the rows, which is also done with every heartbeat. Each event is sent
 * once; one that another process committed late may come after younger ones. Of leads that its reader does not see it
 * tells only that something changed.
 */
export const makeEventsRoute = (seenLeads: LeadSight): Route =>
  route({
    method: 'GET',
    path: '/api/events',
    access: 'signed-in',
    summary: 'Live events as server-sent events; Last-Event-ID resumes',
    query: z.object({ after: z.string().max(64).optional() }),
    handler: (ctx, { actor, headers, query }) => {
      const afterId = headers['last-event-id'] ?? query.after;
      if (afterId !== undefined && !(typeof afterId === 'string' && /^event_[0-9A-Z]{26}$/.test(afterId)))
        throw invalid('Last-Event-ID is not the id of an event.', { path: 'headers.last-event-id' });
      return stream('text/event-stream; charset=utf-8', (out) => {
        const endsAt = ctx.clock.now() + longestMilliseconds;
        const isOver = () => out.closed.aborted || ctx.clock.now() >= endsAt;
        const progress = startAt(afterId ?? ctx.ids.make('event'));
        return follow(ctx, { out, actor, actorAt: ctx.clock.now(), progress, isOver, seenLeads });
      });
    },
  });

interface Line {
  readonly out: StreamOut;
  readonly seenLeads: LeadSight;
  readonly progress: Progress;
  readonly isOver: () => boolean;
  /** Who reads, and when that was looked at. */
  actor: Actor;
  actorAt: number;
}

async function follow(ctx: Context, line: Line): Promise<void> {
  const { out, progress, isOver } = line;
  const { userId } = line.actor;
  let pending = true;
  let wake = () => {};
  const stop = ctx.bus.subscribe((event) => {
    if (event.userId !== null && event.userId !== userId) return;
    lookFrom(progress, event.id);
    pending = true;
    wake();
  });
  out.closed.addEventListener('abort', () => wake());
  const untilBeat = () =>
    new Promise<boolean>((resolve) => {
      const cancel = ctx.clock.after(heartbeatMilliseconds, () => resolve(true));
      wake = () => {
        cancel();
        resolve(false);
      };
      if (pending || out.closed.aborted) wake();
    });
  try {
    await out.write(`retry: 2000\nid: ${progress.start}\n\n`);
    while (!isOver()) {
      if (pending) {
        pending = false;
        if (!(await sendNew(ctx, line))) return;
      } else if (await untilBeat()) {
        pending = true;
        lookBack(progress, ctx.clock.now(), heartbeatMilliseconds);
        await out.write(': here\n\n');
      }
    }
  } finally {
    stop();
  }
}

/** Sends what was written and not yet sent, page by page; false when its reader may not hear more. */
async function sendNew(ctx: Context, line: Line): Promise<boolean> {
  const { out, progress, isOver } = line;
  let afterId = takeLook(progress);
  while (!isOver()) {
    if (!(await mayStillHear(ctx, line))) return false;
    forget(progress, ctx.clock.now(), heartbeatMilliseconds);
    const events = await listLiveEvents(ctx, { afterId, userId: line.actor.userId, limit: pageSize });
    for (const event of await veil(ctx, line, events)) {
      if (isOver()) return true;
      if (noteSent(progress, event.id)) await out.write(writeEvent(event));
    }
    afterId = events.at(-1)?.id ?? afterId;
    if (events.length < pageSize) return true;
  }
  return true;
}

async function mayStillHear(ctx: Context, line: Line): Promise<boolean> {
  const now = ctx.clock.now();
  if (now - line.actorAt < actorMilliseconds) return true;
  const actor = await line.out.actor();
  if (actor?.userId !== line.actor.userId) return false;
  line.actor = actor;
  line.actorAt = now;
  return true;
}

/** What its reader may know of events: one for all those about leads out of sight, without saying which or what. */
async function veil(ctx: Context, { actor, seenLeads }: Line, events: readonly LiveEvent[]): Promise<LiveEvent[]> {
  const leadIds = events.flatMap(({ userId, leadId }) => (userId === null && leadId !== null ? [leadId] : []));
  if (leadIds.length === 0) return [...events];
  const seen = await seenLeads(ctx, actor, [...new Set(leadIds)]);
  const isHidden = ({ userId, leadId }: LiveEvent) => userId === null && leadId !== null && !seen.has(leadId);
  const last = events.findLast(isHidden);
  return events.flatMap((event) => {
    if (!isHidden(event)) return [event];
    return event === last ? [{ ...event, leadId: null, payload: {} }] : [];
  });
}

const writeEvent = ({ id, kind, leadId, payload, at }: LiveEvent) =>
  `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify({ id, kind, leadId, payload, at })}\n\n`;
