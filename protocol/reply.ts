import type { Opened } from './envelope.ts';
import type { Message, Problem, ProblemCode } from './generated.ts';
import { makeHeader } from './header.ts';

/** The HTTP status a signed Problem travels with. It only steers timing: the code is what counts. */
export const problemStatus: Readonly<Record<ProblemCode, number>> = {
  schema: 400,
  'key-revoked': 422,
  audience: 422,
  expired: 410,
  'from-future': 422,
  conflict: 409,
  'agreement-unknown': 422,
  'agreement-ended': 410,
  'not-understood': 422,
  'illegal-transition': 409,
  'stale-round': 409,
  erased: 410,
  'legal-hold': 409,
  rate: 429,
  overloaded: 503,
  internal: 503,
};

const retryable: ReadonlySet<ProblemCode> = new Set(['from-future', 'rate', 'overloaded', 'internal']);

/** Whether the same message may succeed later; every other problem ends its delivery. */
export const isRetryable = (code: ProblemCode): boolean => retryable.has(code);

/** The message that is answered, and who sent it. */
export interface Answered {
  readonly from: string;
  readonly messageId: string;
  readonly digest: string;
}

/** Who answers, and when (epoch milliseconds). */
export interface Answering {
  readonly nodeId: string;
  readonly now: number;
}

/** A Receipt, unsigned yet: durably stored, will be processed. */
export function receiptFor({ message: { header }, digest }: Opened, { nodeId, now }: Answering): Message<'Receipt'> {
  const inReplyTo = { messageId: header.messageId, digest };
  return {
    header: makeHeader({ type: 'Receipt', from: nodeId, to: header.from, now, inReplyTo }),
    body: { receivedAt: new Date(now).toISOString() },
  };
}

/** A Problem, unsigned yet: the message had no effect. `retryAfter` in seconds; `text` holds no value of the message. */
export function problemFor(
  { from, messageId, digest }: Answered,
  problem: Pick<Problem, 'code' | 'retryAfter' | 'text'>,
  { nodeId, now }: Answering,
): Message<'Problem'> {
  return {
    header: makeHeader({ type: 'Problem', from: nodeId, to: from, now, inReplyTo: { messageId, digest } }),
    body: { ...problem, retryable: isRetryable(problem.code) },
  };
}
