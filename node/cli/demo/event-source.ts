/** One live event of a node. */
export interface NodeEvent {
  id: string;
  kind: string;
  leadId: string | null;
  payload: Readonly<Record<string, unknown>>;
}

async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Follows a node's live events (server-sent) until `signal` fires; takes up where it was after a cut. */
export async function* followEvents(url: string, token: string, signal: AbortSignal): AsyncGenerator<NodeEvent> {
  let last: string | undefined;
  const over = () => signal.aborted;
  while (!over()) {
    const resume: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
    try {
      const response = await fetch(new URL('/api/events', url), {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...resume },
        signal,
      });
      if (!response.ok || !response.body) throw new Error(`events: ${response.status}`);
      for await (const line of readLines(response.body)) {
        if (!line.startsWith('data: ')) continue;
        const event = JSON.parse(line.slice(6)) as NodeEvent;
        last = event.id;
        yield event;
      }
    } catch {
      if (over()) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
