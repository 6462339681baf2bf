import {
  deliveryRequest,
  readDeliveryResponse,
  type DeliveryAnswer,
  type LogCheckpoint,
} from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import type { PeerFetch } from './guarded-fetch.ts';
import { findKeyOf, findPinnedPeer, isKeyInForce } from './pinned-keys.ts';
import { allowanceOf } from './store/peers.ts';
import type { OutboxMessage } from './store/outbox.ts';

/** What came of one attempt. `text` is the signed answer as it came: evidence. */
export type Attempt =
  | { readonly kind: 'receipt'; readonly text: string; readonly log?: LogCheckpoint | undefined }
  | { readonly kind: 'problem'; readonly text: string; readonly problem: ProblemFacts }
  | Silence;

/** No usable answer. `left`: whether the peer may have the message all the same. */
export interface Silence {
  readonly kind: 'silence';
  readonly code: string;
  readonly left: boolean;
  readonly status?: number;
  readonly retryAfter?: number;
}

export interface ProblemFacts {
  readonly code: string;
  readonly retryable: boolean;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

/** Errors without a connection over which anything could have left. */
const beforeSending: ReadonlySet<string> = new Set([
  'endpoint-insecure', 'endpoint-invalid', 'peer-address-refused', 'peer-unreachable',
]); // prettier-ignore

type Outgoing = Pick<OutboxMessage, 'peerId' | 'messageId' | 'digest' | 'document'>;

/** Posts a sealed message to its peer and reads the answer. Whatever is not signed by the peer is `silence`. */
export async function deliver(ctx: Context, fetchPeer: PeerFetch, message: Outgoing): Promise<Attempt> {
  const { peerId, messageId, digest, document } = message;
  const pinned = await findPinnedPeer(ctx, peerId);
  if (!pinned || document === null) return { kind: 'silence', code: 'peer-unknown', left: false };
  const now = ctx.clock.now();
  const findKey: ReturnType<typeof findKeyOf> = (from, kid) =>
    isKeyInForce(pinned, kid, now) ? findKeyOf(pinned)(from, kid) : undefined;
  const sent = { messageId, digest, from: ctx.config.nodeId, to: peerId };
  const pieces: Uint8Array[] = [];
  try {
    const answer = await fetchPeer(ctx, {
      request: deliveryRequest(pinned.peer.endpoint, document),
      allowance: allowanceOf(pinned.peer),
      read: ({ status, headers, body }) =>
        readDeliveryResponse({ status, headers, body: body && keep(body, pieces) }, findKey, sent),
    });
    return describeAnswer(answer, Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    if (error instanceof CodedError) return { kind: 'silence', code: error.code, left: !beforeSending.has(error.code) };
    throw error;
  }
}

async function* keep(body: AsyncIterable<Uint8Array>, pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    pieces.push(piece);
    yield piece;
  }
}

function describeAnswer(answer: DeliveryAnswer, text: string): Attempt {
  if (answer.kind === 'receipt') return { kind: 'receipt', text, log: answer.opened.message.header.log };
  if (answer.kind === 'problem') return { kind: 'problem', text, problem: answer.opened.message.body };
  const { status, retryAfter } = answer;
  const code = status === 401 ? 'peer-refuses-us' : `unsigned-${status}`;
  return { kind: 'silence', code, left: true, status, ...(retryAfter !== undefined && { retryAfter }) };
}
