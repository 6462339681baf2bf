import { compileOnce } from './compile-once.ts';
import type { Context, Tx } from './context.ts';
import { notFound } from './errors.ts';

interface JobTable {
  id: string;
  kind: string;
  key: string | null;
  /** JSON. */
  payload: string;
  /** When to run it; while it is leased, when the lease ends. */
  dueAt: number;
  /** Times it was leased. */
  attempts: number;
  leaseToken: string | null;
  failedAt: number | null;
  lastError: string | null;
  createdAt: number;
}

declare module './database.ts' {
  interface Database {
    job: JobTable;
  }
}

/** What carries out intents of one kind. */
export type JobHandler = {
  readonly kind: string;
  /** It decides who gets a lead: it waits while a restored node does not know how things stand on the other side. */
  readonly decides?: true;
} & (
  | {
      /** The effect; it commits together with the deletion of the job, so it happens exactly once. */
      apply(tx: Tx, payload: unknown): Promise<void>;
      /** Takes what must be locked before the job's own row: whoever has it locked may take this very job back. */
      lock?(tx: Tx, payload: unknown): Promise<void>;
    }
  | {
      /** I/O; it may run again after a crash, so it must be safe to repeat. */
      run(ctx: Context, payload: unknown): Promise<void>;
    }
);

export interface Intent {
  readonly kind: string;
  readonly payload: unknown;
  /** Epoch milliseconds; now when absent. */
  readonly dueAt?: number;
  /** While an intent with this key waits, another one with it changes nothing. */
  readonly key?: string | null;
}

/** The worker of the jobs that are transactions, and of those that do I/O: a slow partner delays no transaction. */
export const APPLYING = 'jobs';
export const RUNNING = 'jobs-run';

const insertJob = compileOnce((db, job: Pick<JobTable, 'id' | 'kind' | 'key' | 'payload' | 'dueAt' | 'createdAt'>) =>
  db
    .insertInto('job')
    .values({
      id: job.id,
      kind: job.kind,
      key: job.key,
      payload: job.payload,
      dueAt: job.dueAt,
      attempts: 0,
      leaseToken: null,
      failedAt: null,
      lastError: null,
      createdAt: job.createdAt,
    })
    .onConflict((on) => on.column('key').doNothing()),
);

/** Hands an intent to whoever carries it out: a row of this transaction; the workers are woken after the commit. */
export async function intend(tx: Tx, { kind, payload, dueAt, key = null }: Intent): Promise<void> {
  const createdAt = tx.clock.now();
  const id = tx.ids.make('job');
  await insertJob(tx, { id, kind, key, payload: JSON.stringify(payload), dueAt: dueAt ?? createdAt, createdAt });
  wakeAfterCommit(tx);
}

/** Takes back the intent with this key, if it still waits; a job that runs at this moment loses its effect. */
export async function cancelJob(tx: Tx, key: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db.deleteFrom('job').where('key', '=', key).executeTakeFirst();
  return numDeletedRows > 0n;
}

interface FailedJob {
  readonly id: string;
  readonly kind: string;
  readonly attempts: number;
  readonly failedAt: number;
  /** The code of the last error. */
  readonly lastError: string | null;
  readonly createdAt: number;
}

/** Jobs that were given up after ten attempts, oldest first; `cursor` is the last id seen. */
export async function listFailedJobs(
  ctx: Context,
  { cursor = '', limit }: { cursor?: string; limit: number },
): Promise<{ items: FailedJob[]; nextCursor?: string }> {
  const rows = await ctx.db
    .selectFrom('job')
    .select(['id', 'kind', 'attempts', 'failedAt', 'lastError', 'createdAt'])
    .where('failedAt', 'is not', null)
    .where('id', '>', cursor)
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit) as FailedJob[];
  const last = items.at(-1);
  return { items, ...(rows.length > limit && last && { nextCursor: last.id }) };
}

/** Gives a failed job ten new attempts, at once. Throws `not-found`. */
export async function retryJob(tx: Tx, id: string): Promise<void> {
  const { numUpdatedRows } = await tx.db
    .updateTable('job')
    .set({ failedAt: null, attempts: 0, lastError: null, leaseToken: null, dueAt: tx.clock.now() })
    .where('id', '=', id)
    .where('failedAt', 'is not', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw notFound('failed job');
  wakeAfterCommit(tx);
}

function wakeAfterCommit(tx: Tx): void {
  tx.afterCommit(() => {
    tx.bus.wake(APPLYING);
    tx.bus.wake(RUNNING);
  });
}
