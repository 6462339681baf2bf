import { trimIdempotencyKeys } from './idempotency.ts';
import { intend, type JobHandler } from './jobs.ts';
import { trimLiveEvents } from './live-events.ts';
import type { ScheduleEntry } from './schedule.ts';

const kind = 'trim-kernel';

/** Every hour the kernel deletes what nobody will ask for any more. */
export const retentionSchedule: ScheduleEntry = { name: 'kernel-retention', cron: '7 * * * *', kind };

/** Deletes a bounded number of rows per transaction, and goes on in the next while there are more. */
export const retentionHandler: JobHandler = {
  kind,
  async apply(tx) {
    const events = await trimLiveEvents(tx);
    const keys = await trimIdempotencyKeys(tx);
    if (events + keys > 0) await intend(tx, { kind, payload: {}, key: kind });
  },
};
