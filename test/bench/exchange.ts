// Leads from node to node in two processes: offer sealed, sent, stored, receipted, the receipt stored; durable on both
// sides, and offered on to a person there, who gets a mail. Beside it, over the same wire: bare HTTP with a commit on each
// side, and the same with xml-crypto.
// By hand: node test/bench/exchange.ts [--quick]
import SqliteFile from 'better-sqlite3';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';
import { findFreePort, untilReady } from '../../node/cli/demo/processes.ts';
import { addPerson } from '../../node/cli/demo/session.ts';
import { sqliteFile } from '../../node/kernel/database.ts';
import { exportSigningKey, seal } from '../../protocol/index.ts';
import { message, vendor as sender } from '../protocol/messages.ts';
import { makeRunFolder, startBenchNode, startMeasured, type BenchNode } from './bench-node.ts';
import { beginWindow } from './profile-window.ts';
import { median, quick, tell } from './rounds.ts';
import { introduce, offerAllTo } from './two-nodes.ts';
import { makeXmlCryptoSigner } from './xml-crypto-signer.ts';

/** What may wait for a partner before it is offered nothing more is 1,000. */
const LEADS = quick ? 200 : 900;
const ROUNDS = quick ? 1 : 4;
const IN_FLIGHT = 8;

const key = exportSigningKey(sender.key);
/** An Offer without its signature. */
const document = seal(message('Offer'), sender.key).xml.replace(/<ds:Signature.*<\/ds:Signature>/s, '');

interface Outbox {
  readonly waiting: number;
  readonly delivered: number;
  readonly seconds: number;
}

/** How many offers wait, and how long the answered ones of a round took from the first receipt to the last. */
function readOutbox({ dataFolder }: BenchNode, since: number): Outbox {
  const database = new SqliteFile(sqliteFile(dataFolder), { readonly: true, timeout: 5_000 });
  try {
    const sql = `select (select count(*) from outbox where state = 'waiting') as waiting, count(*) as delivered,
      (max(answeredAt) - min(answeredAt)) / 1000.0 as seconds from outbox where state = 'delivered' and answeredAt >= ?`;
    return database.prepare(sql).get(since) as Outbox;
  } finally {
    database.close();
  }
}

async function until(node: BenchNode, since: number, enough: (outbox: Outbox) => boolean): Promise<Outbox> {
  for (;;) {
    const outbox = readOutbox(node, since);
    if (enough(outbox)) return outbox;
    await setTimeout(100);
  }
}

/** From now on the partner counts as one that takes messages one by one, as if it had never announced batches. */
function forgetBatches({ dataFolder }: BenchNode): void {
  const database = new SqliteFile(sqliteFile(dataFolder), { timeout: 5_000 });
  database.exec(`update peerSpeech set capabilities = replace(capabilities, '"Batch"', '"Core"')`);
  database.close();
}

/** Lets offers gather while the partner is held still; when it goes on they go as fast as both can. */
interface Exchange {
  /** Names what is measured in a profile. */
  readonly what: string;
  readonly from: BenchNode;
  readonly to: BenchNode;
}

async function measureNodes(exchange: Exchange): Promise<number> {
  const lead = { contact: { givenName: 'Ada', familyName: 'Lovelace', emails: [{ value: 'ada@customer.example' }] } };
  const post = () => exchange.from.administrator.send('POST', '/api/leads', { lead });
  return measureHeld(exchange, () => inFifties(Array.from({ length: LEADS }), post));
}

const inFifties = async <T>(all: readonly T[], send: (one: T) => Promise<unknown>): Promise<void> => {
  for (let sent = 0; sent < all.length; sent += 50) await Promise.all(all.slice(sent, sent + 50).map(send));
};

async function measureHeld({ what, from, to }: Exchange, makeMessages: () => Promise<void>): Promise<number> {
  to.hold();
  await makeMessages();
  await until(from, 0, ({ waiting }) => waiting >= LEADS);
  const since = Date.now();
  const profiled = beginWindow();
  to.goOn();
  const { delivered, seconds } = await until(from, since, ({ waiting }) => waiting === 0);
  profiled.end(what);
  // What both do for the leads after the receipts belongs to this round, not to the next.
  await setTimeout(2_000);
  return (delivered - 1) / seconds;
}

interface Entry {
  readonly recipientId: string;
  readonly leadId: string;
}

/** The person takes so many leads as a round sends; answers them once the vendor has released all. */
async function takeLeads(person: ApiClient, vendor: BenchNode): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < LEADS) {
    const { items } = await person.get<{ items: Entry[] }>('/api/inbox?state=open&limit=100');
    for (const { recipientId } of items) await person.send('POST', `/api/offers/${recipientId}/accept`);
    taken.push(...items.map(({ leadId }) => leadId));
  }
  const released = `select count(*) from outbox where type = 'Release' and state = 'delivered'`;
  while (countIn(vendor, released) < taken.length) await setTimeout(100);
  return taken.slice(0, LEADS);
}

function countIn({ dataFolder }: BenchNode, sql: string): number {
  const database = new SqliteFile(sqliteFile(dataFolder), { readonly: true, timeout: 5_000 });
  const count = database.prepare(sql).pluck().get() as number;
  database.close();
  return count;
}

/** What the holder does with each lead, reported by a Status: a message with a small effect. */
async function measureStatus(person: ApiClient, exchange: Exchange, leads: string[], event: string) {
  const change = (leadId: string) => person.send('POST', `/api/leads/${leadId}/changes`, { event });
  return measureHeld(exchange, () => inFifties(leads, change));
}

/** The same number of documents, eight on their way at a time, a commit for each answer. */
async function measureNaive(folder: string, unsigned: boolean): Promise<number> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const name = `naive-${performance.now()}`;
  const env = {
    BENCH_PORT: String(port),
    BENCH_FILE: join(folder, `${name}.db`),
    BENCH_KEY: key,
    BENCH_UNSIGNED: unsigned ? '1' : '0',
  };
  const receiver = startMeasured({ name, script: 'test/bench/programs/naive-receiver.ts', folder, env });
  await untilReady(receiver, url);
  const database = new SqliteFile(join(folder, `${name}-sender.db`));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('create table answer (id integer primary key, text text)');
  const insert = database.prepare('insert into answer (text) values (?)');
  const signer = makeXmlCryptoSigner(key);
  const agent = new Agent({ connections: IN_FLIGHT });
  let left = unsigned ? LEADS * 4 : LEADS;
  const count = left;
  const from = performance.now();
  const sendOn = async () => {
    while (left-- > 0) {
      const body = unsigned ? document : signer.sign(document);
      const answer = await (await request(url, { method: 'POST', body, dispatcher: agent })).body.text();
      if (!unsigned && !signer.check(answer)) throw new Error('A signature is wrong.');
      insert.run(answer);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOn));
  const rate = (count * 1_000) / (performance.now() - from);
  await agent.close();
  database.close();
  await receiver.stop();
  return rate;
}

const folder = makeRunFolder();
const [vendor, reseller] = [await startBenchNode(folder, 'vendor'), await startBenchNode(folder, 'reseller')];
await introduce(vendor, reseller);
await offerAllTo(vendor, ({ kind }) => kind === 'partner');
// Without anybody to offer them to, the partner would decline them all, and the way back would be measured too.
const rep = { name: 'Rep', email: 'rep@reseller.example', role: 'representative' } as const;
const { id, token } = await addPerson(reseller.administrator, reseller.url, rep);
await offerAllTo(reseller, ({ userId }) => userId === id);

const taken = { batched: [] as number[], single: [] as number[], unsigned: [] as number[], naive: [] as number[] };
// Processes that just started are slower: that round does not count.
const forth = { from: vendor, to: reseller };
await measureNodes({ what: 'start', ...forth });
for (let round = 0; round < ROUNDS; round++)
  taken.batched.push(await measureNodes({ what: 'offers-batched', ...forth }));
forgetBatches(vendor);
for (let round = 0; round < ROUNDS; round++) {
  taken.single.push(await measureNodes({ what: 'offers-single', ...forth }));
  taken.unsigned.push(await measureNaive(folder, true));
  taken.naive.push(await measureNaive(folder, false));
}
const person = makeApiClient(reseller.url, token);
const leads = await takeLeads(person, vendor);
const back = { from: reseller, to: vendor };
const reports = await measureStatus(person, { what: 'reports-batched', ...back }, leads, 'contact');
forgetBatches(reseller);
const singleReports = await measureStatus(person, { what: 'reports-single', ...back }, leads, 'work');
await Promise.all([vendor.stop(), reseller.stop()]);
const [batched, single] = [median(taken.batched), median(taken.single)];
const [unsigned, naive] = [median(taken.unsigned), median(taken.naive)];
tell('offers from node to node, in batches', batched, 'leads/s');
tell('offers from node to node, one a request', single, 'leads/s');
tell('reports of status back, in batches', reports, 'messages/s');
tell('reports of status back, one a request', singleReports, 'messages/s');
tell('bare HTTP with a commit a message on each side', unsigned, 'messages/s');
tell('the same with xml-crypto signing and verifying', naive, 'messages/s');
tell('in batches / bare', batched / unsigned);
tell('one a request / bare', single / unsigned);
tell('in batches / xml-crypto (target 28)', batched / naive);
tell('one a request / xml-crypto (target 12)', single / naive);
tell('reports in batches / xml-crypto (target 28)', reports / naive);
tell('reports one a request / xml-crypto (target 12)', singleReports / naive);
