import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until `look` finds something. Rejects after `withinMilliseconds`, with what `describe` says. */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMilliseconds = 60_000, describe }: { withinMilliseconds?: number; describe?: () => Promise<unknown> } = {},
): Promise<T> {
  const end = Date.now() + withinMilliseconds;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Still not: ${JSON.stringify(await describe?.())}`);
    await pause(10);
  }
}
