/** Live events of a running node, to wait for what it does without sleeping. */
export interface Live extends AsyncDisposable {
  /** Resolves once `holds` does; looks again whenever something happened on the node. */
  until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T>;
}

const within = 120_000;

export async function followEvents(url: string, token: string): Promise<Live> {
  const ending = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/events`, { headers, signal: ending.signal });
  const reader = response.body?.getReader();
  if (!response.ok || !reader) throw new Error(`No events: ${response.status}`);
  let happened = Promise.withResolvers<unknown>();
  const read = async () => {
    for (;;) {
      const { done } = await reader.read();
      happened.resolve(undefined);
      happened = Promise.withResolvers();
      if (done) return;
    }
  };
  const reading = read().catch(() => undefined);
  return {
    async until(look, holds) {
      const late = new Error('It did not happen in time.');
      const deadline = Promise.withResolvers<never>();
      const timer = setTimeout(() => deadline.reject(late), within);
      try {
        for (;;) {
          const next = happened.promise;
          const seen = await look();
          if (holds(seen)) return seen;
          await Promise.race([next, deadline.promise]);
        }
      } finally {
        clearTimeout(timer);
      }
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await reading;
    },
  };
}
