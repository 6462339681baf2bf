import { once } from 'node:events';
import type { Response } from 'express';
import type { Clock } from './clock.ts';
import type { Actor, Stream } from './routes.ts';

/** Who takes nothing of what waits for so long is cut off. */
const stallMilliseconds = 30_000;

/** What a stream needs of the app around it. */
export interface StreamHost {
  readonly clock: Clock;
  /** Fires when the node stops. */
  readonly closing: AbortSignal;
  readonly actor: () => Promise<Actor | undefined>;
}

/**
 * Runs a stream until it ends, the client goes, or the node stops; resolves when all of it is with the client or the
 * client is cut off. No more waits in memory than one piece beyond what the connection holds.
 */
export async function sendStream(response: Response, answer: Stream, host: StreamHost): Promise<void> {
  const { socket } = response.req;
  const gone = new AbortController();
  const leave = () => gone.abort();
  // The answer itself does not hear of it while it waits behind another one on the same connection: there may be several.
  socket.setMaxListeners(0);
  socket.once('close', leave);
  response.once('close', leave);
  const closed = AbortSignal.any([gone.signal, host.closing]);
  const untilTaken = async (event: 'drain' | 'finish', signal: AbortSignal) => {
    const cancel = host.clock.after(stallMilliseconds, () => socket.destroy());
    await once(response, event, { signal }).catch(() => undefined);
    cancel();
  };
  begin(response, answer);
  if (response.req.method !== 'HEAD') {
    const write = async (text: string) => {
      if (!closed.aborted && !response.write(text)) await untilTaken('drain', closed);
    };
    await answer.pump({ write, closed, actor: host.actor });
  }
  response.end();
  if (!response.writableFinished && !gone.signal.aborted) await untilTaken('finish', gone.signal);
  socket.removeListener('close', leave);
}

function begin(response: Response, answer: Stream): void {
  response.status(200).setHeader('content-type', answer.contentType);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-accel-buffering', 'no');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.flushHeaders();
}
