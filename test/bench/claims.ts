// Eight processes on one SQLite file race for the same offers: every offer has exactly one winner, and how fast that is decided
// beside bare conditional updates with a commit each. By hand: node test/bench/claims.ts [--quick]
import SqliteFile from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemBoxId } from '../../node/routing/store/boxes.ts';
import type { Race } from '../routing/programs/racer.ts';
import { makeWorld } from '../routing/world.ts';
import { makeFakeClock } from '../support/clock.ts';
import { makeFolder, openStore, type Place } from '../support/store.ts';
import { quick, tell } from './rounds.ts';

const OFFERS = quick ? 100 : 1_000;
const CLAIMERS = 8;

/** Offers up for grabs among all claimers; answers each claimer's candidates, in an order of his own. */
async function openGrabs(place: Place, now: number): Promise<string[][]> {
  const clock = makeFakeClock(now);
  const { ctx, close } = await openStore(place, { clock });
  const world = makeWorld(ctx, clock);
  const users = [];
  for (let at = 0; at < CLAIMERS; at++) users.push(await world.user(`Rep${at}`));
  await world.rules(systemBoxId, { mode: 'grab', to: users.map(({ boxId }) => boxId) });
  const leads = [];
  for (let count = 0; count < OFFERS; count += 100) {
    leads.push(...(await Promise.all(Array.from({ length: 100 }, () => world.receive()))));
    await world.settle();
  }
  const mine = users.map((): string[] => []);
  for (const lead of leads)
    for (const { id, userId } of (await world.offer(lead)).recipients)
      mine[users.findIndex((user) => user.id === userId)]?.push(id);
  await close();
  return mine.map((ids) => ids.map((id) => [Math.random(), id] as const).sort(([a], [b]) => a - b).map(([, id]) => id)); // prettier-ignore
}

/** All start at one word; answers how often each outcome came, and the milliseconds until the last was done. */
async function race(races: readonly Race[]): Promise<{ outcomes: string[]; milliseconds: number }> {
  const script = join(import.meta.dirname, '../routing/programs/racer.ts');
  const racers = races.map((one) => {
    const child = spawn(process.execPath, [script, JSON.stringify(one)], { stdio: ['pipe', 'pipe', 'inherit'] });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  for (const { lines } of racers) await lines.next();
  const from = performance.now();
  for (const { child } of racers) child.stdin.write('go\n');
  const outcomes: string[] = [];
  for (const { lines } of racers) {
    const { claim } = JSON.parse(String((await lines.next()).value)) as { claim: string[] };
    outcomes.push(...claim);
  }
  return { outcomes, milliseconds: performance.now() - from };
}

/** One process, one commit for each update that succeeds at most once: what the disk and SQLite cost at least. */
function measureBare(folder: string): number {
  const database = new SqliteFile(join(folder, 'bare.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('create table grab (id integer primary key, winner text)');
  const insert = database.prepare('insert into grab (id) values (?)');
  database.transaction(() => {
    for (let id = 0; id < OFFERS; id++) insert.run(id);
  })();
  const claim = database.prepare('update grab set winner = ? where id = ? and winner is null');
  const from = performance.now();
  for (let id = 0; id < OFFERS; id++) for (let at = 0; at < CLAIMERS; at++) claim.run(String(at), id);
  const rate = (OFFERS * CLAIMERS * 1_000) / (performance.now() - from);
  database.close();
  return rate;
}

const folder = makeFolder();
try {
  const now = Date.UTC(2026, 4, 4, 9);
  const mine = await openGrabs(folder, now);
  const { outcomes, milliseconds } = await race(mine.map((claim) => ({ place: { ...folder }, now, claim })));
  const won = outcomes.filter((outcome) => outcome === 'won').length;
  const rate = (outcomes.length * 1_000) / milliseconds;
  const bare = measureBare(folder.dataFolder);
  tell(`offers, each claimed by ${CLAIMERS} processes at once`, OFFERS);
  tell('awards', won);
  tell('claims decided', rate, 'claims/s');
  tell('bare conditional updates, a commit for each winner', bare, 'updates/s');
  tell('claims / bare', rate / bare);
  if (won !== OFFERS || outcomes.length !== OFFERS * CLAIMERS) throw new Error(`${won} awards for ${OFFERS} offers.`);
} finally {
  folder.remove();
}
