import {
  batchRequest,
  deliveryRequest,
  readBatch,
  readBatchResponse,
  readDeliveryResponse,
  type DeliveryAnswer,
  type IncomingResponse,
  type LogCheckpoint,
  type Sent,
} from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { openText } from '../../leads/content-key.ts';
import type { PeerFetch } from './guarded-fetch.ts';
import { findKeyOf, findPinnedPeer, isKeyInForce } from '../keys/pinned-keys.ts';
import { allowanceOf } from '../store/peers.ts';
import type { OutboxMessage } from '../store/outbox.ts';

/** What came of one attempt. `text` is the signed answer as it came: evidence. */
export type Attempt =
  | {
      readonly kind: 'receipt';
      readonly text: string;
      /** The peer's last checkpoint, its Epoch, and when it created the answer (epoch milliseconds). */
      readonly log?: LogCheckpoint | undefined;
      readonly epoch: number;
      readonly saidAt: number;
    }
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
  const { peerId } = message;
  const way = await findWay(ctx, peerId);
  const document = await openText(ctx, message.document);
  if (!way || document === null) return unknown;
  const pieces: Uint8Array[] = [];
  try {
    const answer = await fetchPeer(ctx, {
      ...{ request: deliveryRequest(way.endpoint, document), allowance: way.allowance },
      read: (response) => readDeliveryResponse(keeping(response, pieces), way.findKey, sentOf(ctx, message)),
    });
    return describeAnswer(answer, Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    return silenceOf(error);
  }
}

/** Posts several messages to one peer in a frame, and tells what came of each. */
export async function deliverFrame(
  ctx: Context,
  fetchPeer: PeerFetch,
  messages: readonly Outgoing[],
): Promise<Attempt[]> {
  const way = await findWay(ctx, messages[0]?.peerId ?? '');
  const opened = await Promise.all(messages.map(({ document }) => openText(ctx, document)));
  const documents = opened.flatMap((document) => document ?? []);
  if (!way || documents.length === 0) return messages.map(() => unknown);
  if (documents.length !== messages.length) return deliverReadable(ctx, fetchPeer, { messages, opened });
  const pieces: Uint8Array[] = [];
  const sent = messages.map((message) => sentOf(ctx, message));
  try {
    const answers = await fetchPeer(ctx, {
      ...{ request: batchRequest(way.endpoint, documents), allowance: way.allowance },
      read: (response) => readBatchResponse(keeping(response, pieces), way.findKey, sent),
    });
    const signed = answers.some(({ kind }) => kind !== 'unsigned');
    const texts = signed ? readBatch(Buffer.concat(pieces)).map((bytes) => Buffer.from(bytes).toString('utf8')) : [];
    return answers.map((answer, place) => describeAnswer(answer, texts[place] ?? ''));
  } catch (error) {
    const silence = silenceOf(error);
    return messages.map(() => silence);
  }
}

interface Opened {
  readonly messages: readonly Outgoing[];
  readonly opened: readonly (string | null)[];
}

/** What nobody can read any more holds up nothing else. */
async function deliverReadable(ctx: Context, fetchPeer: PeerFetch, { messages, opened }: Opened): Promise<Attempt[]> {
  const readable = messages.filter((_, place) => opened[place] !== null);
  const attempts = await deliverFrame(ctx, fetchPeer, readable);
  return messages.map((message) => attempts[readable.indexOf(message)] ?? unknown);
}

const unknown: Silence = { kind: 'silence', code: 'peer-unknown', left: false };

/** Where a peer takes messages, and by which keys it may answer now. */
export async function findWay(ctx: Context, peerId: string) {
  const pinned = await findPinnedPeer(ctx, peerId);
  if (!pinned) return undefined;
  const now = ctx.clock.now();
  const findKey: ReturnType<typeof findKeyOf> = (from, kid) =>
    isKeyInForce(pinned, kid, now) ? findKeyOf(pinned)(from, kid) : undefined;
  return { endpoint: pinned.peer.endpoint, allowance: allowanceOf(pinned.peer), findKey };
}

const sentOf = (ctx: Context, { messageId, digest, peerId }: Outgoing): Sent => ({
  messageId,
  digest,
  from: ctx.config.nodeId,
  to: peerId,
});

/** No answer at all: whether the message may have left is told by how the attempt ended. */
export function silenceOf(error: unknown): Silence {
  if (!(error instanceof CodedError)) throw error;
  return { kind: 'silence', code: error.code, left: !beforeSending.has(error.code) };
}

const keeping = ({ status, headers, body }: IncomingResponse, pieces: Uint8Array[]): IncomingResponse => ({
  status,
  headers,
  body: body && keep(body, pieces),
});

async function* keep(body: AsyncIterable<Uint8Array>, pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    pieces.push(piece);
    yield piece;
  }
}

export function describeAnswer(answer: DeliveryAnswer, text: string): Attempt {
  if (answer.kind === 'receipt') {
    const { log, epoch = 0, created } = answer.opened.message.header;
    return { kind: 'receipt', text, log, epoch, saidAt: Date.parse(created) };
  }
  if (answer.kind === 'problem') return { kind: 'problem', text, problem: answer.opened.message.body };
  const { status, retryAfter } = answer;
  const code = status === 401 ? 'peer-refuses-us' : `unsigned-${status}`;
  return { kind: 'silence', code, left: true, status, ...(retryAfter !== undefined && { retryAfter }) };
}
