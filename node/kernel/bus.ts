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

/** That an event was written, perhaps several from this one on; who hears it reads the rows. */
export type EventHint = Pick<LiveEvent, 'id' | 'userId'>;

/**
 * Hints within a process and, where the database can carry them, to the others on it. Nothing depends on them: workers look
 * at their rows anyway, pages resume from rows.
 */
export interface Bus {
  /** There may be something to do for the worker of this name. */
  wake(worker: string): void;
  /** Returns how to stop listening, as does `subscribe`. */
  onWake(worker: string, listener: () => void): () => void;
  publish(event: EventHint): void;
  subscribe(listener: (event: EventHint) => void): () => void;
}

/** Carries hints between the processes of a node. */
export interface BusLink {
  /** Passes a hint on to the other processes; it may get lost. */
  send(text: string): void;
  /** Names who hears the hints of the others; undefined: some may have been missed. */
  receive(listener: (text: string | undefined) => void): void;
}

export function makeBus(link?: BusLink): Bus {
  const wakes = new Map<string, Set<() => void>>();
  const listeners = new Set<(event: EventHint) => void>();
  const wakeHere = (worker: string) => wakes.get(worker)?.forEach((listener) => listener());
  const publishHere = (event: EventHint) => listeners.forEach((listener) => listener(event));
  const tell = link && makeTeller(link);
  link?.receive((text) => {
    const { workers, oldestEvent }: Told =
      text === undefined ? { workers: [...wakes.keys()] } : (JSON.parse(text) as Told);
    workers.forEach(wakeHere);
    if (oldestEvent !== undefined) publishHere({ id: oldestEvent, userId: null });
  });
  return {
    wake(worker) {
      wakeHere(worker);
      tell?.({ workers: [worker] });
    },
    onWake(worker, listener) {
      const mine = wakes.get(worker) ?? new Set();
      wakes.set(worker, mine.add(listener));
      return () => void mine.delete(listener);
    },
    publish(event) {
      publishHere(event);
      tell?.({ workers: [], oldestEvent: event.id });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

interface Told {
  readonly workers: readonly string[];
  readonly oldestEvent?: string | undefined;
}

/** What happens in one turn of the event loop, as the transactions of one commit, is told together. */
function makeTeller(link: BusLink): (told: Told) => void {
  let waiting: { workers: Set<string>; oldestEvent?: string | undefined } | undefined;
  const flush = () => {
    const { workers = [], ...rest } = waiting ?? {};
    waiting = undefined;
    link.send(JSON.stringify({ workers: [...workers], ...rest } satisfies Told));
  };
  return ({ workers, oldestEvent }) => {
    if (!waiting) setImmediate(flush);
    waiting ??= { workers: new Set() };
    for (const worker of workers) waiting.workers.add(worker);
    const oldest = waiting.oldestEvent;
    if (oldestEvent !== undefined && (oldest === undefined || oldestEvent < oldest)) waiting.oldestEvent = oldestEvent;
  };
}
