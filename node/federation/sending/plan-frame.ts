import { batchPrefixBytes } from '../../../protocol/index.ts';

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

/**
 * The messages of one frame: those that may leave at once (`firsts`, longest due first), each followed by what waits behind it
 * in its conversation (`behind`), by counter and for as long as nothing between them is left out.
 */
export function planFrame(
  firsts: readonly Candidate[],
  behind: readonly Candidate[],
  { messages, bytes, now }: FrameRoom,
): Candidate[] {
  const planned: Candidate[] = [];
  let left = bytes;
  const put = (candidate: Candidate): boolean => {
    const fits = planned.length < messages && candidate.bytes + batchPrefixBytes <= left;
    if (!fits) return false;
    planned.push(candidate);
    left -= candidate.bytes + batchPrefixBytes;
    return true;
  };
  const free = new Set(firsts);
  const conversations = Map.groupBy([...firsts, ...behind], ({ conversationId }) => conversationId);
  for (const conversation of conversations.values()) {
    let follows = false;
    for (const candidate of conversation.sort((one, other) => one.seq - other.seq)) {
      follows = free.has(candidate) || (follows && candidate.dueAt <= now);
      if (follows && !put(candidate)) break;
    }
  }
  return planned;
}
