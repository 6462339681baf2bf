import { z } from 'zod';
import type { LiveEvent } from './bus.ts';
import type { Context } from './context.ts';
import { invalid } from './errors.ts';
import { listLiveEvents } from './live-events.ts';
import { type Route, route, stream, type StreamOut } from './routes.ts';

const heartbeatMilliseconds = 20_000;
/** A stream ends after this long; the browser resumes at once, and so is asked again whether it is signed in. */
const longestMilliseconds = 300_000;
const pageSize = 200;

/**
 * Live events as server-sent events. A page that was away sends `Last-Event-ID` (its browser does) and reads on from
 * there. Events on the bus are only hints to look at the rows, which is also done with every heartbeat.
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
  let seen = afterId ?? ctx.ids.make('event');
  const endsAt = ctx.clock.now() + longestMilliseconds;
  let pending = true;
  let wake = () => {};
  const forget = ctx.bus.subscribe((event) => {
    if (event.userId !== null && event.userId !== userId) return;
    pending = true;
    wake();
  });
  out.closed.addEventListener('abort', () => {
    wake();
  });
  try {
    await out.write(`retry: 2000\nid: ${seen}\n\n`);
    while (!out.closed.aborted && ctx.clock.now() < endsAt) {
      if (pending) {
        pending = false;
        seen = await sendSince(ctx, out, { userId, afterId: seen });
        continue;
      }
      const beat = await new Promise<boolean>((resolve) => {
        const cancel = ctx.clock.after(heartbeatMilliseconds, () => {
          resolve(true);
        });
        wake = () => {
          cancel();
          resolve(false);
        };
        if (pending || out.closed.aborted) wake();
      });
      if (!beat) continue;
      pending = true;
      await out.write(': here\n\n');
    }
  } finally {
    forget();
  }
}

/** Sends what was written after `afterId`, page by page; returns the id of the last event sent. */
async function sendSince(ctx: Context, out: StreamOut, reader: Reader): Promise<string> {
  let afterId = reader.afterId ?? '';
  for (;;) {
    const events = await listLiveEvents(ctx, { afterId, userId: reader.userId, limit: pageSize });
    for (const event of events) {
      if (out.closed.aborted) return afterId;
      await out.write(writeEvent(event));
      afterId = event.id;
    }
    if (events.length < pageSize) return afterId;
  }
}

const writeEvent = ({ id, kind, leadId, payload, at }: LiveEvent) =>
  `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify({ id, kind, leadId, payload, at })}\n\n`;
