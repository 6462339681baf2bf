import { expect, test } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { intend } from '../../node/kernel/jobs.ts';
import { onEachDatabase } from '../support/databases.ts';
onEachDatabase(({withStore}) => {
test('x', () => withStore(async store => {
  await transact(store.ctx, tx => intend(tx, { kind: 'a', payload: 1 }));
  expect((await store.ctx.db.selectFrom('job').selectAll().execute())).toMatchObject([{ attempts: 0}]);
}));
});
