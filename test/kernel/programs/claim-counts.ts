import { transact, type Tx } from '../../../node/kernel/context.ts';
import { readArguments } from '../../support/program.ts';
import { openStore, type Place } from '../../support/store.ts';
import { migrations } from '../tables.ts';

/** Tries to be first at every row, adds one to a common counter each time, and prints the rows it won. */
const [place, me, ids] = readArguments() as [Place, string, string[]];
const store = await openStore(place, { migrations });

async function claim(tx: Tx, id: string): Promise<boolean> {
  await tx.db
    .updateTable('testCount')
    .set((count) => ({ value: count('value', '+', 1) }))
    .where('id', '=', 'common')
    .execute();
  const { numUpdatedRows } = await tx.db
    .updateTable('testCount')
    .set({ owner: me })
    .where('id', '=', id)
    .where('owner', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

const shuffled = ids.toSorted(() => Math.random() - 0.5);
await Promise.all(
  shuffled.map(async (id) => {
    if (await transact(store.ctx, (tx) => claim(tx, id))) process.stdout.write(`${id}\n`);
  }),
);
await store.close();
