/** Something a page may show at once; also a row, so that a page that was away reads on from the last one it saw. */
export interface LiveEvent {
  /** Sorts by time. */
  readonly id: string;
  /** Whom it is for; null: everyone who is signed in. */
  readonly userId: string | null;
  readonly kind: string;
  readonly leadId: string | null;
  readonly payload: unknown;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Hints inside one process. Nothing depends on them: workers look at their rows anyway, pages resume from rows. */
export interface Bus {
  /** There may be something to do for the worker of this name. */
  wake(worker: string): void;
  /** Returns how to stop listening, as does `subscribe`. */
  onWake(worker: string, listener: () => void): () => void;
  publish(event: LiveEvent): void;
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

export function makeBus(): Bus {
  const wakes = new Map<string, Set<() => void>>();
  const listeners = new Set<(event: LiveEvent) => void>();
  return {
    wake: (worker) => wakes.get(worker)?.forEach((listener) => listener()),
    onWake(worker, listener) {
      const mine = wakes.get(worker) ?? new Set();
      wakes.set(worker, mine.add(listener));
      return () => void mine.delete(listener);
    },
    publish: (event) => listeners.forEach((listener) => listener(event)),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
