import SqliteFile from 'better-sqlite3';
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApiClient } from '../../node/cli/api-client.ts';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { openCommandNode, runLeadmesh, type CommandNode, type RunningNode } from './leadmesh.ts';
import { followEvents } from './live.ts';

/** Two running nodes and the commands beside them: what an operator does from the first start on. */
let vendor: CommandNode;
let reseller: CommandNode;
let running: RunningNode;

beforeAll(async () => {
  vendor = openCommandNode('vendor', await findFreePort());
  reseller = openCommandNode('reseller', await findFreePort());
  [running] = await Promise.all([vendor.start(), reseller.start()]);
});
afterAll(async () => {
  await Promise.all([vendor[Symbol.asyncDispose](), reseller[Symbol.asyncDispose]()]);
});

interface Page {
  items: Record<string, unknown>[];
}
const lead = (city: string, country: string) =>
  JSON.stringify({ contact: { givenName: 'Ada', familyName: 'Lovelace', address: { city, country } } });
const rulesTo = (to: string) =>
  JSON.stringify([
    { name: 'All', condition: { all: [] }, action: { assign: { mode: 'direct', to: [to], offerMinutes: 60 } } },
  ]);
const post = (node: CommandNode, path: string, body: unknown) =>
  fetch(node.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Each command ends with 1 and its code, prints nothing else, and the list stays as it was. */
async function expectRefusals(
  node: CommandNode,
  list: readonly string[],
  refusals: readonly (readonly [code: string, args: readonly string[], input?: string])[],
): Promise<void> {
  const before = await node.ok(list);
  const ends = await Promise.all(refusals.map(([, args, input]) => node.run(args, input)));
  const seen = ends.map(({ status, out, err }) => [status, out, err.slice(0, err.indexOf(':'))]);
  expect(seen).toEqual(refusals.map(([code]) => [1, '', code]));
  expect(await node.ok(list)).toBe(before);
}

describe('the first start', () => {
  it('prints a link that signs the administrator in once', async () => {
    const token = /sign-in#token=([\w-]+)/.exec(running.output())?.[1];
    expect((await post(vendor, '/api/sign-in/link', { token })).status).toBe(200);
    expect((await post(vendor, '/api/sign-in/link', { token })).status).toBe(401);
  });

  it('leaves everything in the data folder to its owner alone', () => {
    const files = readdirSync(vendor.dataFolder, { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['leadmesh.db', 'keys/secret', 'keys/signing.pem']));
    for (const file of ['', ...files]) expect(statSync(join(vendor.dataFolder, file)).mode & 0o077).toBe(0);
  });

  it('is refused in one line where another node listens, and ends', async () => {
    const { status, err } = await vendor.run(['start']);
    expect([status, err]).toEqual([1, expect.stringMatching(/^cannot-listen: [^\n]+\n$/)]);
  });
});

describe('people', () => {
  it('get in by link, by password and by API token, until they are deactivated', async () => {
    const person = ['sam@vendor.example', 'Sam Okafor', '--role', 'manager'];
    const { id } = await vendor.json<{ id: string }>(['user', 'add', ...person]);
    expect(await vendor.ok(['user', 'list'])).toMatch(
      new RegExp(`^${id}  sam@vendor\\.example +Sam Okafor +manager`, 'm'),
    );

    const link = await vendor.ok(['user', 'link', 'sam@vendor.example']);
    const signedIn = await post(vendor, '/api/sign-in/link', { token: link.split('#token=')[1] });
    expect(await signedIn.json()).toMatchObject({ user: { id, name: 'Sam Okafor' } });

    await vendor.ok(['user', 'password', id], 'correct horse battery\n');
    const credentials = { email: 'sam@vendor.example', password: 'correct horse battery' };
    expect((await post(vendor, '/api/sign-in', credentials)).status).toBe(200);

    const token = await vendor.ok(['token', 'add', id, 'web shop', '--days', '2', '--role', 'representative']);
    const api = makeApiClient(vendor.url, token);
    expect(await api.get('/api/me')).toMatchObject({ user: { id, role: 'representative' } });
    expect(await api.get('/api/tokens')).toMatchObject({ items: [{ name: 'web shop' }] });

    expect(await vendor.ok(['user', 'deactivate', 'sam@vendor.example'])).toContain('active: no');
    await expect(api.get('/api/me')).rejects.toMatchObject({ code: 'token-refused' });
    expect(await vendor.run(['user', 'link', id])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^user-inactive: /),
    });
  });

  it('are refused without a change when something does not fit', async () => {
    const administrator = 'administrator@vendor.localhost';
    await expectRefusals(
      vendor,
      ['user', 'list'],
      [
        ['invalid', ['user', 'add', 'nowhere', 'N', '--role', 'manager']],
        ['invalid', ['user', 'add', 'n@vendor.example', 'N', '--role', 'chief']],
        ['not-found', ['user', 'add', 'n@vendor.example', 'N', '--role', 'auditor', '--manager', 'user_0']],
        ['invalid', ['user', 'password', administrator], 'short\n'],
        ['invalid', ['token', 'add', administrator, 'x', '--days', '400']],
        ['not-found', ['user', 'list', '--as', 'nobody@vendor.example']],
        ['last-administrator', ['user', 'deactivate', administrator]],
      ],
    );
  });
});

describe('partners', () => {
  const accept = async (host: CommandNode, guest: CommandNode, role: string) => {
    const { text, fingerprint } = await guest.json<{ text: string; fingerprint: string }>(['peer', 'invite']);
    const args = ['peer', 'accept', '-', '--role', role, '--allowed-address', '127.0.0.0/8'];
    const peer = await host.json<{ id: string; state: string }>(args, text);
    expect(peer.state).toBe('pending');
    return { id: peer.id, words: fingerprint.split(' ') };
  };

  it('are refused without an exception for a plain http address, and with other words', async () => {
    const text = await reseller.ok(['peer', 'invite']);
    expect((await vendor.run(['peer', 'accept', '-', '--role', 'secondary'], text)).err).toMatch(
      /^endpoint-insecure: /,
    );
    expect(await vendor.json(['peer', 'list'])).toEqual({ items: [] });
  });

  it('are introduced by invitation and ten words, suspended and resumed', async () => {
    const { id, words } = await accept(vendor, reseller, 'secondary');
    const wrong = await vendor.run(['peer', 'confirm', id, ...words.toReversed()]);
    expect([wrong.status, wrong.err]).toEqual([1, expect.stringMatching(/^fingerprint-differs: /)]);
    expect(await vendor.ok(['peer', 'confirm', id, ...words])).toContain('state: active');
    const primary = await accept(reseller, vendor, 'primary');
    await reseller.ok(['peer', 'confirm', primary.id, ...primary.words]);

    expect(await vendor.ok(['peer', 'suspend', id])).toContain('state: suspended');
    expect((await vendor.run(['peer', 'suspend', id])).err).toMatch(/^peer-not-active: /);
    expect(await vendor.ok(['peer', 'resume', id])).toContain('state: active');
    expect(await vendor.ok(['peer', 'show', id])).toMatch(/^securityEvents\[0\]\.code: fingerprint-differs$/m);
    expect(await vendor.ok(['peer', 'list'])).toMatch(/^reseller\.localhost +The reseller +secondary +active +good/m);
  });
});

describe('leads', () => {
  let events: Awaited<ReturnType<typeof followEvents>>;
  let token: string;
  const arrived = () => makeApiClient(reseller.url, token).get<Page>('/api/leads');

  beforeAll(async () => {
    token = await reseller.ok(['token', 'add', 'administrator@reseller.localhost', 'test']);
    events = await followEvents(reseller.url, token);
  });
  afterAll(() => events[Symbol.asyncDispose]());

  it('travel to the partner that the rules name, as soon as they are added', async () => {
    await reseller.ok(['user', 'add', 'rita@reseller.example', 'Rita Sommer', '--role', 'representative']);
    await reseller.ok(['box', 'rules', 'system', '-'], rulesTo('rita@reseller.example'));
    const rules = await vendor.ok(['box', 'rules', 'system', '-'], rulesTo('reseller.localhost'));
    expect(rules).toContain('Always offer the lead to The reseller for 1 hour.');
    expect(await vendor.ok(['box', 'rules', 'system'])).toBe(rules);

    const id = await vendor.ok(['lead', 'add', '-', '--key', 'first'], lead('Ulm', 'DE'));
    expect(await vendor.ok(['lead', 'add', '-', '--key', 'first'], lead('Ulm', 'DE'))).toBe(id);
    await events.until(arrived, ({ items }) => items.length === 1);

    expect(await vendor.ok(['lead', 'list', '--state', 'offered'])).toMatch(
      new RegExp(`^${id} +offered +Ada Lovelace +Ulm`, 'm'),
    );
    const shown = await vendor.ok(['lead', 'show', id]);
    expect(shown).toMatch(
      /document\.contact\.familyName: Lovelace[^]*\nOffers\n.*The reseller \(offered\)[^]*\nHistory\n/,
    );
    const sent = await vendor.json<Page>(['peer', 'messages', 'reseller.localhost']);
    expect(sent.items).toContainEqual(expect.objectContaining({ type: 'Offer', state: 'delivered' }));
    const [message] = sent.items;
    const again = await vendor.run(['peer', 'replay', 'reseller.localhost', String(message?.['id'])]);
    expect(again.err).toMatch(/^not-replayable: /);
  });

  it('change in somebody’s name', async () => {
    const id = await reseller.ok(['lead', 'add', '-', '--as', 'rita@reseller.example'], lead('Wien', 'AT'));
    const api = makeApiClient(reseller.url, await reseller.ok(['token', 'add', 'rita@reseller.example', 'test']));
    const inbox = () => api.get<Page>('/api/inbox?state=open');
    const { items } = await events.until(inbox, (page) => page.items.some((each) => each['leadId'] === id));
    const offer = items.find((each) => each['leadId'] === id);
    await api.send('POST', `/api/offers/${String(offer?.['recipientId'])}/accept`);

    const won = ['win', '--amount', '1250.00', '--currency', 'EUR', '--order-reference', 'A-1'];
    const shown = await reseller.ok(['lead', 'change', id, ...won, '--as', 'rita@reseller.example']);
    expect(shown).toMatch(/^state: won$[^]*^won\.amount\.amount: 1250\.00$/m);
    expect(await reseller.ok(['lead', 'show', id])).toMatch(/Rita Sommer$/m);
    expect((await reseller.run(['lead', 'change', id, 'contact'])).err).toMatch(/^illegal-change: /);
    expect((await reseller.run(['lead', 'reroute', id])).err).toMatch(/^illegal-change: /);
    expect((await reseller.run(['box', 'list', '--as', 'rita@reseller.example'])).err).toMatch(/^forbidden: /);
  });

  it('come from a list and from a mail', async () => {
    const file = join(reseller.folder, 'fair.csv');
    writeFileSync(
      file,
      'First name,Last name,Company,E-mail\nEva,Roth,Roth AG,eva@roth.example\nIan,Hill,,not an address\n',
    );
    const list = ['lead', 'import', file, '--provider', 'Trade fair'];
    expect(await reseller.ok([...list, '--preview'])).toMatch(/^rows: 2$[^]*E-mail +contact\.emails/m);
    const id = await reseller.ok(list);
    const counts = () => makeApiClient(reseller.url, token).get<Record<string, unknown>>(`/api/lists/${id}`);
    await events.until(counts, ({ state }) => state === 'done');
    expect(await reseller.ok(['lead', 'imports'])).toMatch(new RegExp(`^${id} +done +Trade fair +fair\\.csv +2 `, 'm'));
    expect((await reseller.run(list)).err).toContain('nothing is imported again');

    const mail = [
      ...['From: Tom Web <form@shop.example>', 'To: sales@reseller.example', 'Subject: Enquiry', 'MIME-Version: 1.0'],
      ...[
        'Content-Type: text/plain; charset=utf-8',
        '',
        'Name: Nora Lind',
        'E-mail: nora@lind.example',
        'Message: Call me',
      ],
    ].join('\r\n');
    const outcome = await reseller.json<{ leadIds: string[] }>(['lead', 'mail', '-', '--country', 'SE'], mail);
    expect(outcome.leadIds).toHaveLength(1);
    expect(await reseller.ok(['lead', 'list', '--q', 'lind'])).toContain(String(outcome.leadIds[0]));
  });

  it('are refused without a change when something does not fit', async () => {
    await expectRefusals(
      vendor,
      ['lead', 'list'],
      [
        ['malformed-json', ['lead', 'add', '-'], '{'],
        ['schema', ['lead', 'add', '-'], '{"contact":{"nickname":"A"}}'],
        ['file-unreadable', ['lead', 'add', '/nowhere/lead.json']],
        ['too-large', ['lead', 'add', '-'], `"${'x'.repeat(300_000)}"`],
        ['not-found', ['lead', 'show', 'lead_0']],
        ['unknown-box', ['box', 'rules', 'system', '-'], rulesTo('nobody.example')],
        ['empty-mail', ['lead', 'mail', '-']],
        ['not-found', ['jobs', 'retry', 'job_0']],
      ],
    );
  });
});

describe('keeping a node', () => {
  it('gives failed jobs another chance', async () => {
    const database = new SqliteFile(join(vendor.dataFolder, 'leadmesh.db'));
    const row = {
      id: 'job_test',
      kind: 'no-such-kind',
      payload: '{}',
      dueAt: 1,
      attempts: 10,
      failedAt: 2,
      createdAt: 1,
    };
    const names = Object.keys(row);
    const columns = names.map((name) => `"${name}"`).join(', ');
    database.prepare(`insert into job (${columns}) values (${names.map((name) => `@${name}`).join(', ')})`).run(row);
    expect(await vendor.ok(['jobs', 'failed'])).toMatch(/^job_test +no-such-kind +10 +1970-01-01T00:00:00\.002Z/m);
    await vendor.ok(['jobs', 'retry', 'job_test']);
    expect(await vendor.ok(['jobs', 'failed'])).toBe('None.');
    database.prepare('delete from job where id = ?').run('job_test');
    database.close();
  });

  it('backs up while the node runs; the copy with the keys is the node again', async () => {
    const file = join(vendor.folder, 'copy.db');
    expect(await vendor.ok(['backup', file])).toBe(file);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect((await vendor.run(['backup', file])).err).toMatch(/^backup-exists: /);
    expect((await vendor.run(['backup', '/nowhere/copy.db'])).status).toBe(1);

    const restored = join(vendor.folder, 'restored');
    mkdirSync(restored, { mode: 0o700 });
    cpSync(file, join(restored, 'leadmesh.db'));
    cpSync(join(vendor.dataFolder, 'keys'), join(restored, 'keys'), { recursive: true });
    const leads = await vendor.ok(['lead', 'list']);
    expect(leads).toContain('lead_');
    expect(await vendor.ok(['lead', 'list', '--data-folder', restored])).toBe(leads);
  });

  it('has nothing to migrate beside a node of the same version', async () => {
    expect(await vendor.json(['migrate'])).toEqual({ migrated: [] });
  });

  it('stops when asked, and leaves a data folder the commands still work on', async () => {
    const leads = await vendor.ok(['lead', 'list']);
    expect(await running.stop()).toBe(0);
    expect(await vendor.ok(['lead', 'list'])).toBe(leads);
  });
});

describe('a folder without a node', () => {
  it('is left alone by commands that only look', async () => {
    const env = { LEADMESH_DATA_FOLDER: join(vendor.folder, 'typo') };
    expect(await runLeadmesh(['lead', 'list'], env)).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^no-node-here: /),
    });
    expect(readdirSync(vendor.folder)).not.toContain('typo');
  });
});
