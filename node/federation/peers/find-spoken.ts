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
  return {
    levels: new Set(['Core', ...said.levels]),
    messageBytes: atMost(said.maxMessageBytes, limits.messageBytes),
    batchMessages: atMost(said.maxBatchMessages, batchLimits.documents),
    batchBytes: atMost(said.maxBatchBytes, batchLimits.bytes),
    messagesPerMinute: said.messagesPerMinute,
    bytesInFlight: said.bytesInFlight,
    logKey: said.logKey,
  };
}

/** Whether a partner announced a level: messages of others are better not sent (LX-090). */
export const speaks = async (ctx: Context, peerId: string, level: Level): Promise<boolean> =>
  (await findSpoken(ctx, peerId)).levels.has(level);
