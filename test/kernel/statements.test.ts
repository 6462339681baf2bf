import { expect, test } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { withIdempotency } from '../../node/kernel/idempotency.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { cancelJob, intend, listFailedJobs, retryJob } from '../../node/kernel/jobs.ts';
import { announce, listLiveEvents } from '../../node/kernel/live-events.ts';
import { migration as jobsByKind } from '../../node/kernel/migrations/0019-jobs-by-kind.ts';
import { retentionHandler, retentionSchedule } from '../../node/kernel/retention.ts';
import { makeScheduleWorker } from '../../node/kernel/schedule.ts';
import { settle } from '../../node/kernel/workers.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onDatabase } from '../support/databases.ts';
import { explain, listUnindexed, recordStatements } from '../support/statements.ts';
import { migrations as first } from './tables.ts';

const migrations = [...first, jobsByKind];

onDatabase('sqlite', ({ withStore }) => {
  const clock = makeFakeClock();

  test('no statement of the kernel reads a whole table or sorts without an index', () =>
    withStore(
      async (store) => {
        const { ctx, statements } = recordStatements(store);
        const workers = [makeScheduleWorker([retentionSchedule]), ...makeJobWorkers([retentionHandler])];
        await transact(ctx, async (tx) => {
          await intend(tx, { kind: 'unknown', payload: {} });
          await intend(tx, { kind: 'unknown', payload: {}, key: 'k' });
          await cancelJob(tx, 'k');
          await announce(tx, { kind: 'offer' });
          await withIdempotency(tx, { scope: 's', key: 'k', digest: 'd' }, () => Promise.resolve(1));
          await withIdempotency(tx, { scope: 's', key: 'k', digest: 'd' }, () => Promise.resolve(1));
        });
        for (let attempt = 0; attempt < 10; attempt++) {
          await settle(ctx, workers);
          clock.advance('1h');
        }
        const { items } = await listFailedJobs(ctx, { limit: 1 });
        await transact(ctx, (tx) => retryJob(tx, items[0]!.id));
        await listLiveEvents(ctx, { userId: 'me', limit: 1 });
        expect(statements.size).toBeGreaterThan(15);
        // The calendar reads its few rows whole.
        const known = /^SCAN schedule\b/;
        expect(listUnindexed(store, statements).filter((line) => !known.test(line))).toEqual([]);
      },
      { migrations, clock },
    ));

  test('due jobs are found by their index, in the order in which they are leased', () =>
    withStore(
      async (store) => {
        const { ctx, statements } = recordStatements(store);
        await transact(ctx, (tx) => intend(tx, { kind: 'unknown', payload: {} }));
        await settle(ctx, makeJobWorkers([]));
        const next = [...statements].filter((sql) => sql.startsWith('select') && sql.includes('"first"'));
        expect(explain(store, next[0]!)).toMatch(/SEARCH job USING (COVERING )?INDEX jobKind \(kind=\?\)/);
        const lease = [...statements].filter((sql) => sql.startsWith('update "job"') && sql.includes('limit'));
        expect(lease).toHaveLength(1);
        expect(listUnindexed(store, ['select * from "testNote" where "text" = ?'])).toHaveLength(1);
        expect(explain(store, lease[0]!)).toContain('USING INDEX jobDue');
      },
      { migrations, clock },
    ));
});
