import { batchLimits, limits, type Capabilities, type Level } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { believedFor } from './learn-speech.ts';
import { findSpeech } from '../store/speech.ts';

/** What a partner takes, by its own signed words of at most two days ago; without them Core, one message at a time. */
export interface Spoken {
  readonly levels: ReadonlySet<string>;
  readonly messageBytes: number;
  readonly batchMessages: number;
  readonly batchBytes: number;
  /** Undefined: it did not say. */
  readonly messagesPerMinute: number | undefined;
  readonly bytesInFlight: number | undefined;
  /** How many of its longest messages that are; Infinity when it did not say. */
  readonly messagesInFlight: number;
  /** What its log is signed with. */
  readonly logKey: string | undefined;
}

const silent: Spoken = {
  levels: new Set(['Core']),
  messageBytes: limits.messageBytes,
  batchMessages: 1,
  batchBytes: limits.messageBytes,
  messagesPerMinute: undefined,
  bytesInFlight: undefined,
  messagesInFlight: Infinity,
  logKey: undefined,
};

export async function findSpoken(ctx: Context, peerId: string): Promise<Spoken> {
  const { capabilities, learnedAt } = (await findSpeech(ctx, peerId)) ?? { capabilities: null, learnedAt: null };
  if (capabilities === null || learnedAt === null || ctx.clock.now() - learnedAt > believedFor) return silent;
  return readSpoken(JSON.parse(capabilities) as Capabilities);
}

/** Limits above those of the protocol mean those of the protocol. */
function readSpoken(said: Capabilities): Spoken {
  const atMost = (value: number | undefined, most: number) => Math.max(1, Math.min(value ?? most, most));
  const messageBytes = atMost(said.maxMessageBytes, limits.messageBytes);
  return {
    levels: new Set(['Core', ...said.levels]),
    messageBytes,
    batchMessages: atMost(said.maxBatchMessages, batchLimits.documents),
    batchBytes: atMost(said.maxBatchBytes, batchLimits.bytes),
    messagesPerMinute: said.messagesPerMinute,
    bytesInFlight: said.bytesInFlight,
    messagesInFlight: Math.max(1, Math.floor((said.bytesInFlight ?? Infinity) / messageBytes)),
    logKey: said.logKey,
  };
}

/** Whether a partner announced a level: messages of others are better not sent (LX-090). */
export const speaks = async (ctx: Context, peerId: string, level: Level): Promise<boolean> =>
  (await findSpoken(ctx, peerId)).levels.has(level);
