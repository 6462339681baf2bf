import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

const kinds = ['offer', 'offer-ended', 'released', 'woken', 'lead-changed', 'peer-changed'] as const;

/**
 * Follows the node's live events; every event marks what it may have changed as stale. Returns whether the line is up.
 * The browser resumes after a cut by itself, from the last event it saw.
 */
export function useLiveEvents(): boolean {
  const client = useQueryClient();
  const [up, setUp] = useState(true);
  useEffect(() => {
    const source = new EventSource('/api/events');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stale = new Set<string>();
    const flush = () => {
      timer = undefined;
      for (const key of stale) void client.invalidateQueries({ queryKey: [key] });
      stale.clear();
    };
    // An import makes hundreds of events a second: what they change is asked for twice a second at most.
    const mark = (...keys: string[]) => {
      for (const key of keys) stale.add(key);
      timer ??= setTimeout(flush, 500);
    };
    for (const kind of kinds)
      source.addEventListener(kind, () =>
        kind === 'peer-changed' ? mark('peers', 'peer') : mark('inbox', 'offer', 'lead', 'leads'),
      );
    source.onopen = () => setUp(true);
    source.onerror = () => setUp(false);
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [client]);
  return up;
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
