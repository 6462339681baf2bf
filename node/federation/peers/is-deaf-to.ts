import type { Capabilities, Level } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { findSpeech } from '../store/speech.ts';

/** Whether a partner said what it speaks, and this level is not among it: its messages are not sent then (LX-090). */
export async function isDeafTo(ctx: Context, peerId: string, level: Level): Promise<boolean> {
  const said = (await findSpeech(ctx, peerId))?.capabilities ?? null;
  return said !== null && !(JSON.parse(said) as Capabilities).levels.includes(level);
}
