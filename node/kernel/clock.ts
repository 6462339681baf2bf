/** The only source of time. Times are epoch milliseconds, UTC. */
export interface Clock {
  readonly now: () => number;
  /** Calls back after `milliseconds`, once; returns a cancel. A fake clock never calls back: tests settle by hand. */
  after(milliseconds: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, Math.min(milliseconds, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};
