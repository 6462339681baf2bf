import type { IncomingMessage } from 'node:http';
import { CodedError, invalid } from './errors.ts';
import type { Route } from './routes.ts';

const defaultMaxBytes = 256 * 1024;
const deepest = 32;

const tooLarge = (limit: number) =>
  new CodedError('too-large', 413, `The body may have at most ${limit} bytes.`, { maxBytes: limit });
const wrongType = (message: string) => new CodedError('unsupported-media-type', 415, message);

/**
 * Reads the body a route takes: bytes for `raw`, parsed JSON otherwise, undefined when empty. Counts the bytes itself,
 * whatever the headers say. Throws `too-large`, `unsupported-media-type`, `malformed-json` and `invalid`.
 */
export async function readBody(request: IncomingMessage, route: Route): Promise<unknown> {
  const bytes = await readBytes(request, route.maxBytes ?? defaultMaxBytes);
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (route.body === 'raw') {
    if (route.consumes && !route.consumes.includes(mediaType))
      throw wrongType(`The body must be ${route.consumes.join(' or ')}.`);
    return bytes;
  }
  if (bytes.length === 0) return undefined;
  if (mediaType !== 'application/json') throw wrongType('The body must be application/json.');
  const value = parseJson(bytes);
  if (route.body) return value;
  refuseContent(value);
  return undefined;
}

const drainBytes = 1024 * 1024;

/**
 * Reads and forgets what is left of a refused body, so that the client gets to read the answer; gives up (false) beyond
 * 1 MiB.
 */
export async function drain(request: IncomingMessage): Promise<boolean> {
  if (Number(request.headers['content-length'] ?? 0) > drainBytes) return false;
  let length = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > drainBytes) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** A route without a body takes an empty object at most. */
function refuseContent(value: unknown): void {
  const [key] = typeof value === 'object' && value !== null ? Object.keys(value) : ['body'];
  if (key !== undefined || Array.isArray(value))
    throw invalid('This request takes no body.', { path: (key ?? 'body').slice(0, 100) });
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw wrongType('The body must not be compressed.');
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > limit) throw tooLarge(limit);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('body-incomplete', 400, 'The body ended before it was complete.');
  }
  return Buffer.concat(pieces, length);
}

/** Strict UTF-8 and JSON, no NUL characters (PostgreSQL cannot store them), no nesting beyond 32. */
export function parseJson(bytes: Buffer): unknown {
  const malformed = (why: string) => new CodedError('malformed-json', 400, `The body is not valid JSON: ${why}.`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('it is not UTF-8');
  }
  if (depthOf(text) > deepest) throw malformed(`it is nested deeper than ${deepest}`);
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(text)) throw malformed('it holds a NUL character');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed('it is not well-formed');
  }
}

/** Deepest nesting of arrays and objects, brackets in strings aside. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) most = Math.max(most, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return most;
}
