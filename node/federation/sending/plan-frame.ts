/** A message that waits, as far as it matters for what goes into one frame. */
export interface Candidate {
  readonly messageId: string;
  readonly conversationId: string;
  readonly seq: number;
  /** Of its document. */
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

export interface FrameRoom {
  readonly messages: number;
  readonly bytes: number;
  readonly now: number;
}

const prefixBytes = 4;

/**
 * The messages of one frame: those that may leave at once (`firsts`, longest due first), each followed by what waits behind it
 * in its conversation (`behind`, by counter), for as long as nothing between them is left out.
 */
export function planFrame(
  firsts: readonly Candidate[],
  behind: readonly Candidate[],
  { messages, bytes, now }: FrameRoom,
): Candidate[] {
  const planned = new Map<string, Candidate>();
  let left = bytes;
  const put = (candidate: Candidate): boolean => {
    const fits = planned.size < messages && candidate.bytes + prefixBytes <= left;
    if (!fits) return false;
    planned.set(candidate.messageId, candidate);
    left -= candidate.bytes + prefixBytes;
    return true;
  };
  for (const first of firsts) {
    if (planned.has(first.messageId)) continue;
    if (!put(first)) break;
    for (const next of behind) {
      if (next.conversationId !== first.conversationId || next.seq <= first.seq || planned.has(next.messageId))
        continue;
      if (next.dueAt > now || !put(next)) break;
    }
  }
  return [...planned.values()];
}
