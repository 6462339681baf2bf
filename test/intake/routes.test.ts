import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '../../node/cli/api-client.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { findOriginal } from '../../node/leads/store.ts';
import type { Lead } from '../../protocol/index.ts';
import { startNetwork, type TestNetwork, type TestNode } from '../support/network.ts';

let network: TestNetwork;
let node: TestNode;
beforeAll(async () => {
  network = await startNetwork({ nodes: ['vendor'] });
  node = network.node('vendor');
});
afterAll(() => network[Symbol.asyncDispose]());

const api = () => node.administrator.api;
const csv = (text: string) => ({ contentType: 'text/csv', bytes: Buffer.from(text) });
const eml = (text: string) => ({ contentType: 'message/rfc822', bytes: Buffer.from(text) });
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error: unknown) => error as ApiError,
  );
const documentOf = async (id: string) => (await api().get<{ document: Lead }>(`/api/leads/${id}`)).document;
interface Started {
  id: string;
  again: boolean;
}
interface MailReply {
  leadIds: string[];
  trayIds: string[];
  again: boolean;
}

/** Texts that break programs: formulas, markup, control and direction marks, look-alikes, numbers that are none. */
const nasty = [
  '0044123',
  '1e5',
  '=cmd|calc!A0',
  "'; drop table lead; --",
  '<script>alert(1)</script>',
  '${7*7} {{7*7}} %s %n',
  '../../etc/passwd',
  'null',
  'undefined',
  'true',
  'NaN',
  '__proto__',
  'Ω≈ç√∫ 田中さん 👩‍👩‍👧‍👦 Ṱ̺̺̕o͞',
  '\u202eevil\u202c',
  '\u200bzero\u200dwidth',
  '﷽'.repeat(3),
  '&amp; &#x41; <!-- -->',
  'a"b\'c`d\\e',
];

describe('entering one lead', () => {
  it('answers 201 with its id, and the same for the same key', async () => {
    const send = (key: string, lead: unknown) =>
      fetch(`${node.url}/api/leads`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, authorization: `Bearer ${token}` },
        body: JSON.stringify({ lead }),
      });
    const { token } = await createApiToken(node.ctx, { userId: node.administrator.id, name: 'entry' });
    const lead = { contact: { emails: [{ value: 'Ada@Example.com' }] } };
    const first = await send('key-1', lead);
    expect(first.status).toBe(201);
    const { id } = (await first.json()) as { id: string };
    expect(await (await send('key-1', lead)).json()).toEqual({ id });
    expect((await send('key-1', { contact: { fullName: 'Other' } })).status).toBe(409);
    expect((await send('bad key', lead)).status).toBe(422);
    expect(await documentOf(id)).toEqual({
      contact: { emails: [{ value: 'ada@example.com' }] },
      source: { kind: 'api' },
    });
    expect((await findOriginal(node.ctx, id))?.bytes.toString()).toContain('Ada@Example.com');
  });

  it.each([
    ['lead', { nope: 1 }],
    ['lead.contact', { contact: { nope: 'x' } }],
    ['lead.contact.emails[0].value', { contact: { emails: [{ value: 'nobody' }] } }],
    ['lead.contact.fullName', { contact: { fullName: 7 } }],
    ['lead.contact.fullName', { contact: { fullName: '  ' } }],
    ['lead.interest.comments', { interest: { comments: 'x'.repeat(16_001) } }],
    ['lead.interest.comments', { interest: { comments: 'bell \u0007' } }],
    ['lead.createdAt', { createdAt: 'yesterday' }],
  ])('says at %s what does not fit', async (path, lead) => {
    const { status, code, problem } = await refusal(api().send('POST', '/api/leads', { lead }));
    expect([status, code]).toEqual([422, 'schema']);
    expect((problem as { details: { path: string } }).details.path).toBe(path);
  });

  it('refuses unknown properties beside the lead', async () => {
    const { code } = await refusal(api().send('POST', '/api/leads', { lead: {}, boxId: 'box_1' }));
    expect(code).toBe('invalid');
  });
});

describe('who may use the doors', () => {
  it.each([
    ['POST', '/api/leads', ['administrator', 'manager', 'representative']],
    ['POST', '/api/lists?provider=x', ['administrator', 'manager']],
    ['GET', '/api/lists', ['administrator', 'manager']],
    ['POST', '/api/mail', ['administrator', 'manager']],
    ['GET', '/api/tray', ['administrator', 'manager']],
    ['GET', '/api/forms', ['administrator', 'manager']],
    ['GET', '/api/list-fields', ['administrator', 'manager']],
  ] as const)('%s %s', async (method, path, allowed) => {
    for (const role of ['administrator', 'manager', 'representative', 'auditor'] as const) {
      const user = await node.addUser(`${role} ${path} ${method}`, role);
      const asked = method === 'GET' ? user.api.get(path) : user.api.send('POST', path, {});
      const status = await asked.then(
        () => 200,
        (error: unknown) => (error as ApiError).status,
      );
      expect([role, status === 403]).toEqual([role, !(allowed as readonly string[]).includes(role)]);
    }
    expect((await fetch(node.url + path, { method })).status).toBe(401);
  });

  it('lets a token for intake in, and to nothing else', async () => {
    const { token } = await createApiToken(node.ctx, {
      userId: node.administrator.id,
      name: 'mta',
      scopes: ['intake'],
    });
    const call = (path: string, init: RequestInit) =>
      fetch(node.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...(init.headers as object) } });
    const mail = 'From: a@p.example\nSubject: New lead\n\nName: Tok En\nEmail: tok@en.example\n';
    expect((await call('/api/mail', { method: 'POST', body: mail })).status).toBe(200);
    expect((await call('/api/tray', {})).status).toBe(403);
  });
});

describe('lists', () => {
  it('shows what would become of a list without writing anything', async () => {
    const text = 'Vorname;Name;E-Mail;Rep\nAda;Lovelace;ada@p.example;Bob\n;;;\nAda;Lovelace;ada@p.example;Bob\n';
    const preview = await api().upload<Record<string, unknown>>('/api/lists?provider=Fair&commit=false', csv(text));
    expect(preview).toMatchObject({
      layout: {
        encoding: 'utf-8',
        delimiter: ';',
        headerLine: 1,
        columns: [
          { header: 'Vorname', field: 'contact.givenName' },
          { header: 'Name', field: 'contact.familyName' },
          { header: 'E-Mail', field: 'contact.emails' },
          { header: 'Rep' },
        ],
      },
      counts: { rows: 3, accepted: 1, repeated: 1, refused: 1, distinctPeople: 1, refusedByCode: { 'empty-row': 1 } },
      rows: [
        { line: 2, lead: { contact: { givenName: 'Ada' }, source: { name: 'Fair' } } },
        { line: 3, refused: 'empty-row' },
        { line: 4 },
      ],
    });
    expect((await api().get<{ items: unknown[] }>('/api/lists')).items).toEqual([]);
  });

  it('imports a list, tells its progress and gives back the refused rows, which can be mended and brought again', async () => {
    const rows = Array.from({ length: 230 }, (_, at) => `P ${at},p${at}@q.example,+1`);
    const text = ['Name,Email,Formula', ...rows, '=Nobody,,+1', '"a" b,c@q.example,x'].join('\n');
    const query = '/api/lists?provider=Fair&campaign=Spring&licence=once&fileName=fair.csv';
    const { id, again } = await api().upload<Started>(query, csv(text));
    expect(again).toBe(false);
    expect(await api().get(`/api/lists/${id}`)).toMatchObject({ state: 'running', progress: 0, accepted: 0 });
    await network.settle();
    expect(await api().get(`/api/lists/${id}`)).toMatchObject({
      state: 'done',
      progress: 1,
      rows: 232,
      accepted: 230,
      repeated: 0,
      refused: 2,
      provider: 'Fair',
      campaign: 'Spring',
      licence: 'once',
      fileName: 'fair.csv',
      createdBy: 'Admin',
    });
    expect(await api().upload<Started>(query, csv(text))).toEqual({ id, again: true });
    const refused = await api().get<string>(`/api/lists/${id}/refused.csv`);
    expect(refused.split('\r\n')).toEqual([
      '"Name","Email","Formula","refused_line","refused_code","refused_reason","refused_field"',
      `"'=Nobody","","'+1","232","no-contact","There is no e-mail address, no usable phone number, no postal address and no company to find the person by.",""`,
      `"""a"" b,c@q.example,x","","","233","bad-quotes","A quoted cell goes on after its closing quote.",""`,
      '',
    ]);
    const mended = refused.replace(`"'=Nobody",""`, `"'=Nobody","nobody@q.example"`);
    const second = await api().upload<Started>('/api/lists?provider=Fair', csv(mended));
    await network.settle();
    expect(await api().get(`/api/lists/${second.id}`)).toMatchObject({ accepted: 1, refused: 1 });
    const { items } = await api().get<{ items: { id: string }[] }>('/api/leads?q=nobody%40q.example');
    expect(await documentOf(items[0]!.id)).toMatchObject({
      contact: { fullName: '=Nobody' },
      fields: [{ name: 'Formula', type: 'text', value: '+1' }],
    });
  });

  it.each([
    ['invalid', 'commit=false', 'Name\nA'],
    ['invalid', 'provider=x&commit=maybe', 'Name\nA'],
    ['invalid', 'provider=x&map=nonsense', 'Name\nA'],
    ['unknown-column', 'provider=x&map=%7B%22Nope%22%3Anull%7D', 'Name,Email\nA,a@b.cd'],
    ['unknown-encoding', 'provider=x&encoding=klingon', 'Name\nA'],
    ['empty-file', 'provider=x', ''],
    ['not-a-table', 'provider=x', '%PDF-1.4'],
  ])('are refused with %s (%s)', async (code, query, text) => {
    expect((await refusal(api().upload(`/api/lists?${query}`, csv(text)))).code).toBe(code);
  });

  it('are not found when they are not there', async () => {
    expect((await refusal(api().get('/api/lists/list_x'))).code).toBe('not-found');
    expect((await refusal(api().get('/api/lists/list_x/refused.csv'))).code).toBe('not-found');
  });
});

describe('mail', () => {
  it('becomes leads or waits in the tray, where a person makes a lead of it or dismisses it', async () => {
    const told = await api().upload<MailReply>(
      '/api/mail?campaign=Portal&country=DE',
      eml('From: a@p.example\nSubject: New lead\n\nName: Ann Lee\nPhone: 030 901820\n'),
    );
    expect(told).toMatchObject({ leadIds: [expect.any(String)], trayIds: [], again: false });
    expect(await documentOf(told.leadIds[0]!)).toMatchObject({
      contact: { fullName: 'Ann Lee', phones: [{ value: '+4930901820' }] },
      source: { kind: 'e-mail', campaign: 'Portal' },
    });
    const message =
      'From: Jo <jo@x.example>\nSubject: hello\nContent-Type: text/html\n\n<p>I need <b>ten</b>.</p><script>x</script>\n';
    const unclear = await api().upload<MailReply>('/api/mail', eml(message));
    expect(await api().upload<MailReply>('/api/mail', eml(message))).toEqual({ ...unclear, again: true });
    const [id] = unclear.trayIds;
    const entry = await api().get<{ text: string; draft: Lead }>(`/api/tray/${id}`);
    expect(entry).toMatchObject({
      state: 'open',
      reason: 'no-lead-found',
      subject: 'hello',
      sender: 'jo@x.example',
      text: 'I need ten.',
    });
    const made = await api().send<{ id: string }>('POST', `/api/tray/${id}/lead`, { lead: entry.draft });
    expect(await documentOf(made.id)).toMatchObject({
      contact: { fullName: 'Jo', emails: [{ value: 'jo@x.example' }] },
    });
    expect((await findOriginal(node.ctx, made.id))?.mediaType).toBe('message/rfc822');
    expect((await refusal(api().send('POST', `/api/tray/${id}/dismiss`))).code).toBe('already-decided');
    const other = await api().upload<MailReply>('/api/mail', eml('From: x@y.example\nSubject: sale\n\nBuy!\n'));
    await api().send('POST', `/api/tray/${other.trayIds[0]}/dismiss`);
    expect((await api().get<{ items: unknown[] }>('/api/tray')).items).toEqual([]);
    const { items } = await api().get<{ items: { id: string }[] }>('/api/tray?state=dismissed');
    expect(items.map((item) => item.id)).toEqual(other.trayIds);
  });

  it('of several people is kept apart for each', async () => {
    const person = (name: string) =>
      `<adf><prospect><customer><contact><name part="full">${name}</name><email>${name}@z.example</email></contact></customer></prospect></adf>`;
    const { leadIds } = await api().upload<MailReply>(
      '/api/mail',
      eml(`From: a@p.example\nSubject: 2\n\n${person('one')}\n${person('two')}\n`),
    );
    expect(leadIds).toHaveLength(2);
    const original = await findOriginal(node.ctx, leadIds[0]!);
    expect(original?.bytes.toString()).toContain('one@z.example');
    expect(original?.bytes.toString()).not.toContain('two');
  });

  it('without content is refused', async () => {
    expect((await refusal(api().upload('/api/mail', eml('')))).code).toBe('empty-mail');
  });
});

describe('nasty texts', () => {
  it('come through the API as they are', async () => {
    for (const text of nasty) {
      const lead = {
        contact: { fullName: `N ${text}` },
        interest: { comments: text },
        fields: [{ name: `F ${text}`, type: 'text', value: text }],
      };
      const { id } = await api().send<{ id: string }>('POST', '/api/leads', { lead });
      expect(await documentOf(id)).toMatchObject({
        interest: { comments: text.normalize('NFC') },
        fields: [{ value: text.normalize('NFC') }],
      });
    }
  });

  it('come through a list as they are', async () => {
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const lines = nasty.map((text, at) => `nasty${at}@n.example,${quote(text)},${quote(text)}`);
    await api().upload('/api/lists?provider=Nasty', csv(['Email,Comments,Roof', ...lines].join('\n')));
    await network.settle();
    for (const [at, text] of nasty.entries()) {
      const { items } = await api().get<{ items: { id: string }[] }>(`/api/leads?q=nasty${at}%40n.example`);
      const document = await documentOf(items[0]!.id);
      expect(document.interest?.comments).toBe(text.normalize('NFC'));
      expect(document.fields?.[0]?.value).toBe(text.normalize('NFC'));
    }
  });

  it('come through a mail as they are', async () => {
    const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    for (const [at, text] of nasty.entries()) {
      const adf = `<adf><prospect><customer><contact><name part="full">N N</name><email>mail${at}@n.example</email></contact><comments>${xml(text)}</comments></customer></prospect></adf>`;
      const mail = `From: a@p.example\nSubject: lead\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from(adf).toString('base64').replace(/.{70}/g, '$&\n')}\n`;
      const { leadIds } = await api().upload<MailReply>('/api/mail', eml(mail));
      expect((await documentOf(leadIds[0]!)).interest?.comments).toBe(text.normalize('NFC'));
    }
  });
});
