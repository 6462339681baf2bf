import { connect, type Socket } from 'node:net';

/** Somebody's open line to the live events of a node. */
export interface Line extends AsyncDisposable {
  readonly status: number;
  /** Everything it was sent so far. */
  heard(): string;
  /** Resolves once it was sent this. Rejects when the line ends before. */
  until(text: string): Promise<void>;
  /** Resolves when the node ends the line, or hangs up. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Follows the live events of a node with these credentials. */
export async function openLine(url: string, headers: Record<string, string>): Promise<Line> {
  const hangUp = new AbortController();
  const response = await fetch(`${url}/api/events`, { headers, signal: hangUp.signal });
  let heard = '';
  let look = () => {};
  const read = async () => {
    const pieces = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
    for await (const piece of pieces) {
      heard += piece;
      look();
    }
  };
  const ended = read().catch(() => undefined);
  const close = async () => {
    hangUp.abort();
    await ended;
  };
  return {
    status: response.status,
    heard: () => heard,
    until: (text) =>
      new Promise((resolve, reject) => {
        look = () => heard.includes(text) && resolve();
        look();
        void ended.then(() => reject(new Error(`The line ended without ${text}.`)));
      }),
    ended,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A connection that asks for live events this many times at once and reads nothing until it is told to. */
export async function openDeafLine(url: string, headers: Record<string, string>, times = 1): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.pause();
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const lines = Object.entries({ host: `${hostname}:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET /api/events HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`.repeat(times));
  return socket;
}
