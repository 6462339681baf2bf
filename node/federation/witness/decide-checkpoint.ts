/** A checkpoint of a partner's log, as far as two of them are compared. */
export interface Compared {
  readonly epoch: number;
  readonly size: number;
  readonly root: string;
  /** Epoch milliseconds, by the partner's clock. */
  readonly saidAt: number;
}

/** `newer`: keep it · `known`: tells nothing · `fork` and `shrunk`: the partner's log is not the one it was (LX-181). */
export type CheckpointVerdict = 'newer' | 'known' | 'fork' | 'shrunk';

/** Answers overtake each other, and clocks of a partner's processes differ: so much later is no chance any more. */
const overtaking = 5 * 60_000;

export function decideCheckpoint(known: Compared | undefined, said: Compared): CheckpointVerdict {
  if (!known || said.epoch > known.epoch) return 'newer';
  // Repeated answers are as they were before the restoration.
  if (said.epoch < known.epoch) return 'known';
  if (said.size === known.size) return said.root === known.root ? 'known' : 'fork';
  if (said.size > known.size) return 'newer';
  return said.saidAt > known.saidAt + overtaking ? 'shrunk' : 'known';
}
