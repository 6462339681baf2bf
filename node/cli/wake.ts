import { closeSync, existsSync, openSync, utimesSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../kernel/config.ts';
import type { Context } from '../kernel/context.ts';
import { APPLYING, RUNNING } from '../kernel/jobs.ts';

/**
 * A hint from a command to the node that runs on the same data folder: the file's time changes, the node looks at its rows
 * at once. Without the hint it looks every half minute.
 */
const wakeFile = ({ dataFolder }: Pick<Config, 'dataFolder'>) => join(dataFolder, 'wake');

const workers = [APPLYING, RUNNING, 'outbox'];

/** Answers whether anything was woken in this process since. */
export function noteWakes(ctx: Context): () => boolean {
  let woken = false;
  for (const worker of workers) ctx.bus.onWake(worker, () => (woken = true));
  return () => woken;
}

export function tellRunningNode(config: Config): void {
  const file = wakeFile(config);
  if (existsSync(file)) utimesSync(file, new Date(), new Date());
}

/** Passes hints of other processes on until `signal` fires. Where files cannot be watched there are none. */
export function heedWakes(ctx: Context, signal: AbortSignal): void {
  const file = wakeFile(ctx.config);
  closeSync(openSync(file, 'a', 0o600));
  const unheard = (error: unknown) => ctx.log.warn('wakes-unheard', { error });
  try {
    const watching = watch(file, { persistent: false, signal }, () =>
      workers.forEach((worker) => ctx.bus.wake(worker)),
    );
    watching.on('error', unheard);
  } catch (error) {
    unheard(error);
  }
}
