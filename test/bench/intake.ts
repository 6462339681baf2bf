// Durable lead intake over HTTP (POST /api/leads, 64 connections) beside a server that only parses the JSON, and beside
// better-sqlite3 alone inserting the same rows in as many commits. By hand: node test/bench/intake.ts [--quick]
import autocannon from 'autocannon';
import { join } from 'node:path';
import { findFreePort, untilReady } from '../../node/cli/demo/processes.ts';
import { sqliteFile } from '../../node/kernel/database.ts';
import { makeRunFolder, startBenchNode, startMeasured } from './bench-node.ts';
import { median, quick, takeTurns, tell } from './rounds.ts';
import { collectRows, countFsyncs, insertRows } from './same-rows.ts';

const CONNECTIONS = 64;
const SECONDS = quick ? 2 : 6;

/** 14 fields, 0.8 KB of JSON; the address is another one each time. */
const lead = {
  contact: {
    givenName: 'Ada',
    familyName: 'Lovelace',
    jobTitle: 'Head of purchasing',
    emails: [{ kind: 'work', value: '[<id>]@customer.example' }],
    phones: [{ kind: 'work', value: '+49 731 5550123' }],
    address: { streets: ['Hauptstrasse 12'], city: 'Ulm', region: 'BW', postalCode: '89073', country: 'DE' },
  },
  account: { name: 'Lovelace Maschinenbau GmbH', industry: 'Engineering', employees: '51-200' },
  interest: {
    products: [{ name: 'Pump P-200', quantity: '3' }],
    opportunitySize: { amount: '12500.00', currency: 'EUR' },
    timeframe: '3 months',
    comments: 'We replace two pumps in our plant and need an offer with delivery in spring. '.repeat(3),
  },
  source: { kind: 'api', name: 'Web shop', campaign: 'Spring' },
};

interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function load(url: string, token: string): Promise<Load> {
  const result = await autocannon({
    url: `${url}/api/leads`,
    method: 'POST',
    connections: CONNECTIONS,
    duration: SECONDS,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ lead }),
    idReplacement: true,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refusals and ${result.errors} errors at ${url}`);
  return { perSecond: result['2xx'] / result.duration, p50: result.latency.p50, p99: result.latency.p99 };
}

const folder = makeRunFolder();
const port = await findFreePort();
const bareUrl = `http://127.0.0.1:${port}`;
const env = { BENCH_PORT: String(port) };
const bare = startMeasured({ name: 'parse-only', script: 'test/bench/programs/parse-only.ts', folder, env });
await untilReady(bare, bareUrl);
const node = await startBenchNode(folder, 'intake');
await load(bareUrl, '');
await load(node.url, node.token);

const loads: Load[] = [];
const groups: number[] = [];
const rates = await takeTurns({
  bare: async () => (await load(bareUrl, '')).perSecond,
  fsyncs: () => Promise.resolve(countFsyncs(join(folder, 'tiny.db'), 1_000)),
  async node() {
    const before = node.commits();
    const measured = await load(node.url, node.token);
    loads.push(measured);
    groups.push((measured.perSecond * SECONDS) / (node.commits() - before));
    return measured.perSecond;
  },
});
await node.stop();
await bare.stop();
const rows = collectRows(sqliteFile(node.dataFolder), quick ? 4_000 : 20_000);
const perCommit = Math.max(1, Math.round(median(groups)));
const again = await takeTurns({
  raw: () => Promise.resolve(insertRows(join(folder, `raw-${performance.now()}.db`), rows, perCommit)),
});

const [p50, p99] = [median(loads.map((one) => one.p50)), median(loads.map((one) => one.p99))];
const rowsPerLead = rows.tables.reduce((sum, table) => sum + table.rows.length, 0) / rows.leads;
tell(`durable intake, ${CONNECTIONS} connections`, rates.node, 'leads/s');
tell('  p50 / p99', `${p50} / ${p99}`, 'ms');
tell('  leads a commit (an fsync each)', median(groups));
tell('  rows a lead', rowsPerLead);
tell('server that only parses the JSON', rates.bare, 'requests/s');
tell(`better-sqlite3 alone, same rows, ${perCommit} leads a commit`, again.raw, 'leads/s');
tell('commits of one small row', rates.fsyncs, 'a second');
tell('intake / parsing only (target 0.45)', rates.node / rates.bare);
tell('intake / better-sqlite3 alone', rates.node / again.raw);
tell('leads for each fsync the disk can do (target 5)', rates.node / rates.fsyncs);
tell('p99 / p50 (target 4)', p99 / p50);
