import type { Context } from './context.ts';
import { CodedError } from './errors.ts';

/** Something that carries out rows that are due. */
export interface Worker {
  readonly name: string;
  /** Does what is due now (or a batch of it); returns how much it did, 0 when nothing was due. */
  runDue(ctx: Context): Promise<number>;
  /** When the next row is due, epoch milliseconds; undefined: nothing is planned. */
  nextDueAt(ctx: Context): Promise<number | undefined>;
  /** One run does all that is due; the next waits for its time, whatever comes meanwhile. */
  readonly rests?: true;
  /** The node stops: break off what may take long. */
  stop?(): void;
}

/** A wake-up is only a hint: every worker looks at its rows at least this often. */
const LOOK_EVERY_MILLISECONDS = 30_000;
const AFTER_A_FAILURE_MILLISECONDS = 1_000;
const ROUNDS = 1_000;

/** Runs the workers when they are woken or something is due. `stop` waits for what runs. */
export function startWorkers(ctx: Context, workers: readonly Worker[]): { stop(): Promise<void> } {
  const pumps = workers.map((worker) => startPump(ctx, worker));
  return {
    async stop() {
      await Promise.all(pumps.map((pump) => pump.stop()));
    },
  };
}

/** Runs all workers until none finds anything due: how tests let a node come to rest. Throws `workers-do-not-settle`. */
export async function settle(ctx: Context, workers: readonly Worker[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    let done = 0;
    for (const worker of workers) done += await worker.runDue(ctx);
    if (done === 0) return;
  }
  throw new CodedError('workers-do-not-settle', 500, `Still work to do after ${ROUNDS} rounds.`);
}

function startPump(ctx: Context, worker: Worker): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let cancelTimer = () => {};

  const runAll = async () => {
    do {
      again = false;
      if ((await worker.runDue(ctx)) > 0 && !worker.rests) again = true;
    } while (again && !stopped);
    return pauseOf(ctx, worker);
  };

  const run = () => {
    cancelTimer();
    again = true;
    running ??= runAll()
      .catch((error: unknown) => {
        ctx.log.error('worker-failed', { worker: worker.name, error });
        return AFTER_A_FAILURE_MILLISECONDS;
      })
      .then((pause) => {
        running = undefined;
        if (stopped) return;
        if (again) run();
        else cancelTimer = ctx.clock.after(pause, run);
      });
  };

  const forget = ctx.bus.onWake(worker.name, run);
  run();
  return {
    async stop() {
      stopped = true;
      worker.stop?.();
      forget();
      cancelTimer();
      await running;
    },
  };
}

/** How long nothing is due, in milliseconds; the rows are looked at now and then all the same. */
async function pauseOf(ctx: Context, worker: Worker): Promise<number> {
  const now = ctx.clock.now();
  const dueAt = (await worker.nextDueAt(ctx)) ?? Infinity;
  return Math.min(Math.max(0, dueAt - now), LOOK_EVERY_MILLISECONDS);
}
