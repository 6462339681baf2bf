import { mediaType, problemStatus, readDeliveryResponse, isRetryable } from '../index.ts';
import type { FindKey, ProblemCode, Sealed } from '../index.ts';
import { meets, Unmet } from './check.ts';

/** What the node under test answered to a post. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** A signed answer that counts (LX-072), or none. */
  readonly kind: 'receipt' | 'problem' | 'unsigned';
  readonly code?: ProblemCode;
  readonly retryable?: boolean;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Why it does not count. */
  readonly reason?: string;
}

/** The message that was posted; nothing is known of bytes that are none. */
export type Posted = Pick<Sealed, 'messageId' | 'digest' | 'from' | 'to'>;
const nothing: Posted = { messageId: '', digest: '', from: '', to: '' };

const giveUpMs = 20_000;
const longestAnswer = 1_048_576;

interface Post {
  readonly endpoint: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly posted?: Posted | undefined;
}

/** Posts bytes and reads the answer; throws `Unmet` when there is none. */
export async function postTo({ endpoint, body, headers = {}, posted }: Post, findKey: FindKey): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': mediaType, 'accept-encoding': 'identity', ...headers },
    body: Buffer.from(body),
    signal: AbortSignal.timeout(giveUpMs),
  }).catch((error: unknown) => {
    throw new Unmet(`The node did not answer (${reasonOf(error)}).`);
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  meets(bytes.byteLength <= longestAnswer, `The answer has ${bytes.byteLength} bytes.`);
  const contentType = response.headers.get('content-type') ?? '';
  const parts = { status: response.status, contentType, body: bytes };
  const again = new Response(bytes, { status: response.status, headers: response.headers });
  const read = await readDeliveryResponse(again, findKey, posted ?? nothing);
  if (read.kind === 'unsigned') return { ...parts, ...read };
  if (read.kind === 'receipt') return { ...parts, kind: 'receipt' };
  return { ...parts, kind: 'problem', ...read.opened.message.body };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : 'no reason';
}

/** What came, for people. */
function describeAnswer({ kind, status, code, reason }: Answer): string {
  if (kind === 'receipt') return 'a Receipt';
  return kind === 'problem' ? `Problem ${code ?? ''} with status ${status}` : `${status} without a signed answer (${reason ?? ''})`; // prettier-ignore
}

export function expectReceipt(answer: Answer): void {
  meets(answer.kind === 'receipt', `Expected a Receipt, got ${describeAnswer(answer)}.`);
}

/** A Problem of one of these codes, with the status and the word about retrying that belong to it. */
export function expectProblem(answer: Answer, ...codes: readonly ProblemCode[]): void {
  const { kind, code, status, retryable } = answer;
  const fits = kind === 'problem' && code !== undefined && codes.includes(code);
  meets(fits, `Expected Problem ${codes.join(' or ')}, got ${describeAnswer(answer)}.`);
  meets(status === problemStatus[code], `Problem ${code} came with status ${status}, not ${problemStatus[code]}.`);
  meets(retryable === isRetryable(code), `Problem ${code} came with Retryable ${String(retryable)}.`);
}

/** Receipted or refused, but read: the document itself was found good. */
export function expectUnderstood(answer: Answer): void {
  const signed = answer.kind !== 'unsigned' && answer.code !== 'schema';
  meets(signed, `Expected a signed answer other than Problem schema, got ${describeAnswer(answer)}.`);
}

export function expectSame(first: Answer, second: Answer): void {
  const same = first.status === second.status && first.body.equals(second.body);
  meets(same, `The second answer (${describeAnswer(second)}) is not the first one (${describeAnswer(first)}), byte for byte.`); // prettier-ignore
}
