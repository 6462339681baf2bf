import SqliteFile from 'better-sqlite3';
import { join } from 'node:path';
import { compileOnce } from '../../node/kernel/compile-once.ts';
import { transact } from '../../node/kernel/context.ts';
import { migrations } from '../kernel/tables.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { makeFolder, openStore, type Place } from '../support/store.ts';

/**
 * What group commit brings: leads a second (one row of 0.8 KB and three of history) in groups of 100 against one commit
 * a lead, and both against the floor, better-sqlite3 alone with the same rows in the same commits. Ratios of one run:
 * rounds take turns, medians count. `node test/bench/group-commit.ts [--postgres]`
 */
const ROUNDS = 7;
const MILLISECONDS = 400;
const GROUP = 100;
const document = JSON.stringify({ text: 'x'.repeat(780) });

const insertNote = compileOnce((db, values: { id: string; text: string }) =>
  db.insertInto('testNote').values({ id: values.id, text: values.text }),
);
const insertCount = compileOnce((db, values: { id: string; value: number }) =>
  db.insertInto('testCount').values({ id: values.id, value: values.value, owner: 'me' }),
);

/** Inserts leads `together` at a time until the time is over; returns leads a second. */
type Bench = () => Promise<number>;

async function measure(insert: (together: number) => Promise<unknown>, together: number): Promise<number> {
  const from = performance.now();
  let leads = 0;
  while (performance.now() - from < MILLISECONDS) {
    await insert(together);
    leads += together;
  }
  return (leads * 1_000) / (performance.now() - from);
}

async function openProduct(place: Place): Promise<{ grouped: Bench; single: Bench; close(): Promise<void> }> {
  const { ctx, close } = await openStore(place, { migrations });
  const insertLead = () =>
    transact(ctx, async (tx) => {
      await insertNote(tx, { id: ctx.ids.make('lead'), text: document });
      for (let row = 0; row < 3; row++) await insertCount(tx, { id: ctx.ids.make('history'), value: row });
    });
  const insert = (together: number) => Promise.all(Array.from({ length: together }, insertLead));
  return { grouped: () => measure(insert, GROUP), single: () => measure(insert, 1), close };
}

function openFloor(folder: string): { grouped: Bench; single: Bench; close(): void } {
  const database = new SqliteFile(join(folder, 'floor.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('create table note (id text primary key, text text not null)');
  database.exec('create table count (id text primary key, value bigint not null, owner text)');
  const note = database.prepare('insert into note values (?, ?)');
  const count = database.prepare('insert into count values (?, ?, ?)');
  let last = 1e15;
  const insert = database.transaction((together: number) => {
    for (let lead = 0; lead < together; lead++) {
      note.run(`lead_${last++}0000000000`, document);
      for (let row = 0; row < 3; row++) count.run(`history_${last++}0000000000`, row, 'me');
    }
  });
  const run = (together: number) => measure((leads) => Promise.resolve().then(() => insert(leads)), together);
  return { grouped: () => run(GROUP), single: () => run(1), close: () => database.close() };
}

async function compare(benches: Record<string, Bench>): Promise<Record<string, number>> {
  const taken = Object.fromEntries(Object.keys(benches).map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, bench] of Object.entries(benches)) taken[name]?.push(await bench());
  }
  const median = (values: number[]) =>
    values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
  return Object.fromEntries(Object.entries(taken).map(([name, values]) => [name, median(values)]));
}

function report(rates: Record<string, number>, ratios: [string, string][]): void {
  for (const [name, rate] of Object.entries(rates)) console.log(`${name.padEnd(28)} ${Math.round(rate)} leads/s`);
  for (const [one, other] of ratios) {
    console.log(`${one} / ${other}: ${((rates[one] ?? NaN) / (rates[other] ?? NaN)).toFixed(2)}`);
  }
}

const folder = makeFolder();
const product = await openProduct(folder);
const floor = openFloor(folder.dataFolder);
report(
  await compare({
    'SQLite, groups of 100': product.grouped,
    'SQLite, one by one': product.single,
    'floor, groups of 100': floor.grouped,
    'floor, one by one': floor.single,
  }),
  [
    ['SQLite, groups of 100', 'SQLite, one by one'],
    ['SQLite, groups of 100', 'floor, groups of 100'],
    ['SQLite, one by one', 'floor, one by one'],
  ],
);
await product.close();
floor.close();

if (process.argv.includes('--postgres')) {
  const server = await startPostgres({ durable: true });
  const postgres = await openProduct({ dataFolder: folder.dataFolder, databaseUrl: `${server.url}/postgres` });
  report(await compare({ 'PostgreSQL, groups of 100': postgres.grouped, 'PostgreSQL, one by one': postgres.single }), [
    ['PostgreSQL, groups of 100', 'PostgreSQL, one by one'],
  ]);
  await postgres.close();
  await server.stop();
}
folder.remove();
