import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import type { InboxEntry, Page } from './shapes.ts';

/** A live event as the node sends it. */
export interface LiveEvent {
  kind: string;
  leadId: string | null;
  payload: { recipientId?: string; reason?: string; peerId?: string };
}

const kinds = ['offer', 'offer-ended', 'released', 'woken', 'lead-changed', 'peer-changed', 'shared-lead'] as const;
/** What events may change: the first parts of query keys. */
const followed = ['inbox', 'inboxes', 'offer', 'lead', 'leads', 'peers', 'peer', 'questions', 'privacy-requests'];

/** An import makes hundreds of events a second: what they change is asked for at once, then once a second at most. */
const restMilliseconds = 1_000;
/** A line that is cut and comes back at once is nobody's business. */
const worryAfterMilliseconds = 4_000;

/**
 * Follows the node's live events; every event marks what it may have changed as stale. Returns whether the line is up.
 * The browser resumes after a cut by itself, from the last event it saw. A hidden page gives its line back, since a
 * browser keeps only six to one host, and catches up when it is looked at again.
 */
export function useLiveEvents(onEvent: (event: LiveEvent) => void): boolean {
  const client = useQueryClient();
  const [up, setUp] = useState(true);
  const tell = useEffectEvent(onEvent);
  useEffect(() => {
    const refresh = makeRefresher(client);
    let source: EventSource | undefined;
    let worry: ReturnType<typeof setTimeout> | undefined;
    const close = () => {
      source?.close();
      source = undefined;
      clearTimeout(worry);
    };
    const open = () => {
      if (source || document.hidden) return;
      source = new EventSource('/api/events');
      source.onopen = () => {
        clearTimeout(worry);
        setUp(true);
        // Between the first look and the open line something may have happened.
        refresh.later(followed.map((key) => [key]));
      };
      source.onerror = () => {
        clearTimeout(worry);
        worry = setTimeout(() => setUp(false), worryAfterMilliseconds);
        // Refused for good, as after the end of a session: a look at the data tells why.
        if (source?.readyState === EventSource.CLOSED) void client.invalidateQueries({ queryKey: ['me'] });
      };
      for (const kind of kinds)
        source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
          const event = JSON.parse(data) as LiveEvent;
          tell(event);
          refresh.mark(staleAfter(client, event));
        });
    };
    const followLook = () => (document.hidden ? close() : open());
    document.addEventListener('visibilitychange', followLook);
    open();
    return () => {
      document.removeEventListener('visibilitychange', followLook);
      close();
      refresh.stop();
    };
  }, [client]);
  return up;
}

function staleAfter(client: QueryClient, { kind, leadId }: LiveEvent): QueryKey[] {
  if (kind === 'peer-changed') return [['peers'], ['peer'], ['restoration']];
  const lead = leadId === null ? ['lead'] : ['lead', leadId];
  if (kind === 'shared-lead') return [['questions'], ['privacy-requests'], ['leads'], ['inbox'], lead];
  if (kind !== 'lead-changed') return [['inbox'], ['inboxes'], ['offer'], ['leads'], lead];
  // Everybody hears that a lead changed, and which if they see it: only who has it in an inbox looks at that again.
  const mine = leadId !== null && inboxEntries(client).some((entry) => entry.leadId === leadId);
  const asked = leadId !== null && questionsOf(client).some((question) => question.leadId === leadId);
  return [
    ...[['leads'], ['inboxes'], lead],
    ...(mine ? [['inbox'], ['offer']] : []),
    ...(asked ? [['questions'], ['privacy-requests']] : []),
  ];
}

const questionsOf = (client: QueryClient): { leadId: string }[] =>
  ['questions', 'privacy-requests'].flatMap((key) =>
    client
      .getQueriesData<{ pages: Page<{ leadId: string }>[] }>({ queryKey: [key] })
      .flatMap(([, list]) => list?.pages.flatMap((page) => page.items) ?? []),
  );

/** What was read of inboxes so far. */
export function inboxEntries(client: QueryClient): InboxEntry[] {
  const lists = client.getQueriesData<{ pages: Page<InboxEntry>[] }>({ queryKey: ['inbox'] });
  return lists.flatMap(([, list]) => list?.pages.flatMap((page) => page.items) ?? []);
}

function makeRefresher(client: QueryClient) {
  const stale = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (stale.size === 0) return;
    for (const queryKey of stale.values()) void client.invalidateQueries({ queryKey });
    stale.clear();
    timer = setTimeout(flush, restMilliseconds);
  };
  const keep = (keys: readonly QueryKey[]) => {
    for (const key of keys) stale.set(JSON.stringify(key), key);
  };
  return {
    mark(keys: readonly QueryKey[]) {
      keep(keys);
      if (timer === undefined) flush();
    },
    /** Not now: a page that just opened is still reading. */
    later(keys: readonly QueryKey[]) {
      keep(keys);
      timer ??= setTimeout(flush, restMilliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

/** The present time, a second old at most: for countdowns. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
