import SqliteFile from 'better-sqlite3';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { until } from '../support/until.ts';
import { openCommandNode, runLeadmesh, type CommandNode, type RunningNode } from './leadmesh.ts';
import { followEvents, type Live } from './live.ts';

// Each command is a process that loads a whole node.
vi.setConfig({ testTimeout: 240_000 });

/** Two running nodes and the commands beside them: what an operator does from the first start on. */
let vendor: CommandNode;
let reseller: CommandNode;
let running: RunningNode;
/** In the name of their administrators. */
let vendorApi: ApiClient;
let resellerApi: ApiClient;
/** Of the reseller's node. */
let events: Live;

const tokenOf = (node: CommandNode, user: string) => node.ok(['token', 'add', user, 'test']);

beforeAll(async () => {
  vendor = openCommandNode('vendor', await findFreePort());
  reseller = openCommandNode('reseller', await findFreePort());
  [running] = await Promise.all([vendor.start(), reseller.start()]);
  const [first, second] = await Promise.all([
    tokenOf(vendor, 'administrator@vendor.localhost'),
    tokenOf(reseller, 'administrator@reseller.localhost'),
  ]);
  vendorApi = makeApiClient(vendor.url, first);
  resellerApi = makeApiClient(reseller.url, second);
  events = await followEvents(reseller.url, second);
});
afterAll(async () => {
  await events[Symbol.asyncDispose]();
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

/** Each command ends with 1 and its code and prints nothing else; what is at `path` of the API stays as it was. */
async function expectRefusals(
  path: string,
  refusals: readonly (readonly [code: string, args: readonly string[], input?: string])[],
): Promise<void> {
  const before = await vendorApi.get(path);
  const ends = await Promise.all(refusals.map(([, args, input]) => vendor.run(args, input)));
  const seen = ends.map(({ status, out, err }) => [status, out, err.slice(0, err.indexOf(':'))]);
  expect(seen).toEqual(refusals.map(([code]) => [1, '', code]));
  expect(await vendorApi.get(path)).toEqual(before);
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
    const row = new RegExp(`^${id}  sam@vendor\\.example +Sam Okafor +manager`, 'm');
    expect(await vendor.ok(['user', 'list'])).toMatch(row);

    const link = await vendor.ok(['user', 'link', 'sam@vendor.example']);
    const signedIn = await post(vendor, '/api/sign-in/link', { token: link.split('#token=')[1] });
    expect(await signedIn.json()).toMatchObject({ user: { id, name: 'Sam Okafor' } });

    await vendor.ok(['user', 'password', id], 'correct horse battery\n');
    const credentials = { email: 'sam@vendor.example', password: 'correct horse battery' };
    expect((await post(vendor, '/api/sign-in', credentials)).status).toBe(200);

    const token = await vendor.ok(['token', 'add', id, 'web shop', '--days', '2', '--role', 'representative']);
    const own = makeApiClient(vendor.url, token);
    expect(await own.get('/api/me')).toMatchObject({ user: { id, role: 'representative' } });
    expect(await own.get('/api/tokens')).toMatchObject({ items: [{ name: 'web shop' }] });

    expect(await vendor.ok(['user', 'deactivate', 'sam@vendor.example'])).toContain('active: no');
    await expect(own.get('/api/me')).rejects.toMatchObject({ code: 'token-refused' });
  });

  it('are refused without a change when something does not fit', async () => {
    const administrator = 'administrator@vendor.localhost';
    await expectRefusals('/api/users', [
      ['invalid', ['user', 'add', 'nowhere', 'N', '--role', 'manager']],
      ['not-found', ['user', 'add', 'n@vendor.example', 'N', '--role', 'auditor', '--manager', 'user_0']],
      ['invalid', ['user', 'password', administrator], 'short\n'],
      ['invalid', ['token', 'add', administrator, 'x', '--days', '400']],
      ['not-found', ['user', 'list', '--as', 'nobody@vendor.example']],
      ['user-inactive', ['user', 'link', 'sam@vendor.example']],
      ['last-administrator', ['user', 'deactivate', administrator]],
    ]);
  });
});

describe('partners', () => {
  it('are introduced by invitation and ten words, suspended and resumed', async () => {
    const { text, fingerprint } = await reseller.json<{ text: string; fingerprint: string }>(['peer', 'invite']);
    const words = fingerprint.split(' ');
    const take = ['peer', 'accept', '-', '--role', 'secondary'];
    expect((await vendor.run(take, text)).err).toMatch(/^endpoint-insecure: /);
    const accepted = await vendor.json([...take, '--allowed-address', '127.0.0.0/8'], text);
    expect(accepted).toMatchObject({ id: 'reseller.localhost', state: 'pending', fingerprint });
    const wrong = await vendor.run(['peer', 'confirm', 'reseller.localhost', ...words.toReversed()]);
    expect([wrong.status, wrong.err]).toEqual([1, expect.stringMatching(/^fingerprint-differs: /)]);
    expect(await vendor.ok(['peer', 'confirm', 'reseller.localhost', ...words])).toContain('state: active');

    const file = join(reseller.folder, 'invitation.json');
    writeFileSync(file, await vendor.ok(['peer', 'invite']));
    const primary = ['peer', 'accept', file, '--role', 'primary', '--allowed-address', '127.0.0.0/8'];
    const seen = /^fingerprint: (.+)$/m.exec(await reseller.ok(primary))?.[1] ?? '';
    await reseller.ok(['peer', 'confirm', 'vendor.localhost', ...seen.split(' ')]);

    expect(await vendor.ok(['peer', 'suspend', 'reseller.localhost'])).toContain('state: suspended');
    expect(await vendor.ok(['peer', 'resume', 'reseller.localhost'])).toContain('state: active');
    const shown = await vendor.ok(['peer', 'show', 'reseller.localhost']);
    expect(shown).toMatch(/^securityEvents\[0\]\.code: fingerprint-differs$/m);
    const row = /^reseller\.localhost +The reseller +secondary +active +good/m;
    expect(await vendor.ok(['peer', 'list'])).toMatch(row);
  });

  it('agree by the commands of the guide', async () => {
    const guide = readFileSync(new URL('../../docs/agreements.md', import.meta.url), 'utf8');
    const [terms = '', proposing = '', answering = ''] = [...guide.matchAll(/^```(?:json|sh)\n([^]*?)\n```$/gm)].map(([, block]) => block); // prettier-ignore
    const file = join(vendor.folder, 'terms.json');
    writeFileSync(file, terms);
    const known = new Map([['terms.json', file], ['reseller.example', 'reseller.localhost'], ['vendor.example', 'vendor.localhost']]); // prettier-ignore
    const follow = async (node: CommandNode, block: string) => {
      const answers: string[] = [];
      for (const [, line = ''] of block.matchAll(/^leadmesh (.*)$/gm)) {
        const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare);
        answers.push(await node.ok(words.map((word) => known.get(word) ?? word)));
      }
      return answers;
    };
    const [proposed = '', required = ''] = await follow(vendor, proposing);
    expect(proposed).toMatch(/^state: proposed$[^]*^text: As we said on the telephone$/m);
    expect(required).toMatch(/^requireAgreement: yes$/m);
    const own = /^id: (\S+)$/m.exec(proposed)?.[1] ?? '';
    const refused = await vendor.run(['agreement', 'accept', 'reseller.localhost', own]);
    expect([refused.status, refused.err]).toEqual([1, expect.stringMatching(/^agreement-not-open: /)]);

    const versions = () => reseller.json<Page>(['agreement', 'list', 'vendor.localhost']);
    await until(async () => (await versions()).items.length === 1);
    known.set('agreement_01J8ZQ4X7M3N5P6R7S8T9V0W1X', String((await versions()).items[0]?.['id']));
    const [list, accepted, shown, ended] = await follow(reseller, answering);
    expect(list).toMatch(/proposed +them/);
    expect(accepted).toMatch(/^state: active$/m);
    expect(shown).toMatch(/^terms\.purposes: selling what the customer asked for$[^]*^documents\[1\]\.step: accept$/m);
    expect(ended).toMatch(/^state: ended$/m);
    await until(async () =>
      (await vendor.ok(['agreement', 'show', 'reseller.localhost', own])).includes('state: ended'),
    );
    await vendor.ok(['peer', 'set', 'reseller.localhost', '--require-agreement', 'no']);

    // After an end nothing is offered without a new one; what follows is about leads, which it limits in nothing.
    const feedback = { assignedTo: true, amount: 'exact', reason: true, note: true, update: true };
    const unlimited = { validFrom: new Date().toISOString(), fieldTerms: [], feedback, caps: undefined };
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(terms) as object), ...unlimited }));
    await vendor.ok(['agreement', 'propose', 'reseller.localhost', file]);
    await until(async () => (await versions()).items.length === 2);
    await reseller.ok(['agreement', 'accept', 'vendor.localhost', String((await versions()).items[0]?.['id'])]);
    await until(async () => (await vendor.ok(['agreement', 'list', 'reseller.localhost'])).includes('active'));
  });
});

describe('leads', () => {
  it('travel to the partner that the rules name, as soon as they are added', async () => {
    await reseller.ok(['user', 'add', 'rita@reseller.example', 'Rita Sommer', '--role', 'representative']);
    // Her box is there at once.
    await reseller.ok(['box', 'rules', 'system', '-'], rulesTo('rita@reseller.example'));
    const rules = await vendor.ok(['box', 'rules', 'system', '-'], rulesTo('reseller.localhost'));
    expect(rules).toContain('Always offer the lead to The reseller for 1 hour.');
    expect(await vendor.ok(['box', 'rules', 'system'])).toBe(rules);

    const id = await vendor.ok(['lead', 'add', '-', '--key', 'first'], lead('Ulm', 'DE'));
    expect(await vendor.ok(['lead', 'add', '-', '--key', 'first'], lead('Ulm', 'DE'))).toBe(id);
    const arrived = () => resellerApi.get<Page>('/api/leads');
    await events.until(arrived, ({ items }) => items.length === 1);

    const row = new RegExp(`^${id} +offered +Ada Lovelace +Ulm`, 'm');
    expect(await vendor.ok(['lead', 'list', '--state', 'offered'])).toMatch(row);
    const story = /familyName: Lovelace[^]*\nOffers\n[^]*The reseller \(offered\)[^]*\nHistory\n[^]*Lead came in/;
    expect(await vendor.ok(['lead', 'show', id])).toMatch(story);
    const { items } = await vendor.json<Page>(['peer', 'messages', 'reseller.localhost']);
    expect(items).toContainEqual(expect.objectContaining({ type: 'Offer', state: 'delivered' }));
    const again = await vendor.run(['peer', 'replay', 'reseller.localhost', String(items[0]?.['id'])]);
    expect(again.err).toMatch(/^not-replayable: /);
  });

  it('change in somebody’s name', async () => {
    const rita = makeApiClient(reseller.url, await tokenOf(reseller, 'rita@reseller.example'));
    const id = await reseller.ok(['lead', 'add', '-', '--as', 'rita@reseller.example'], lead('Wien', 'AT'));
    const inbox = () => rita.get<Page>('/api/inbox?state=open');
    const { items } = await events.until(inbox, (page) => page.items.some((each) => each['leadId'] === id));
    const offer = items.find((each) => each['leadId'] === id);
    await rita.send('POST', `/api/offers/${String(offer?.['recipientId'])}/accept`);

    const won = ['win', '--amount', '1250.00', '--currency', 'EUR', '--order-reference', 'A-1'];
    const shown = await reseller.ok(['lead', 'change', id, ...won, '--as', 'rita@reseller.example']);
    expect(shown).toMatch(/^state: won$[^]*^won\.amount\.amount: 1250\.00$/m);
    expect(await reseller.ok(['lead', 'show', id])).toMatch(/^2\S+Z +Rita Sommer won it: 1250\.00 EUR/m);
    const [early, again, foreign] = await Promise.all([
      reseller.run(['lead', 'change', id, 'contact']),
      reseller.run(['lead', 'reroute', id]),
      reseller.run(['box', 'list', '--as', 'rita@reseller.example']),
    ]);
    for (const { err } of [early, again]) expect(err).toMatch(/^illegal-change: /);
    expect(foreign.err).toMatch(/^forbidden: /);
  });

  it('come from a list and from a mail', async () => {
    const file = join(reseller.folder, 'fair.csv');
    const rows = [
      'First name,Last name,Company,E-mail',
      'Eva,Roth,Roth AG,eva@roth.example',
      'Ian,Hill,,not an address',
    ];
    writeFileSync(file, rows.join('\n'));
    const list = ['lead', 'import', file, '--provider', 'Trade fair'];
    expect(await reseller.ok([...list, '--preview'])).toMatch(/^rows: 2$[^]*E-mail +contact\.emails/m);
    const id = await reseller.ok(list);
    const counts = () => resellerApi.get<Record<string, unknown>>(`/api/lists/${id}`);
    await events.until(counts, ({ state }) => state === 'done');
    const row = new RegExp(`^${id} +done +Trade fair +fair\\.csv +2 `, 'm');
    expect(await reseller.ok(['lead', 'imports'])).toMatch(row);
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
    await expectRefusals('/api/leads', [
      ['malformed-json', ['lead', 'add', '-'], '{'],
      ['schema', ['lead', 'add', '-'], '{"contact":{"nickname":"A"}}'],
      ['file-unreadable', ['lead', 'add', '/nowhere/lead.json']],
      ['too-large', ['lead', 'add', '-'], `"${'x'.repeat(300_000)}"`],
      ['not-found', ['lead', 'show', 'lead_0']],
      ['unknown-box', ['box', 'rules', 'system', '-'], rulesTo('nobody.example')],
      ['empty-mail', ['lead', 'mail', '-']],
      ['not-found', ['jobs', 'retry', 'job_0']],
    ]);
  });
});

describe('keeping a node', () => {
  it('gives failed jobs another chance', async () => {
    const database = new SqliteFile(join(vendor.dataFolder, 'leadmesh.db'));
    const row = { id: 'job_test', kind: 'none', payload: '{}', dueAt: 1, attempts: 10, failedAt: 2, createdAt: 1 };
    const names = Object.keys(row);
    const columns = names.map((name) => `"${name}"`).join(', ');
    database.prepare(`insert into job (${columns}) values (${names.map((name) => `@${name}`).join(', ')})`).run(row);
    expect(await vendor.ok(['jobs', 'failed'])).toMatch(/^job_test +none +10 +1970-01-01T00:00:00\.002Z/m);
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

    const restored = join(vendor.folder, 'restored');
    mkdirSync(restored, { mode: 0o700 });
    cpSync(file, join(restored, 'leadmesh.db'));
    cpSync(join(vendor.dataFolder, 'keys'), join(restored, 'keys'), { recursive: true });
    const leads = await vendor.json<Page>(['lead', 'list', '--data-folder', restored]);
    expect(leads.items.length).toBeGreaterThan(0);
    expect(leads).toEqual(await vendorApi.get('/api/leads'));
  });

  it('has nothing to migrate beside a node of the same version', async () => {
    expect(await vendor.json(['migrate'])).toEqual({ migrated: [] });
  });

  it('stops when asked, and leaves a data folder the commands still work on', async () => {
    const leads = await vendorApi.get('/api/leads');
    expect(await running.stop()).toBe(0);
    expect(await vendor.json(['lead', 'list'])).toEqual(leads);
  });
});

describe('a folder without a node', () => {
  it('is left alone by commands that only look', async () => {
    const ended = await runLeadmesh(['lead', 'list'], { LEADMESH_DATA_FOLDER: join(vendor.folder, 'typo') });
    expect([ended.status, ended.err]).toEqual([1, expect.stringMatching(/^no-node-here: /)]);
    expect(readdirSync(vendor.folder)).not.toContain('typo');
  });
});
