import { transact } from '../../../node/kernel/context.ts';
import { appendLeaf } from '../../../node/ledger/append-leaf.ts';
import { makeLedgerWorker } from '../../../node/ledger/sequencer.ts';
import { readArguments } from '../../support/program.ts';
import { openStore, type Place } from '../../support/store.ts';

/** Appends leaves one after another and tells of each that is committed; numbers meanwhile as if every lease were over. */
const [place, from, count] = readArguments() as [Place, number, number];
const { ctx, close } = await openStore(place);
const worker = makeLedgerWorker();
// In the eyes of this process it is always a minute later: it takes the lease of whoever has it.
let minutes = 0;
const eager = { ...ctx, clock: { ...ctx.clock, now: () => Date.now() + ++minutes * 60_000 } };

for (let number = from; number < from + count; number++) {
  await transact(ctx, (tx) => appendLeaf(tx, 'rules-set', { version: number }));
  process.stdout.write(`${number}\n`);
  if (number % 3 === 0) await worker.runDue(eager);
}
await close();
