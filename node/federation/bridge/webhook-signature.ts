import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is signed, as Standard Webhooks says: id, time and body, set apart by points. */
interface Signed {
  readonly id: string;
  /** Whole seconds since 1970. */
  readonly timestamp: number;
  readonly body: string | Uint8Array;
}

/** A clock may differ by so much; what is older is a replay. */
const toleranceSeconds = 5 * 60;

/** The headers that go with a body; with several secrets each signs, so that the receiver may change over. */
export function signWebhook(secrets: readonly Buffer[], { id, timestamp, body }: Signed): Record<string, string> {
  const signatures = secrets.map((secret) => `v1,${digestOf(secret, { id, timestamp, body }).toString('base64')}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

function digestOf(secret: Buffer, { id, timestamp, body }: Signed): Buffer {
  return createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest();
}

type HeaderValues = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The id of a webhook that was signed with one of these secrets no longer than five minutes ago; `stale` when it was signed,
 * but at another time; undefined when it was not.
 */
export function checkWebhook(
  secrets: readonly Buffer[],
  { headers, body, now }: { headers: HeaderValues; body: Uint8Array; now: number },
): { readonly id: string } | 'stale' | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers;
  if (typeof id !== 'string' || typeof time !== 'string' || typeof given !== 'string') return undefined;
  if (!/^[\w.:-]{1,128}$/.test(id) || !/^\d{1,12}$/.test(time)) return undefined;
  const timestamp = Number(time);
  const expected = secrets.map((secret) => digestOf(secret, { id, timestamp, body }));
  if (!readSignatures(given).some((one) => expected.some((each) => isSame(one, each)))) return undefined;
  return Math.abs(now / 1000 - timestamp) > toleranceSeconds ? 'stale' : { id };
}

const mostSignatures = 10;

function readSignatures(header: string): Buffer[] {
  const parts = header.split(' ', mostSignatures).filter((part) => /^v1,[A-Za-z0-9+/]{43}=$/.test(part));
  return parts.map((part) => Buffer.from(part.slice(3), 'base64'));
}

const isSame = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);
