import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CodedError } from '../../node/kernel/errors.ts';
import { reply, type Route, route } from '../../node/kernel/routes.ts';
import { listen, type Listening } from '../../node/kernel/server.ts';
import { openPeople, type PeopleNode } from '../support/people.ts';

const open = { access: 'public', summary: 'For the test' } as const;
const reached: string[] = [];

const testRoutes: Route[] = [
  route({
    ...open,
    method: 'POST',
    path: '/api/echo',
    status: 201,
    body: z.strictObject({
      text: z.string(),
      either: z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string(), c: z.string() })]).optional(),
      deep: z.strictObject({ list: z.array(z.strictObject({ n: z.number() })) }).optional(),
    }),
    reply: z.object({ text: z.string() }),
    handler: (_ctx, { body }) => {
      reached.push(body.text);
      const secret = 'CANARY-reply';
      return { text: body.text, secret } as { text: string };
    },
  }),
  route({
    ...open,
    method: 'GET',
    path: '/api/things/:id',
    reply: z.object({ id: z.string() }),
    handler: (_ctx, { params }) => params,
  }),
  route({
    ...open,
    method: 'GET',
    path: '/api/things/mine',
    query: z.strictObject({ limit: z.coerce.number().int().max(10).default(5) }),
    reply: z.object({ limit: z.number() }),
    handler: (_ctx, { query }) => query,
  }),
  route({ ...open, method: 'POST', path: '/api/things/:id/touch', handler: () => undefined }),
  route({
    ...open,
    method: 'POST',
    path: '/api/raw',
    body: 'raw',
    maxBytes: 1000,
    consumes: ['text/csv'],
    handler: (_ctx, { body }) => {
      reached.push('raw');
      return reply({ contentType: 'text/csv', body, headers: { 'content-disposition': 'attachment' } });
    },
  }),
  route({
    ...open,
    method: 'GET',
    path: '/api/broken',
    handler: () => {
      throw new Error('CANARY-message alice@example.com');
    },
  }),
  route({
    ...open,
    method: 'GET',
    path: '/api/refused',
    handler: () => {
      throw new CodedError('too-late', 409, 'It is too late.', { since: 5 });
    },
  }),
  route({ ...open, method: 'GET', path: '/api/few', perMinute: 3, handler: () => undefined }),
  route({ ...open, method: 'GET', path: '/api/many', unlimited: true, handler: () => undefined }),
];

let node: PeopleNode;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leadmesh-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<meta property="csp-nonce" nonce="__CSP_NONCE__"><div id="root"></div>');
  writeFileSync(join(folder, 'assets', 'main-Abcdefgh1.js'), 'start()');
  writeFileSync(join(folder, '.secret'), 'CANARY-dotfile');
  node = await openPeople({ routes: testRoutes, options: { staticFolder: folder } });
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
const api = () => request(node.app);

/** Sends bytes as they are and reads until the other side closes. */
function sendRaw(port: number, ...pieces: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => pieces.forEach((piece) => socket.write(piece, 'latin1')));
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

async function withServer<T>(use: (server: Listening) => Promise<T>): Promise<T> {
  const server = await listen({ ...node.ctx.config, port: 0 }, node.app, new AbortController());
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

describe('problems', () => {
  it('answers an unknown path with problem+json', async () => {
    const answer = await api()
      .get('/api/nowhere')
      .expect(404)
      .expect('content-type', /^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404, code: 'not-found' });
    expect(answer.body.requestId).toBe(answer.headers['x-request-id']);
  });

  it('names the methods a path knows', async () => {
    const answer = await api().put('/api/echo').expect(405).expect('allow', 'POST, OPTIONS');
    expect(answer.body.code).toBe('method-not-allowed');
    await api().options('/api/things/1').expect(204).expect('allow', 'GET, HEAD, OPTIONS');
    await api().head('/api/things/1').expect(200);
  });

  it('passes on coded errors whole', async () => {
    const answer = await api().get('/api/refused').expect(409);
    expect(answer.body).toMatchObject({ code: 'too-late', detail: 'It is too late.', details: { since: 5 } });
  });

  it('tells nothing of an unexpected error, and logs it without its message', async () => {
    const answer = await api().get('/api/broken').expect(500);
    expect(answer.body.code).toBe('internal');
    expect(answer.text).not.toContain('CANARY');
    const line = node.lines.find(
      (each) => each.includes('request-failed') && each.includes(String(answer.body.requestId)),
    );
    const { error } = JSON.parse(line ?? '{}');
    expect(error.kind).toBe('Error');
    expect(error.at[0]).toContain('http.test');
    expect(line).not.toContain('CANARY');
    expect(line).not.toContain('alice');
  });

  it.each(['/api/things/%E0%A4%A', '/api/things/a%00b', '/api/things/mine?limit=%00'])('refuses %s', async (path) => {
    expect((await api().get(path).expect(400)).body.code).toBe('malformed-url');
  });

  it('takes fixed segments before parameters', async () => {
    expect((await api().get('/api/things/mine').expect(200)).body).toEqual({ limit: 5 });
    expect((await api().get('/api/things/other').expect(200)).body).toEqual({ id: 'other' });
  });
});

describe('request ids', () => {
  it('takes a well-formed one', async () => {
    await api().get('/health').set('x-request-id', 'trace-1234.a_b').expect('x-request-id', 'trace-1234.a_b');
  });

  it.each(['short', 'a b c d e f g', '<script>alert(1)</script>', 'x'.repeat(65), '../../../etc', 'ümläuteüml'])(
    'makes its own instead of %j',
    async (id) => {
      const answer = await api().get('/health').set('x-request-id', Buffer.from(id).toString('latin1'));
      expect(answer.headers['x-request-id']).toMatch(/^req_/);
    },
  );
});

describe('bodies', () => {
  const echo = () => api().post('/api/echo');

  it('sends only what the reply schema names', async () => {
    expect((await echo().send({ text: 'a' }).expect(201)).body).toEqual({ text: 'a' });
  });

  it.each([
    [{ text: 'a', role: 'x' }, 'role'],
    [{ text: 'a', deep: { list: [{ n: 1 }, { n: 1, extra: 1 }] } }, 'deep.list[1].extra'],
    [{ text: 'a', either: { a: 5 } }, 'either.a'],
    [{ text: 'a', either: { b: 'b', c: 'c', d: 1 } }, 'either.d'],
    [{ text: 5 }, 'text'],
    [{}, 'text'],
    [[], 'body'],
    ['text', 'body'],
  ])('refuses %j', async (body, path) => {
    const before = reached.length;
    const answer = await echo().set('content-type', 'application/json').send(JSON.stringify(body)).expect(422);
    expect(answer.body).toMatchObject({ code: 'invalid', details: { path } });
    expect(reached.length).toBe(before);
  });

  it('refuses names that reach for prototypes', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const body = `{"text":"a","${name}":{"admin":true}}`;
      const answer = await echo().set('content-type', 'application/json').send(body).expect(422);
      expect(answer.body.details.path).toBe(name);
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('never quotes a value in an error', async () => {
    const answer = await echo().send({ text: { note: 'CANARY-value' } });
    expect(answer.text).not.toContain('CANARY');
  });

  it.each([
    ['{"text":"a"', 'not closed'],
    ['{"text":"\u00e9"}'.normalize('NFC'), 'latin1 bytes'],
    ['{"text":"a\\u0000b"}', 'a NUL'],
    ['\ufeff{"text":"a"}', 'a byte order mark'],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'deep nesting'],
    ['{"text":NaN}', 'no JSON'],
  ])('calls malformed: %j (%s)', async (body, what) => {
    const bytes = Buffer.from(body, what === 'latin1 bytes' ? 'latin1' : 'utf8');
    const answer = await withServer((server) => {
      const head = `POST /api/echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`;
      return sendRaw(server.port, head + bytes.toString('latin1'));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"malformed-json"');
  });

  it('keeps an escaped backslash before u0000 as the text it is', async () => {
    const text = '\\u0000';
    expect((await echo().send({ text }).expect(201)).body.text).toBe(text);
  });

  it('takes JSON as application/json only', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json-patch+json'])
      expect((await echo().set('content-type', type).send('{"text":"a"}').expect(415)).body.code).toBe(
        'unsupported-media-type',
      );
    await echo().set('content-type', 'Application/JSON; charset=utf-8').send('{"text":"a"}').expect(201);
  });

  it('takes no compressed body', async () => {
    await echo().set('content-encoding', 'gzip').send({ text: 'a' }).expect(415);
  });

  it('takes only an empty body where none is declared', async () => {
    await api().post('/api/things/1/touch').expect(204);
    await api().post('/api/things/1/touch').send({}).expect(204);
    const answer = await api().post('/api/things/1/touch').send({ winner: 'me' }).expect(422);
    expect(answer.body.details.path).toBe('winner');
  });

  it('refuses unknown query parameters and arrays in them', async () => {
    expect((await api().get('/api/things/mine?x=1').expect(422)).body.details.path).toBe('query.x');
    await api().get('/api/things/1?x=1').expect(422);
    await api().get('/api/things/mine?limit=1&limit=2').expect(422);
    await api().get('/api/things/mine?limit[a]=1').expect(422);
    await api().get('/api/things/mine?limit=11').expect(422);
  });
});

describe('the size of bodies', () => {
  const csv = (length: number) => api().post('/api/raw').set('content-type', 'text/csv').send('x'.repeat(length));

  it('takes exactly the limit and not one byte more', async () => {
    expect((await csv(1000).expect(200)).text.length).toBe(1000);
    const before = reached.length;
    const answer = await csv(1001).expect(413);
    expect(answer.body).toMatchObject({ code: 'too-large', details: { maxBytes: 1000 } });
    expect(reached.length).toBe(before);
  });

  it('has a default of 256 KiB', async () => {
    const text = (length: number) => 'x'.repeat(length - '{"text":""}'.length);
    await api()
      .post('/api/echo')
      .send({ text: text(256 * 1024) })
      .expect(201);
    await api()
      .post('/api/echo')
      .send({ text: text(256 * 1024 + 1) })
      .expect(413);
  });

  it('counts bytes that come without a length', async () => {
    const answer = await withServer(({ port }) =>
      sendRaw(
        port,
        'POST /api/raw HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: text/csv\r\ntransfer-encoding: chunked\r\n\r\n',
        `3e8\r\n${'x'.repeat(1000)}\r\n`,
        '1\r\nx\r\n0\r\n\r\n',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('does not read on when far more is announced, and closes', async () => {
    const answer = await withServer(({ port }) =>
      sendRaw(
        port,
        'POST /api/raw HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\ncontent-length: 99000000\r\n\r\nxxx',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 [^]*connection: close/i);
  });

  it('takes no request that could be read in two ways', async () => {
    const both = await withServer(({ port }) =>
      sendRaw(
        port,
        'POST /api/raw HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      ),
    );
    expect(both).toMatch(/^HTTP\/1.1 400 /);
  });

  it('takes raw bodies of the declared type only', async () => {
    await api().post('/api/raw').set('content-type', 'text/html').send('x').expect(415);
  });
});

describe('limits', () => {
  it('answers 429 with Retry-After beyond a route’s limit', async () => {
    for (let count = 0; count < 3; count++) await api().get('/api/few').expect(204);
    const answer = await api().get('/api/few').expect(429);
    expect(answer.body.code).toBe('too-many-requests');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await api().get('/api/things/1').expect(200);
  });

  it('limits each client address, and what the proxy says of it', async () => {
    await using busy = await openPeople({
      routes: testRoutes,
      config: { requestsPerMinute: 4, trustedProxy: '127.0.0.0/8,::1' },
    });
    const from = (address: string) => request(busy.app).get('/api/things/1').set('x-forwarded-for', address);
    for (let count = 0; count < 4; count++) await from('203.0.113.1').expect(200);
    await from('203.0.113.1').expect(429);
    await from('198.51.100.7, 203.0.113.1').expect(429);
    await from('203.0.113.2').expect(200);
    for (let count = 0; count < 4; count++) await from(`2001:db8::${count}`).expect(200);
    await from('2001:db8::ffff').expect(429);
    await request(busy.app).get('/api/many').set('x-forwarded-for', '203.0.113.1').expect(204);
  });

  it('believes no forwarded address without a trusted proxy', async () => {
    await using busy = await openPeople({ routes: testRoutes, config: { requestsPerMinute: 2 } });
    const from = (address: string) => request(busy.app).get('/api/things/1').set('x-forwarded-for', address);
    await from('203.0.113.1').expect(200);
    await from('203.0.113.2').expect(200);
    await from('203.0.113.3').expect(429);
  });
});

describe('pages', () => {
  const page = (path: string) => api().get(path).set('accept', 'text/html');

  it('has strict headers without inline script', async () => {
    const answer = await page('/leads/5').expect(200);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  it('gives every page a nonce of its own for styles', async () => {
    const nonces = new Set<string>();
    for (const answer of [await page('/'), await page('/')]) {
      const [, nonce = ''] = /nonce="([^"]+)"/.exec(answer.text) ?? [];
      expect(answer.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(answer.headers['cache-control']).toBe('no-store');
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
  });

  it('keeps hashed assets for a year', async () => {
    await api()
      .get('/assets/main-Abcdefgh1.js')
      .expect(200)
      .expect('cache-control', /immutable/);
    await page('/assets/gone.js').expect(404);
  });

  it.each(['/api/x', '/lead-exchange', '/forms/x', '/a/x', '/demo', '/.well-known/x', '/ready/x'])(
    'is no page of the console: %s',
    async (path) => {
      expect((await page(path).expect(404)).body.code).toBe('not-found');
    },
  );

  it('is a page for browsers that ask for one only', async () => {
    await api().get('/leads/5').set('accept', 'application/json').expect(404);
    await api().post('/leads/5').set('accept', 'text/html').expect(404);
  });

  it('shows no file it should not', async () => {
    for (const path of ['/.secret', '/..%2f..%2fetc/passwd', '/assets/..%5c..%5c.secret', '/index.html']) {
      const answer = await page(path);
      expect(answer.text).not.toContain('CANARY');
      expect(answer.text).not.toContain('__CSP_NONCE__');
    }
  });
});

describe('what is logged of a request', () => {
  it('is the declared path, never the address, the query or a header', async () => {
    await api()
      .get('/api/things/CANARY-id?limit=CANARY-query')
      .set('user-agent', 'CANARY-agent')
      .set('cookie', 'CANARY=1');
    await api().post('/api/echo').send({ text: 'CANARY-body' });
    const lines = node.lines.join('');
    expect(lines).toContain('"route":"/api/things/:id"');
    expect(lines).not.toContain('CANARY');
  });

  it('cannot be forged by line breaks and escapes', async () => {
    const before = node.lines.length;
    await withServer(({ port }) =>
      sendRaw(
        port,
        'GET /api/%0d%0a{"level":50}%1b[2J HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-request-id: \u001b[31mred-red\r\n\r\n',
      ),
    );
    for (const line of node.lines.slice(before)) {
      expect(line.trimEnd()).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(line).level).toBeLessThan(50);
    }
  });
});
