import { makeJobWorkers } from '../../../node/kernel/job-workers.ts';
import type { JobHandler } from '../../../node/kernel/jobs.ts';
import { settle } from '../../../node/kernel/workers.ts';
import { readArguments } from '../../support/program.ts';
import { openStore, type Place } from '../../support/store.ts';
import { migrations } from '../tables.ts';

/** Carries out jobs until none is left; each leaves a note of its own, however often it runs. */
const [place] = readArguments() as [Place];
const store = await openStore(place, { migrations });
const note: JobHandler = {
  kind: 'note',
  async apply(tx, payload: { id: string }) {
    await tx.db.insertInto('testNote').values({ id: tx.ids.uuid(), text: payload.id }).execute();
  },
};
const workers = makeJobWorkers([note]);
process.stdout.write('ready\n');
while ((await workers[0]?.nextDueAt(store.ctx)) !== undefined) await settle(store.ctx, workers);
await store.close();
