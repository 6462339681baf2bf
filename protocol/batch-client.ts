import { batchLimits, batchMediaType, readBatch, writeBatch } from './batch.ts';
import { answerOf, readBytes, unsigned } from './client.ts';
import type { DeliveryAnswer, IncomingResponse, OutgoingRequest, Sent } from './client.ts';
import { open } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import type { FindKey } from './signed-document.ts';

/** A request with a frame, for the caller's own `fetch`. */
export interface BatchRequest {
  readonly url: string;
  readonly init: Omit<OutgoingRequest['init'], 'body'> & { readonly body: Uint8Array };
}

/** Posts many sealed messages at once, or a Pull with the receipts for what was pulled before. */
export function batchRequest(endpoint: string, documents: readonly string[]): BatchRequest {
  const headers = { 'content-type': batchMediaType, accept: batchMediaType, 'accept-encoding': 'identity' };
  return { url: endpoint, init: { method: 'POST', headers, body: writeBatch(documents), redirect: 'manual' } };
}

/**
 * Reads the answers to a batch, one for each message, in their order. A frame that is no frame, or of another length, proves
 * nothing about any of them. Never throws because of the answer's content.
 */
export async function readBatchResponse(
  response: IncomingResponse,
  findKey: FindKey,
  sent: readonly Sent[],
): Promise<DeliveryAnswer[]> {
  try {
    const documents = await readFrame(response);
    if (documents.length !== sent.length) throw new ProtocolError('batch-count', 'Not as many answers as messages.');
    return sent.map((one, place) => readItem(documents[place], { response, findKey, sent: one }));
  } catch (error) {
    return sent.map(() => unsigned(error, response));
  }
}

/** Reads the answer to a Pull: what it says of the Pull itself, and the messages that waited, unopened. */
export async function readPullResponse(
  response: IncomingResponse,
  findKey: FindKey,
  sent: Sent,
): Promise<{ readonly answer: DeliveryAnswer; readonly documents: readonly Uint8Array[] }> {
  try {
    const [first, ...documents] = await readFrame(response);
    const answer = readItem(first, { response, findKey, sent });
    return { answer, documents: answer.kind === 'receipt' ? documents : [] };
  } catch (error) {
    return { answer: unsigned(error, response), documents: [] };
  }
}

async function readFrame(response: IncomingResponse): Promise<Uint8Array[]> {
  const bytes = await readBytes(response, batchMediaType, batchLimits.bytes);
  if (response.status !== 200) throw new ProtocolError('status', 'A frame comes with status 200.');
  return readBatch(bytes);
}

interface Asked {
  readonly response: IncomingResponse;
  readonly findKey: FindKey;
  readonly sent: Sent;
}

/** No bytes stand for the constant answer to strangers. */
function readItem(document: Uint8Array | undefined, { response, findKey, sent }: Asked): DeliveryAnswer {
  if (!document || document.byteLength === 0) return { kind: 'unsigned', status: 401, reason: 'unauthenticated' };
  try {
    return answerOf(open(document, findKey), sent, response.status);
  } catch (error) {
    return unsigned(error, response);
  }
}
