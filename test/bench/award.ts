// From the offer to the award across two processes: a lead comes in, is offered to a partner, a person there accepts at once,
// the partner is first and gets the award. By hand: node test/bench/award.ts [--quick]
import SqliteFile from 'better-sqlite3';
import { setTimeout } from 'node:timers/promises';
import { makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';
import { addPerson } from '../../node/cli/demo/session.ts';
import { sqliteFile } from '../../node/kernel/database.ts';
import { makeRunFolder, startBenchNode, type BenchNode } from './bench-node.ts';
import { quick, tell } from './rounds.ts';
import { introduce, offerAllTo } from './two-nodes.ts';

const LEADS = quick ? 20 : 300;
/** Leads a second: far below what both can do, so that nothing queues. */
const PACE = 10;

interface Way {
  readonly offered: number;
  readonly claimed: number;
  readonly awarded: number;
}

/** Milliseconds from the sealing of each Offer to its receipt, to the Accept that came back, and to the receipt of the Award. */
function readWays({ dataFolder }: BenchNode): Way[] {
  const database = new SqliteFile(sqliteFile(dataFolder), { readonly: true });
  const sql = `select offer.answeredAt - offer.createdAt as offered, accept.receivedAt - offer.createdAt as claimed,
      award.answeredAt - offer.createdAt as awarded
    from outbox offer
    join outbox award on award.peerId = offer.peerId and award.conversationId = offer.conversationId and award.type = 'Award'
    join inbox accept on accept.peerId = offer.peerId and accept.conversationId = offer.conversationId and accept.type = 'Accept'
    where offer.type = 'Offer' and award.state = 'delivered'`;
  const ways = database.prepare<[], Way>(sql).all();
  database.close();
  return ways;
}

/** A person who takes whatever is offered, as fast as the API answers. */
async function acceptAll(person: ApiClient, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const { items } = await person.get<{ items: { recipientId: string }[] }>('/api/inbox?state=open');
    await Promise.all(items.map(({ recipientId }) => person.send('POST', `/api/offers/${recipientId}/accept`)));
    if (items.length === 0) await setTimeout(5);
  }
}

const folder = makeRunFolder();
const [vendor, reseller] = [await startBenchNode(folder, 'vendor'), await startBenchNode(folder, 'reseller')];
await introduce(vendor, reseller);
await offerAllTo(vendor, ({ kind }) => kind === 'partner');
const rep = { name: 'Rep', email: 'rep@reseller.example', role: 'representative' } as const;
const { id, token } = await addPerson(reseller.administrator, reseller.url, rep);
await offerAllTo(reseller, ({ userId }) => userId === id);

const ending = new AbortController();
const accepting = acceptAll(makeApiClient(reseller.url, token), ending.signal);
const lead = { contact: { givenName: 'Ada', familyName: 'Lovelace', emails: [{ value: 'ada@customer.example' }] } };
for (let at = 0; at < LEADS; at++) {
  const next = setTimeout(1_000 / PACE);
  await vendor.administrator.send('POST', '/api/leads', { lead });
  await next;
}
while (readWays(vendor).length < LEADS) await setTimeout(100);
ending.abort();
await accepting;
await Promise.all([vendor.stop(), reseller.stop()]);

const ways = readWays(vendor);
const quantile = (of: keyof Way, share: number) => {
  const sorted = ways.map((way) => way[of]).toSorted((one, other) => one - other);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN;
};
tell(`leads, ${PACE} a second`, ways.length);
for (const [name, of] of [
  ['receipt of the offer', 'offered'],
  ['claim', 'claimed'],
  ['receipt of the award', 'awarded'],
] as const)
  // prettier-ignore
  for (const share of [0.5, 0.99]) tell(`offer to ${name}, p${share * 100}`, quantile(of, share), 'ms');
