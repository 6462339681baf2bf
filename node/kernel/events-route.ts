import { z } from 'zod';
import type { LiveEvent } from './bus.ts';
import type { Context } from './context.ts';
import { invalid } from './errors.ts';
import { lookBack, lookFrom, noteSent, startAt, takeLook, type Progress } from './event-progress.ts';
import { listLiveEvents } from './live-events.ts';
import { type Route, route, stream, type StreamOut } from './routes.ts';

const heartbeatMilliseconds = 20_000;
/** A stream ends after this long; the browser resumes at once, and so is asked again whether it is signed in. */
const longestMilliseconds = 300_000;
const pageSize = 200;

/**
 * Live events as server-sent events. A page that was away sends `Last-Event-ID` (its browser does) and reads on from
 * there. Events on the bus are only hints to look at the rows, which is also done with every heartbeat. Each event is sent
 * once; one that another process committed late may come after younger ones.
 */
export const eventsRoute: Route = route({
  method: 'GET',
  path: '/api/events',
  access: 'signed-in',
  summary: 'Live events as server-sent events; Last-Event-ID resumes',
  query: z.object({ after: z.string().max(64).optional() }),
  handler: (ctx, { actor, headers, query }) => {
    const afterId = headers['last-event-id'] ?? query.after;
    if (afterId !== undefined && !(typeof afterId === 'string' && /^event_[0-9A-Z]{26}$/.test(afterId)))
      throw invalid('Last-Event-ID is not the id of an event.', { path: 'headers.last-event-id' });
    return stream('text/event-stream; charset=utf-8', (out) => follow(ctx, out, { userId: actor.userId, afterId }));
  },
});

interface Reader {
  readonly userId: string;
  readonly afterId: string | undefined;
}

async function follow(ctx: Context, out: StreamOut, { userId, afterId }: Reader): Promise<void> {
  const progress = startAt(afterId ?? ctx.ids.make('event'));
  const endsAt = ctx.clock.now() + longestMilliseconds;
  let pending = true;
  let wake = () => {};
  const forget = ctx.bus.subscribe((event) => {
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
    while (!out.closed.aborted && ctx.clock.now() < endsAt) {
      if (pending) {
        pending = false;
        await sendNew(ctx, out, userId, progress);
      } else if (await untilBeat()) {
        pending = true;
        lookBack(progress, ctx.clock.now(), heartbeatMilliseconds);
        await out.write(': here\n\n');
      }
    }
  } finally {
    forget();
  }
}

/** Sends what was written and not yet sent, page by page. */
async function sendNew(ctx: Context, out: StreamOut, userId: string, progress: Progress): Promise<void> {
  let afterId = takeLook(progress);
  for (;;) {
    const events = await listLiveEvents(ctx, { afterId, userId, limit: pageSize });
    for (const event of events) {
      if (out.closed.aborted) return;
      afterId = event.id;
      if (noteSent(progress, event.id)) await out.write(writeEvent(event));
    }
    if (events.length < pageSize) return;
  }
}

const writeEvent = ({ id, kind, leadId, payload, at }: LiveEvent) =>
  `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify({ id, kind, leadId, payload, at })}\n\n`;
