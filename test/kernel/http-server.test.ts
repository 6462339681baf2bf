import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { announce } from '../../node/kernel/live-events.ts';
import { transact } from '../../node/kernel/context.ts';
import { healthRoutes } from '../../node/kernel/health.ts';
import { createApp } from '../../node/kernel/http.ts';
import { type Route, route } from '../../node/kernel/routes.ts';
import { listen } from '../../node/kernel/server.ts';
import { readTlsFiles } from '../../node/kernel/tls.ts';
import { certificate, certificateKey } from '../support/certificate.ts';
import { openPeople, type PeopleNode } from '../support/people.ts';
import { makeSigningKey, exportSigningKey } from '../../protocol/index.ts';

/** Something to wait for: a promise and what fulfils it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

async function serve(node: PeopleNode, closing = new AbortController()) {
  const server = await listen({ ...node.ctx.config, port: 0 }, node.app, closing);
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

/** Reads server-sent events one by one. */
async function* readEvents(response: Response): AsyncGenerator<string> {
  let text = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}
async function next(events: AsyncGenerator<string>): Promise<string> {
  const step = await events.next();
  if (step.done) throw new Error('The stream ended.');
  return step.value;
}

describe('stopping', () => {
  it('lets requests finish, then takes no more', async () => {
    const started = gate();
    const finish = gate();
    const slow: Route = route({
      method: 'GET',
      path: '/api/slow',
      access: 'public',
      summary: 'For the test',
      handler: async () => {
        started.open();
        await finish.opened;
        return undefined;
      },
    });
    await using node = await openPeople({ routes: [slow] });
    const server = await serve(node);
    const answer = fetch(`${server.url}/api/slow`);
    await started.opened;
    const stopped = server.stop();
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    finish.open();
    expect((await answer).status).toBe(204);
    await stopped;
  });

  it('cuts what does not end in time', async () => {
    const started = gate();
    const stuck: Route = route({
      method: 'GET',
      path: '/api/stuck',
      access: 'public',
      summary: 'For the test',
      handler: () => {
        started.open();
        return new Promise(() => {});
      },
    });
    await using node = await openPeople({ routes: [stuck] });
    const server = await serve(node);
    const answer = fetch(`${server.url}/api/stuck`).catch((error: unknown) => error);
    await started.opened;
    await server.stop(20);
    expect(await answer).toBeInstanceOf(Error);
  });

  it('says when it cannot listen', async () => {
    await using node = await openPeople();
    const server = await serve(node);
    const again = listen({ ...node.ctx.config, port: server.port }, node.app, new AbortController());
    await expect(again).rejects.toMatchObject({ code: 'cannot-listen' });
    await server.stop();
  });
});

describe('live events', () => {
  const tell = (node: PeopleNode, kind: string, userId?: string) =>
    transact(node.ctx, (tx) => announce(tx, { kind, userId: userId ?? null, payload: { kind } }));

  async function connect(node: PeopleNode, closing = new AbortController()) {
    const ann = await node.add('ann');
    const bob = await node.add('bob');
    const server = await serve(node, closing);
    const headers = { authorization: await node.bearer(ann) };
    const open = (more: Record<string, string> = {}, signal?: AbortSignal) =>
      fetch(`${server.url}/api/events`, { headers: { ...headers, ...more }, ...(signal && { signal }) });
    return { ann, bob, server, open };
  }

  it('come as they happen, only to whom they are for, and resume after the last one seen', async () => {
    const closing = new AbortController();
    await using node = await openPeople({ options: { closing: closing.signal } });
    const { ann, bob, server, open } = await connect(node, closing);
    const response = await open();
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = readEvents(response);
    expect(await next(events)).toContain('retry:');
    await tell(node, 'for-bob', bob.id);
    await tell(node, 'for-ann', ann.id);
    const first = await next(events);
    expect(first).toContain('event: for-ann');
    await events.return(undefined);
    await tell(node, 'while-away');
    const [, id = ''] = /^id: (\S+)/m.exec(first) ?? [];
    const resumed = readEvents(await open({ 'last-event-id': id }));
    await next(resumed);
    expect(await next(resumed)).toContain('event: while-away');
    await server.stop();
    expect((await resumed.next()).done).toBe(true);
  });

  it('end when the node stops', async () => {
    const closing = new AbortController();
    await using node = await openPeople({ options: { closing: closing.signal } });
    const { server, open } = await connect(node, closing);
    const events = readEvents(await open());
    await next(events);
    await server.stop();
    expect((await events.next()).done).toBe(true);
  });

  it('need someone who is signed in, and a well-formed id', async () => {
    await using node = await openPeople();
    const { server, open } = await connect(node);
    expect((await fetch(`${server.url}/api/events`)).status).toBe(401);
    expect((await open({ 'last-event-id': "event_' or 1=1" })).status).toBe(422);
    await server.stop();
  });
});

describe('health and readiness', () => {
  it('tells apart that the process is up and that it can work', async () => {
    let ready = false;
    await using node = await openPeople();
    const app = createApp(node.ctx, healthRoutes({ workers: () => ready }), {
      authenticate: () => Promise.resolve(undefined),
    });
    const server = await listen({ ...node.ctx.config, port: 0 }, app, new AbortController());
    const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    expect((await get('/health')).status).toBe(200);
    expect((await get('/ready')).status).toBe(503);
    ready = true;
    expect(await (await get('/ready')).json()).toEqual({ ready: true, checks: { database: true, workers: true } });
    await server.stop();
  });

  it('is not ready when a check throws', async () => {
    await using node = await openPeople();
    const routes = healthRoutes({ disk: () => Promise.reject(new Error('CANARY')) });
    const app = createApp(node.ctx, routes, { authenticate: () => Promise.resolve(undefined) });
    const server = await listen({ ...node.ctx.config, port: 0 }, app, new AbortController());
    const answer = await fetch(`http://127.0.0.1:${server.port}/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ ready: false, checks: { database: true, disk: false } });
    await server.stop();
  });
});

describe('TLS', () => {
  function withFiles<T>(use: (tls: { certificateFile: string; keyFile: string }) => T): T {
    const folder = mkdtempSync(join(tmpdir(), 'leadmesh-tls-'));
    const tls = { certificateFile: join(folder, 'c.pem'), keyFile: join(folder, 'k.pem') };
    writeFileSync(tls.certificateFile, certificate);
    writeFileSync(tls.keyFile, certificateKey);
    try {
      return use(tls);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is spoken when there are files for it', async () => {
    await using node = await openPeople();
    const config = { ...node.ctx.config, port: 0 };
    const server = await withFiles((tls) => listen({ ...config, tls }, node.app, new AbortController()));
    const status = await new Promise((resolve, reject) => {
      const options = {
        port: server.port,
        host: '127.0.0.1',
        servername: 'localhost',
        path: '/health',
        ca: certificate,
        agent: false,
      } as const;
      httpsRequest(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    await server.stop();
  });

  it('refuses files that do not fit, with a code', () => {
    const now = Date.UTC(2026, 1);
    withFiles((tls) => {
      expect(readTlsFiles(tls, now).cert).toBe(certificate);
      expect(() => readTlsFiles(tls, Date.UTC(2121, 1))).toThrow(
        expect.objectContaining({ code: 'tls-certificate-expired' }),
      );
      writeFileSync(tls.keyFile, exportSigningKey(makeSigningKey()));
      expect(() => readTlsFiles(tls, now)).toThrow(expect.objectContaining({ code: 'tls-key-mismatch' }));
      writeFileSync(tls.keyFile, 'no key');
      expect(() => readTlsFiles(tls, now)).toThrow(expect.objectContaining({ code: 'tls-file-malformed' }));
      rmSync(tls.keyFile);
      expect(() => readTlsFiles(tls, now)).toThrow(expect.objectContaining({ code: 'tls-file-unreadable' }));
    });
  });
});
