import type { Kysely } from 'kysely';
import { compileOnce } from './compile-once.ts';
import type { Context, Tx } from './context.ts';
import { transact } from './context.ts';
import type { Database } from './database.ts';
import { CodedError } from './errors.ts';
import { APPLYING, RUNNING, type JobHandler } from './jobs.ts';
import { isRestoring } from './restoration.ts';
import type { Worker } from './workers.ts';

/** Jobs leased at once: the transactions of a batch share commits; I/O runs side by side. */
const APPLIED_AT_ONCE = 50;
const RUNNING_AT_ONCE = 8;
/**
 * A process that holds a job longer is taken for dead, and the job runs again. Short where the effect needs the lease to
 * commit, so that nothing can happen twice and a node that was restarted soon goes on.
 */
const APPLYING_LEASE_MILLISECONDS = 10_000;
const RUNNING_LEASE_MILLISECONDS = 60_000;
const ATTEMPTS = 10;
const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 10 * 60_000;

interface LeasedJob {
  readonly id: string;
  readonly kind: string;
  readonly payload: string;
  readonly attempts: number;
  readonly leaseToken: string;
}

/** Which jobs a worker takes: those of the kinds that run I/O, or all others. */
interface Lane {
  readonly name: string;
  readonly batch: number;
  readonly leaseMilliseconds: number;
  readonly operator: 'in' | 'not in';
  readonly kinds: readonly string[];
}

const applying = { name: APPLYING, batch: APPLIED_AT_ONCE, leaseMilliseconds: APPLYING_LEASE_MILLISECONDS };
const running = { name: RUNNING, batch: RUNNING_AT_ONCE, leaseMilliseconds: RUNNING_LEASE_MILLISECONDS };

/** The workers that carry out intents with these handlers, one per kind. */
export function makeJobWorkers(handlers: readonly JobHandler[]): Worker[] {
  const byKind = new Map(handlers.map((handler) => [handler.kind, handler]));
  if (byKind.size < handlers.length) throw new CodedError('handler-twice', 500, 'Two handlers for one kind of job.');
  const withIo = handlers.filter((handler) => 'run' in handler).map((handler) => handler.kind);
  // No intent is of the empty kind; PostgreSQL knows no empty list.
  const kinds = ['', ...withIo];
  const deciding = handlers.filter(({ decides }) => decides).map((handler) => handler.kind);
  return [
    makeLaneWorker({ ...applying, operator: 'not in', kinds }, byKind, deciding),
    makeLaneWorker({ ...running, operator: 'in', kinds }, byKind),
  ];
}

/** `deciding`: kinds that rest while the node is being restored. */
function makeLaneWorker(
  lane: Lane,
  handlers: ReadonlyMap<string, JobHandler>,
  deciding: readonly string[] = [],
): Worker {
  const whole = makeLane(lane);
  const resting = deciding.length > 0 ? makeLane({ ...lane, kinds: [...lane.kinds, ...deciding] }) : undefined;
  const laneOf = async (ctx: Context) => (resting && (await isRestoring(ctx)) ? resting : whole);
  const nextDueAt = async (ctx: Context) => {
    const { rows } = await (await laneOf(ctx)).findNext(ctx, {});
    return rows.reduce<number | undefined>((first, { dueAt }) => Math.min(first ?? dueAt, dueAt), undefined);
  };
  return {
    name: lane.name,
    nextDueAt,
    async runDue(ctx) {
      const dueAt = await nextDueAt(ctx);
      if (dueAt === undefined || dueAt > ctx.clock.now()) return 0;
      const { leaseJobs } = await laneOf(ctx);
      const jobs = await transact(ctx, leaseJobs);
      await Promise.all(jobs.map((job) => carryOut(ctx, job, handlers.get(job.kind))));
      return jobs.length;
    },
  };
}

const makeLane = (lane: Lane) => ({
  findNext: lane.operator === 'in' ? findFirstOfEach(lane.kinds) : findFirst(lane),
  leaseJobs: makeLease(lane),
});

const findFirst = (lane: Lane) =>
  compileOnce((db) => laneJobs(db, lane).select('dueAt').orderBy('dueAt').orderBy('id').limit(1));

/** The first of each kind: jobs of other kinds that are due earlier, however many wait, are not walked past. */
const findFirstOfEach = (kinds: readonly string[]) =>
  compileOnce((db) => {
    const firsts = kinds.map((kind) =>
      db
        .selectFrom(
          db
            .selectFrom('job')
            .select('dueAt')
            .where('failedAt', 'is', null)
            .where('kind', '=', kind)
            .orderBy('dueAt')
            .limit(1)
            .as('first'),
        )
        .select('first.dueAt'),
    );
    return firsts.reduce((all, first) => all.unionAll(first));
  });

const laneJobs = (db: Kysely<Database>, { operator, kinds }: Lane) =>
  db.selectFrom('job').where('failedAt', 'is', null).where('kind', operator, kinds);

/** Takes the jobs that are due, longest waiting first. The outer condition decides when two processes meet. */
function makeLease(lane: Lane): (tx: Tx) => Promise<LeasedJob[]> {
  const lease = compileOnce((db, { leaseToken, now, until }: { leaseToken: string; now: number; until: number }) => {
    const due = laneJobs(db, lane).where('dueAt', '<=', now).orderBy('dueAt').orderBy('id').limit(lane.batch);
    return db
      .updateTable('job')
      .set((job) => ({ leaseToken, dueAt: until, attempts: job('attempts', '+', 1) }))
      .where('id', 'in', due.select('id'))
      .where('failedAt', 'is', null)
      .where('dueAt', '<=', now)
      .returning(['id', 'kind', 'payload', 'attempts']);
  });
  return async (tx) => {
    const now = tx.clock.now();
    const leaseToken = tx.ids.make('lease');
    const { rows } = await lease(tx, { leaseToken, now, until: now + lane.leaseMilliseconds });
    return rows.map((row) => ({ ...row, leaseToken })).sort((one, other) => (one.id < other.id ? -1 : 1));
  };
}

/** Runs one job and writes down a failure. Never rejects: what cannot be written down runs again when the lease ends. */
async function carryOut(ctx: Context, job: LeasedJob, handler: JobHandler | undefined): Promise<void> {
  try {
    if (job.attempts > ATTEMPTS) throw new CodedError('crashed', 500, 'The process ended during every attempt.');
    if (!handler) throw new CodedError('no-handler', 500, 'Nobody carries out jobs of this kind.');
    const payload = JSON.parse(job.payload) as unknown;
    if ('run' in handler) {
      await handler.run(ctx, payload);
      await transact(ctx, (tx) => finishJob(tx, job));
    } else {
      await transact(ctx, async (tx) => {
        await handler.lock?.(tx, payload);
        if (await finishJob(tx, job)) await handler.apply(tx, payload);
      });
    }
  } catch (error) {
    await noteFailure(ctx, job, error).catch((unnoted: unknown) => {
      ctx.log.error('job-failure-not-noted', { jobId: job.id, jobKind: job.kind, error: unnoted });
    });
  }
}

const deleteJob = compileOnce((db, job: Pick<LeasedJob, 'id' | 'leaseToken'>) =>
  db.deleteFrom('job').where('id', '=', job.id).where('leaseToken', '=', job.leaseToken),
);

/** Deletes the job; false when its lease was lost to another process, or it was cancelled. */
async function finishJob(tx: Tx, job: LeasedJob): Promise<boolean> {
  return (await deleteJob(tx, job)).numAffectedRows === 1n;
}

async function noteFailure(ctx: Context, job: LeasedJob, error: unknown): Promise<void> {
  const givenUp = job.attempts >= ATTEMPTS;
  const level = givenUp ? 'error' : 'warn';
  ctx.log[level]('job-failed', { jobId: job.id, jobKind: job.kind, attempts: job.attempts, error });
  const now = ctx.clock.now();
  const dueAt = now + pauseAfter(job.attempts, ctx.ids.random(2).readUInt16BE() / 0xffff);
  await transact(ctx, async (tx) => {
    await tx.db
      .updateTable('job')
      .set({ leaseToken: null, dueAt, failedAt: givenUp ? now : null, lastError: codeOf(error) })
      .where('id', '=', job.id)
      .where('leaseToken', '=', job.leaseToken)
      .execute();
  });
}

/** Doubles with every attempt; `chance` (0 to 1) takes up to half away, so that jobs that failed together part. */
function pauseAfter(attempts: number, chance: number): number {
  const pause = Math.min(LONGEST_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** (attempts - 1));
  return Math.round(pause * (1 - chance / 2));
}

/** What is kept of an error: its code; messages may quote input. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
