import { transact } from '../../../node/kernel/context.ts';
import { readArguments } from '../../support/program.ts';
import { openStore, type Place } from '../../support/store.ts';
import { migrations } from '../tables.ts';

/** Inserts notes for ever, several at a time, and prints each id once its transaction was answered. */
const [place] = readArguments() as [Place];
const { ctx } = await openStore(place, { migrations });

async function insertForEver(): Promise<never> {
  for (;;) {
    const id = ctx.ids.uuid();
    await transact(ctx, (tx) =>
      tx.db
        .insertInto('testNote')
        .values({ id, text: 'x'.repeat(200) })
        .execute(),
    );
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, insertForEver));
