import { isOfType, open, type Opened, type Sealed } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { limits } from './gate.ts';
import type { AnyMessage, Message } from './generated.ts';
import type { FindKey } from './signed-document.ts';

export const mediaType = 'application/vnd.lead-exchange+xml';
/** Where a node answers for messages, relative to its address, unless its invitation says otherwise. */
export const endpointPath = '/lead-exchange';
export const capabilitiesPath = '/.well-known/lead-exchange';

type OpenedOf<T extends 'Receipt' | 'Problem' | 'Capabilities'> = Opened<Extract<AnyMessage, Message<T>>>;

/** A request for the caller's own `fetch`, which brings the address checks and the deadline. */
export interface OutgoingRequest {
  readonly url: string;
  readonly init: {
    readonly method: 'GET' | 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly redirect: 'manual';
  };
}

/** What this package needs of a fetch response. */
export interface IncomingResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** What an answer is checked against. */
export type Sent = Pick<Sealed, 'messageId' | 'digest' | 'from' | 'to'>;

/** `unsigned`: an answer that proves nothing and only steers when to try again. */
export type DeliveryAnswer =
  | { readonly kind: 'receipt'; readonly opened: OpenedOf<'Receipt'> }
  | { readonly kind: 'problem'; readonly opened: OpenedOf<'Problem'> }
  | {
      readonly kind: 'unsigned';
      readonly status: number;
      /** Seconds. */
      readonly retryAfter?: number;
      /** Why the body was not taken for a signed answer, for the local log. */
      readonly reason: string;
    };

/** Posts a sealed message. */
export function deliveryRequest(endpoint: string, xml: string): OutgoingRequest {
  const headers = { 'content-type': mediaType, accept: mediaType, 'accept-encoding': 'identity' };
  return { url: endpoint, init: { method: 'POST', headers, body: xml, redirect: 'manual' } };
}

/** Asks a node what it speaks; `address` is its public URL. */
export function capabilitiesRequest(address: string): OutgoingRequest {
  const headers = { accept: mediaType, 'accept-encoding': 'identity' };
  return { url: new URL(capabilitiesPath, address).href, init: { method: 'GET', headers, redirect: 'manual' } };
}

/**
 * Reads the answer to a delivery. Only a Receipt or Problem that is signed by the receiver, addressed to the sender and
 * quotes the message's id and digest counts; whatever else came is `unsigned`. Never throws because of the answer's content.
 */
export async function readDeliveryResponse(
  response: IncomingResponse,
  findKey: FindKey,
  sent: Sent,
): Promise<DeliveryAnswer> {
  const { status } = response;
  try {
    return answerOf(await readSigned(response, findKey), sent, status);
  } catch (error) {
    return unsigned(error, response);
  }
}

/** What an opened document is as the answer to a message. Throws ProtocolError when it is none. */
export function answerOf(opened: Opened, sent: Sent, status: number): DeliveryAnswer {
  checkAnswers(opened, sent);
  if (isOfType(opened, 'Receipt') && status === 200) return { kind: 'receipt', opened };
  if (isOfType(opened, 'Problem')) return { kind: 'problem', opened };
  throw new ProtocolError('not-an-answer', 'The answer is neither a Receipt with status 200 nor a Problem.');
}

/** An answer that proves nothing, and why. What is no ProtocolError is thrown on: the connection broke. */
export function unsigned(error: unknown, response: IncomingResponse): DeliveryAnswer {
  if (!(error instanceof ProtocolError)) throw error;
  return { kind: 'unsigned', status: response.status, ...retryAfterOf(response), reason: error.code };
}

/** Reads a node's Capabilities; throws ProtocolError when they are not signed by a pinned key. They never change trust. */
export async function readCapabilities(
  response: IncomingResponse,
  findKey: FindKey,
): Promise<OpenedOf<'Capabilities'>> {
  if (response.status !== 200) throw new ProtocolError('status', `The node answered with status ${response.status}.`);
  const opened = await readSigned(response, findKey);
  if (!isOfType(opened, 'Capabilities')) throw new ProtocolError('not-an-answer', 'These are no Capabilities.');
  return opened;
}

async function readSigned(response: IncomingResponse, findKey: FindKey): Promise<Opened> {
  return open(await readBytes(response, mediaType, limits.messageBytes), findKey);
}

/** The bytes of an answer of this media type. Throws ProtocolError `media-type`, `content-encoding` or `too-large`. */
export async function readBytes(response: IncomingResponse, wanted: string, most: number): Promise<Uint8Array> {
  if (response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() !== wanted) {
    await discard(response);
    throw new ProtocolError('media-type', 'The answer is no document of this protocol.');
  }
  return readBody(response, most);
}

/** Lets the connection go without reading on. */
async function discard({ body }: IncomingResponse): Promise<void> {
  for await (const _ of body ?? []) return;
}

/** Stops at the limit while the body is still coming. */
async function readBody({ body, headers }: IncomingResponse, most: number): Promise<Uint8Array> {
  if (!['identity', null].includes(headers.get('content-encoding'))) {
    throw new ProtocolError('content-encoding', 'The answer is compressed.');
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > most) throw new ProtocolError('too-large', 'The answer is longer than any message may be.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function checkAnswers(opened: Opened, sent: Sent): void {
  const { from, to, inReplyTo } = opened.message.header;
  if (from !== sent.to || to !== sent.from)
    throw new ProtocolError('audience', 'The answer is from or for another node.');
  if (inReplyTo?.messageId !== sent.messageId || inReplyTo.digest !== sent.digest) {
    throw new ProtocolError('other-message', 'The answer is about another message.');
  }
}

function retryAfterOf({ headers }: IncomingResponse): { retryAfter?: number } {
  const text = headers.get('retry-after');
  if (text === null || !/^\d{1,7}$/.test(text)) return {};
  return { retryAfter: Number(text) };
}
