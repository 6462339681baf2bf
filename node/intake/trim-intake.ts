import type { Tx } from '../kernel/context.ts';
import { intend } from '../kernel/jobs.ts';
import { dayMilliseconds } from '../kernel/times.ts';
import { deleteMailsBefore, deleteRefusalsBefore, deleteSettledBefore } from './store.ts';

/** How long messages are known again, decided ones stay in the tray, and refused rows can be fetched. */
export const memoryDays = 90;

const kind = 'trim-intake';

/** Once a day, while anything comes in: deletes what nobody will ask for any more, a bounded number of rows at a time. */
export async function trimIntake(tx: Tx): Promise<void> {
  const before = tx.clock.now() - memoryDays * dayMilliseconds;
  const deleted =
    (await deleteMailsBefore(tx, before)) +
    (await deleteSettledBefore(tx, before)) +
    (await deleteRefusalsBefore(tx, before));
  await intend(tx, { kind, payload: {}, dueAt: tx.clock.now() + (deleted > 0 ? 0 : dayMilliseconds), key: kind });
}

/** Plans the next clean-up; there is one plan at most. */
export const intendTrim = (tx: Tx): Promise<void> =>
  intend(tx, { kind, payload: {}, dueAt: tx.clock.now() + dayMilliseconds, key: kind });
