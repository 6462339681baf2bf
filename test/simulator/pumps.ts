import { deliveryHandlers } from '../../node/delivery/handlers.ts';
import { makeFetchWorker } from '../../node/federation/sending/fetch-messages.ts';
import { federationHandlers } from '../../node/federation/handlers.ts';
import { makeSpeechWorker } from '../../node/federation/peers/learn-speech.ts';
import { makeRefusalWorker } from '../../node/federation/receiving/count-refusals.ts';
import { makeOutboxWorker } from '../../node/federation/sending/outbox-worker.ts';
import type { Context } from '../../node/kernel/context.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import type { JobHandler } from '../../node/kernel/jobs.ts';
import type { Worker } from '../../node/kernel/workers.ts';
import { makeLedgerWorker } from '../../node/ledger/sequencer.ts';
import { routingHandlers } from '../../node/routing/handlers.ts';
import type { Timeline } from './timeline.ts';

interface Surroundings {
  readonly timeline: Timeline;
  readonly skew: number;
  /** Told whenever a worker begins or ends something. */
  readonly moved: () => void;
  /** How many more jobs are at files now. */
  readonly touching: (more: number) => void;
}

const makeWorkers = (touching: Surroundings['touching']): Worker[] => [
  ...makeJobWorkers([...routingHandlers, ...deliveryHandlers, ...federationHandlers].map(touchingDisk(touching))),
  makeOutboxWorker(),
  makeRefusalWorker(),
  makeSpeechWorker(),
  makeFetchWorker(),
];

/** What jobs do with files takes time that the timeline does not know of: it has to wait. */
const touchingDisk =
  (touching: Surroundings['touching']) =>
  (handler: JobHandler): JobHandler => {
    if (!('run' in handler)) return handler;
    const run = (ctx: Context, payload: unknown) => {
      touching(1);
      return handler.run(ctx, payload).finally(() => touching(-1));
    };
    return { ...handler, run };
  };

/** After so long a commit's leaves are numbered and signed for. The product does so sooner; many at a time cost less. */
export const ledgerPause = 60_000;

/**
 * Runs the product's workers when they are woken or something is due. Unlike the product's own pumps these look at their rows only
 * when a row is due, so that a day without events costs nothing.
 */
export function startPumps(ctx: Context, surroundings: Surroundings) {
  const pumps = makeWorkers(surroundings.touching).map((worker) => makePump(ctx, worker, surroundings));
  const ledger = makePump(ctx, makeLedgerWorker(), surroundings);
  let isPlanned = false;
  let stopped = false;
  return {
    start: () => pumps.forEach(({ run }) => run()),
    /** There may be leaves to number. */
    committed() {
      if (isPlanned || stopped) return;
      isPlanned = true;
      surroundings.timeline.after(ledgerPause, () => {
        isPlanned = false;
        ledger.run();
      });
    },
    stop() {
      stopped = true;
      for (const { stop } of [...pumps, ledger]) stop();
    },
  };
}

function makePump(ctx: Context, worker: Worker, { timeline, skew, moved }: Surroundings) {
  let running = false;
  let again = false;
  let stopped = false;
  let cancel = () => {};
  /** Whether something is due already, or somebody called; else comes back when it will be. */
  const isDueAgain = async (): Promise<boolean> => {
    if (again) return true;
    const dueAt = worker.rests ? undefined : await worker.nextDueAt(ctx);
    if (dueAt === undefined || stopped) return false;
    if (dueAt <= ctx.clock.now()) return true;
    cancel = timeline.after(dueAt - skew - timeline.now(), run);
    return false;
  };
  const runAll = async () => {
    do {
      again = false;
      await worker.runDue(ctx);
      moved();
    } while ((await isDueAgain()) && !stopped);
  };
  const failed = (error: unknown) => {
    ctx.log.error('worker-failed', { worker: worker.name, error });
    cancel = timeline.after(1_000, run);
  };
  const run = () => {
    cancel();
    again = true;
    if (running || stopped) return;
    running = true;
    moved();
    void runAll()
      .catch(failed)
      .finally(() => {
        running = false;
        if (again && !stopped) run();
      });
  };
  ctx.bus.onWake(worker.name, run);
  return {
    run,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
