import { followEvents } from '../../node/cli/demo/event-source.ts';

/** A page that is connected to one process of a node. */
export interface OpenPage {
  /** Ids of the live events it got, and how late after they were written, in milliseconds. */
  readonly heard: Map<string, number>;
  /** Ids that came more than once. */
  readonly repeated: string[];
  close(): Promise<void>;
}

export function openPage(url: string, token: string): OpenPage {
  const heard = new Map<string, number>();
  const repeated: string[] = [];
  const closing = new AbortController();
  const follow = async () => {
    for await (const event of followEvents(url, token, closing.signal)) {
      const { id, at } = event as typeof event & { at: number };
      if (heard.has(id)) repeated.push(id);
      heard.set(id, Date.now() - at);
    }
  };
  const following = follow();
  return {
    heard,
    repeated,
    async close() {
      closing.abort();
      await following;
    },
  };
}
