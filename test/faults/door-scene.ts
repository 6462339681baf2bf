import SqliteFile from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { sqliteFile } from '../../node/kernel/database.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { canaryLead } from './canaries.ts';
import { makeForeignPeer } from '../support/foreign-peer.ts';
import { startNetwork, type TestNode, type TestUser } from '../support/network.ts';

/** A node in the middle of its work, with one lead in every situation that bad input could spoil. */
export async function openScene() {
  const network = await startNetwork({ nodes: ['vendor', 'reseller'] });
  const node = network.node('vendor');
  await network.introduce('vendor', 'reseller');
  const [ann, ben, auditor] = [
    await node.addUser('Ann'),
    await node.addUser('Ben'),
    await node.addUser('Aud', 'auditor'),
  ];
  await network.settle();
  const rules = await offerToAll(node, [ann, ben]);
  await node.administrator.api.send('PUT', '/api/forms/contact', { definition: contactForm });
  const enter = async (number: number) => {
    const lead = canaryLead(number, 'race');
    const { id } = await node.administrator.api.send<{ id: string }>('POST', '/api/leads', { lead });
    await network.settle();
    return { id, ann: await recipientOf(ann, id), ben: await recipientOf(ben, id) };
  };
  const expired = await enter(1);
  await network.advance('2h');
  const taken = await enter(2);
  await ann.api.send('POST', `/api/offers/${taken.ann}/accept`);
  await network.settle();
  const open = await enter(3);
  const rogue = makeForeignPeer('rogue.localhost', network.clock.now);
  await rogue.introduceTo(node);
  return {
    node,
    rogue,
    rules,
    clock: network.clock,
    tokens: {
      administrator: await tokenOf(node, node.administrator),
      ann: await tokenOf(node, ann),
      ben: await tokenOf(node, ben),
      auditor: await tokenOf(node, auditor),
    },
    leads: { expired, taken, open },
    /** A digest of every table that bad input must leave as it is. */
    books: () => digestTables(node.ctx.config.dataFolder),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
export type Scene = Awaited<ReturnType<typeof openScene>>;

const contactForm = { title: 'Contact', fields: [{ name: 'mail', label: 'E-mail', field: 'contact.emails' }] };

const tokenOf = async (node: TestNode, { id: userId }: TestUser) =>
  (await createApiToken(node.ctx, { userId, name: 'bad input' })).token;

interface Box {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly userId?: string;
}

async function offerToAll({ administrator }: TestNode, people: readonly TestUser[]) {
  const { items } = await administrator.api.get<{ items: Box[] }>('/api/boxes');
  const root = items.find(({ kind }) => kind === 'system');
  const to = items.filter(({ kind, userId }) => kind === 'partner' || people.some(({ id }) => id === userId));
  const assign = { mode: 'grab', to: to.map(({ id }) => id), offerMinutes: 60 };
  const path = `/api/boxes/${root?.id ?? ''}/rules`;
  const all = { name: 'All', condition: { all: [] }, action: { assign } };
  await administrator.api.send('PUT', path, { version: root?.version, rules: [all] });
  return { path, all, staleVersion: root?.version ?? 0, version: (root?.version ?? 0) + 1 };
}

async function recipientOf({ api }: TestUser, leadId: string): Promise<string> {
  const { items } = await api.get<{ items: { leadId: string; recipientId: string }[] }>('/api/inbox');
  return items.find((entry) => entry.leadId === leadId)?.recipientId ?? '';
}

/** Notes of who tried what: refusals, times of last use, what pages are told, how much a partner sent and what it speaks. */
const logs: ReadonlySet<string> = new Set([
  'inbox',
  'securityEvent',
  'peerHealth',
  'peerQuota',
  'peerSpeech',
  'apiToken',
  'liveEvent',
]);
/** A lead's story tells who came too late. */
const rowsOf = (table: string) => (table === 'leadHistory' ? `leadHistory where kind <> 'late'` : `"${table}"`);
/** What the ledger tells, but for refusals; whether it is numbered and signed already makes no difference. */
const ledger = `select text from (select text from "ledgerLeaf" union select text from "ledgerPending")
                where text not like '%\nkind: problem-given\n%' and text not like '%\nkind: refusals-counted\n%' order by text`;

function digestTables(dataFolder: string): Record<string, string> {
  const database = new SqliteFile(sqliteFile(dataFolder), { readonly: true });
  try {
    const tables = database.prepare(`select name from sqlite_master where type = 'table'`).all() as { name: string }[];
    const kept = tables.filter(({ name }) => !logs.has(name) && !name.startsWith('ledger'));
    const read = (sql: string) => digest(database.prepare(sql).all());
    const books = kept.map(({ name }): [string, string] => [name, read(`select * from ${rowsOf(name)}`)]);
    return Object.fromEntries([...books, ['ledger', read(ledger)]]);
  } finally {
    database.close();
  }
}

const digest = (rows: unknown[]) =>
  `${rows.length} rows, ${createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 12)}`;
