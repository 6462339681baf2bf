import { randomBytes } from 'node:crypto';
import type { Header, MessageType } from './generated.ts';
import { messageTable } from './message-table.ts';

/** The longest life of a message. */
export const longestLifeMs = 14 * 24 * 3_600_000;
/** The longest life of a Pull (LX-173). */
export const longestPullMs = 5 * 60_000;
/** How far two clocks may differ. */
export const clockSkewMs = 5 * 60_000;

/** A new message id: UUID version 7 of this time (epoch milliseconds). */
export function makeMessageId(now: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export interface HeaderFacts<T extends MessageType> {
  readonly type: T;
  readonly from: string;
  readonly to: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Default: the longest allowed. */
  readonly lifeMs?: number;
  readonly conversation?: string;
  readonly round?: number;
  readonly seq?: number;
  readonly inReplyTo?: Header['inReplyTo'] | undefined;
}

/** A fresh header with id, times and, where the type needs it, `Blind`. */
export function makeHeader<T extends MessageType>(facts: HeaderFacts<T>): Header & { type: T } {
  const { now, lifeMs = longestLifeMs, conversation, round, seq, inReplyTo, ...rest } = facts;
  return {
    ...rest,
    messageId: makeMessageId(now),
    ...(conversation !== undefined && { conversation }),
    ...(round !== undefined && { round }),
    ...(seq !== undefined && { seq }),
    ...(inReplyTo && { inReplyTo }),
    created: new Date(now).toISOString(),
    expires: new Date(now + lifeMs).toISOString(),
    ...(messageTable[rest.type].blind && { blind: randomBytes(32).toString('base64') }),
  };
}

/** The problem code of a header that is not for this node or not for now; undefined when it is fine. `now` in epoch milliseconds. */
export function checkHeader(
  { to, type, created, expires }: Header,
  nodeId: string,
  now: number,
): 'audience' | 'expired' | 'from-future' | undefined {
  if (to !== nodeId && !(to === '*' && type === 'Capabilities')) return 'audience';
  const [createdAt, expiresAt] = [Date.parse(created), Date.parse(expires)];
  if (!(createdAt <= now + clockSkewMs)) return 'from-future';
  if (!(now <= expiresAt + clockSkewMs) || expiresAt - createdAt > longestLifeMs) return 'expired';
  return undefined;
}
