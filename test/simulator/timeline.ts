/** What happens when: the one time of a run, from which every node's clock is derived. */
export interface Timeline {
  /** Epoch milliseconds. */
  now(): number;
  /** Plans something for `delay` milliseconds from now; answers how to call it off. */
  after(delay: number, run: () => void): () => void;
  /** Moves to whatever is planned next, until `until` at most, and lets it happen; false when nothing is. */
  step(until: number): boolean;
  /** Moves to `at` as a machine does that slept: what was planned for before happens then. */
  jump(at: number): void;
}

interface Planned {
  readonly at: number;
  readonly run: () => void;
}

export function makeTimeline(start: number): Timeline {
  let now = start;
  const planned: Planned[] = [];
  return {
    now: () => now,
    after(delay, run) {
      const entry = { at: now + Math.max(0, Math.ceil(delay)), run };
      planned.splice(placeOf(planned, entry.at), 0, entry);
      return () => {
        const place = planned.indexOf(entry);
        if (place >= 0) planned.splice(place, 1);
      };
    },
    step(until) {
      const [next] = planned;
      if (!next || next.at > until) {
        now = until;
        return false;
      }
      planned.shift();
      now = Math.max(now, next.at);
      next.run();
      return true;
    },
    jump: (at) => void (now = Math.max(now, at)),
  };
}

/** Behind everything planned for the same time: what was planned first happens first. */
function placeOf(planned: readonly Planned[], at: number): number {
  let [low, high] = [0, planned.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((planned[middle] as Planned).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
