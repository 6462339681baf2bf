import { createServer, type RequestListener } from 'node:http';
import { createServer as createDeafServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { guardedFetch, peerFetch } from '../../node/federation/sending/guarded-fetch.ts';
import {
  checkEndpoint,
  checkRange,
  mayConnect,
  type Allowance,
  type Way,
} from '../../node/federation/sending/may-connect.ts';
import { systemClock, type Clock } from '../../node/kernel/clock.ts';
import type { Context } from '../../node/kernel/context.ts';
import { deliveryRequest, readDeliveryResponse } from '../../protocol/index.ts';

const encrypted = (port: number): Way => ({ port, encrypted: true });

describe('where a node may connect to', () => {
  // All special-purpose ranges of IANA, and ways to write them.
  it.each([
    '0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '192.0.0.8', '192.0.2.1',
    '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.7', '203.0.113.9', '224.0.0.1', '240.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1',
    '2001::1', '2001:db8::1', '2001:2::1', '2002:7f00:1::', '3fff::1', '5f00::1', 'fc00::1', 'fd12::1', 'fe80::1', 'fec0::1',
    'ff02::1', '4000::1', 'not-an-address',
  ])('not to %s', (address) => {
    expect(mayConnect(address, encrypted(443), undefined)).toBe(false);
  }); // prettier-ignore

  it.each(['8.8.8.8', '::ffff:8.8.8.8', '2606:4700::1111'])('to %s, on 443 and high ports', (address) => {
    expect(mayConnect(address, encrypted(443), undefined)).toBe(true);
    expect(mayConnect(address, encrypted(8443), undefined)).toBe(true);
    expect(mayConnect(address, encrypted(25), undefined)).toBe(false);
  });

  it('to a private range only on the port an administrator named for this peer', () => {
    const allowance: Allowance = { range: '10.8.0.0/16', port: 8443 };
    expect(mayConnect('10.8.3.4', encrypted(8443), allowance)).toBe(true);
    expect(mayConnect('10.8.3.4', encrypted(8444), allowance)).toBe(false);
    expect(mayConnect('10.9.3.4', encrypted(8443), allowance)).toBe(false);
    expect(mayConnect('::ffff:10.8.3.4', encrypted(8443), allowance)).toBe(true);
    expect(mayConnect('fd00::1', encrypted(8443), { range: 'fd00::/8', port: 8443 })).toBe(true);
    expect(mayConnect('10.0.0.1', encrypted(8443), { range: 'fd00::/8', port: 8443 })).toBe(false);
  });

  it('in the clear within such an exception alone, whatever the name stands for', () => {
    const allowance: Allowance = { range: '10.0.0.0/8', port: 4101 };
    const inTheClear = (address: string, port: number) => mayConnect(address, { port, encrypted: false }, allowance);
    expect(inTheClear('10.8.3.4', 4101)).toBe(true);
    for (const port of [4101, 443, 8080]) {
      expect(inTheClear('8.8.8.8', port)).toBe(false);
      expect(inTheClear('2606:4700::1111', port)).toBe(false);
      expect(mayConnect('8.8.8.8', encrypted(port), allowance)).toBe(true);
    }
    expect(inTheClear('10.8.3.4', 8080)).toBe(false);
    expect(checkEndpoint('http://crm.partner.example:4101/lead-exchange', allowance).port).toBe('4101');
    expect(() => checkEndpoint('http://crm.partner.example:8080/lead-exchange', allowance)).toThrow(
      expect.objectContaining({ code: 'endpoint-insecure' }),
    );
  });

  it('by https, unless there is such an exception', () => {
    const allowance = { range: '127.0.0.0/8', port: 80 };
    expect(checkEndpoint('https://vendor.example/lead-exchange', undefined).host).toBe('vendor.example');
    expect(checkEndpoint('http://vendor.localhost/lead-exchange', allowance).protocol).toBe('http:');
    for (const url of ['http://vendor.example/', 'ftp://vendor.example/', 'file:///etc/passwd'])
      expect(() => checkEndpoint(url, undefined)).toThrow(expect.objectContaining({ code: 'endpoint-insecure' }));
    for (const url of ['https://user:pass@vendor.example/', 'https://vendor.example/?a=b', 'vendor.example'])
      expect(() => checkEndpoint(url, undefined)).toThrow(expect.objectContaining({ code: 'endpoint-invalid' }));
  });

  it('within ranges that are ranges', () => {
    expect(checkRange('127.0.0.0/8')).toBe('127.0.0.0/8');
    expect(checkRange('10.1.2.3')).toBe('10.1.2.3/32');
    expect(checkRange('fd00::1')).toBe('fd00::1/128');
    for (const range of ['0.0.0.0/0', '::/0', '0.0.0.0/1', 'localhost', '10.0.0.0/33', ''])
      expect(() => checkRange(range)).toThrow(expect.objectContaining({ code: 'address-range-invalid' }));
  });
});

describe('the way out to peers', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function serve(listener: RequestListener): Promise<number> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    closers.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return (server.address() as AddressInfo).port;
  }

  const contextWith = (clock: Clock) => ({ clock, fetch: peerFetch }) as Context;
  const ctx = contextWith(systemClock);
  const sent = { messageId: 'm', digest: 'd', from: 'a.localhost', to: 'b.localhost' };

  function ask(host: string, port: number, range = '127.0.0.0/8', context = ctx) {
    const ending = new AbortController().signal;
    return guardedFetch(ending)(context, {
      request: deliveryRequest(`http://${host}:${port}/lead-exchange`, '<x/>'),
      allowance: { range, port },
      read: (response) => readDeliveryResponse(response, () => undefined, sent),
    });
  }

  it('reaches a pinned peer by name and by address, uncompressed', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.headers['accept-encoding']?.toString(), request.headers.host);
      response.writeHead(503).end();
    });
    expect(await ask('vendor.localhost', port)).toMatchObject({ kind: 'unsigned', status: 503 });
    expect(await ask('127.0.0.1', port)).toMatchObject({ kind: 'unsigned', status: 503 });
    expect(seen).toEqual(['identity', `vendor.localhost:${port}`, 'identity', `127.0.0.1:${port}`]);
  });

  it.each(['127.0.0.1', 'localhost', 'vendor.localhost'])('refuses %s outside of the range', async (host) => {
    let reached = false;
    const port = await serve((_, response) => {
      reached = true;
      response.end();
    });
    await expect(ask(host, port, '10.0.0.0/8')).rejects.toMatchObject({ code: 'peer-address-refused' });
    expect(reached).toBe(false);
  });

  it('says nothing in the clear to a public address, though a private range is allowed', async () => {
    await expect(ask('8.8.8.8', 4101, '10.0.0.0/8')).rejects.toMatchObject({ code: 'peer-address-refused' });
  });

  it('follows no redirect', async () => {
    let reached = 0;
    const port = await serve((request, response) => {
      reached++;
      response.writeHead(307, { location: `http://127.0.0.1:${String(request.socket.localPort)}/elsewhere` }).end();
    });
    expect(await ask('127.0.0.1', port)).toMatchObject({ kind: 'unsigned', status: 307 });
    expect(reached).toBe(1);
  });

  it('reads no more than a message may have, and nothing compressed', async () => {
    const type = { 'content-type': 'application/vnd.lead-exchange+xml' };
    let written = 0;
    const endless = await serve((_, response) => {
      response.writeHead(200, type);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await ask('127.0.0.1', endless)).toMatchObject({ kind: 'unsigned', reason: 'too-large' });
    expect(written).toBeLessThan(8 * 1024 * 1024);
    const packed = await serve((_, response) => {
      response.writeHead(200, { ...type, 'content-encoding': 'gzip' }).end('x');
    });
    await expect(ask('127.0.0.1', packed)).resolves.toMatchObject({ reason: 'content-encoding' });
  });

  it('gives up on a peer that dribbles its answer, after 20 seconds in all', async () => {
    const deadlines: { milliseconds: number; call: () => void }[] = [];
    const clock: Clock = {
      now: () => 0,
      after: (milliseconds, call) => {
        deadlines.push({ milliseconds, call });
        return () => undefined;
      },
    };
    const port = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.lead-exchange+xml' });
      response.write('<l:', () => deadlines[0]?.call());
    });
    await expect(ask('127.0.0.1', port, '127.0.0.0/8', contextWith(clock))).rejects.toMatchObject({
      code: 'peer-timeout',
    });
    expect(deadlines.map(({ milliseconds }) => milliseconds)).toEqual([20_000]);
  });

  it('gives up on a peer that takes the connection and never says how to encrypt it', async () => {
    const taken: Socket[] = [];
    const deaf = createDeafServer((socket) => void taken.push(socket));
    await new Promise<void>((resolve) => void deaf.listen(0, '127.0.0.1', resolve));
    const { port } = deaf.address() as AddressInfo;
    const within = 100;
    const startedAt = performance.now();
    const asked = guardedFetch(new AbortController().signal, within)(ctx, {
      request: deliveryRequest(`https://127.0.0.1:${port}/lead-exchange`, '<x/>'),
      allowance: { range: '127.0.0.0/8', port },
      read: () => Promise.resolve('an answer'),
    });
    // Nothing can have left: it is tried again like at a peer that is down.
    await expect(asked).rejects.toMatchObject({ code: 'peer-unreachable' });
    expect(taken).toHaveLength(1);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(within - 5);
    for (const socket of taken) socket.destroy();
    await new Promise((resolve) => deaf.close(resolve));
  });

  it('tells whether anything can have left', async () => {
    const port = await serve((request) => request.socket.destroy());
    await expect(ask('127.0.0.1', port)).rejects.toMatchObject({ code: 'peer-broke-off' });
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port: closed } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    await expect(ask('127.0.0.1', closed)).rejects.toMatchObject({ code: 'peer-unreachable' });
    await expect(ask('nobody.invalid', 443)).rejects.toMatchObject({ code: 'peer-unreachable' });
  });
});
