import { ProtocolError } from './errors.ts';
import { lengthAndBytes } from './length-prefix.ts';

export const batchMediaType = 'application/vnd.lead-exchange.batch';
/** What one frame may hold; the lengths before the documents count. */
export const batchLimits = { documents: 100, bytes: 1024 * 1024 } as const;

/** The length before each document of a frame. */
export const batchPrefixBytes = 4;

/**
 * A frame: each document with its length (four bytes, big-endian) before it, in order. A document of no bytes stands for the
 * constant answer to strangers. Throws ProtocolError `batch-empty`, `batch-too-many` or `batch-too-large`.
 */
export function writeBatch(documents: readonly (string | Uint8Array)[]): Buffer {
  if (documents.length === 0) throw fault('batch-empty', 'a frame holds at least one document');
  if (documents.length > batchLimits.documents) throw tooMany();
  const frame = Buffer.concat(documents.map(lengthAndBytes));
  if (frame.byteLength > batchLimits.bytes) throw tooLarge();
  return frame;
}

/**
 * The documents of a frame, in order; nothing is said of any of them: each is opened and answered by itself. Throws
 * ProtocolError, `unauthenticated`, when the frame itself is broken: the codes of `writeBatch` and `batch-truncated`.
 */
export function readBatch(frame: Uint8Array): Uint8Array[] {
  if (frame.byteLength > batchLimits.bytes) throw tooLarge();
  if (frame.byteLength === 0) throw fault('batch-empty', 'a frame holds at least one document');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const documents: Uint8Array[] = [];
  for (let at = 0; at < frame.byteLength;) {
    if (documents.length === batchLimits.documents) throw tooMany();
    if (at + batchPrefixBytes > frame.byteLength) throw fault('batch-truncated', 'the frame ends inside a length');
    const start = at + batchPrefixBytes;
    const end = start + view.getUint32(at);
    if (end > frame.byteLength) throw fault('batch-truncated', 'a document is longer than the frame');
    documents.push(frame.subarray(start, end));
    at = end;
  }
  return documents;
}

/** How many of these documents, from the first on, fit into one frame; `most` is what the receiver announced. */
export function countFitting(
  documents: readonly (string | Uint8Array)[],
  most: { readonly documents?: number | undefined; readonly bytes?: number | undefined } = {},
): number {
  const limit = Math.min(most.bytes ?? batchLimits.bytes, batchLimits.bytes);
  let bytes = 0;
  let count = 0;
  for (const document of documents.slice(0, Math.min(most.documents ?? Infinity, batchLimits.documents))) {
    bytes += batchPrefixBytes + Buffer.byteLength(document);
    if (bytes > limit) break;
    count += 1;
  }
  return count;
}

const fault = (code: string, detail: string) => new ProtocolError(code, detail, { unauthenticated: true });
const tooMany = () => fault('batch-too-many', `more than ${batchLimits.documents} documents`);
const tooLarge = () => fault('batch-too-large', `more than ${batchLimits.bytes} bytes`);
