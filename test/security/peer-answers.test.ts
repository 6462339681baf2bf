import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { guardedFetch, peerFetch } from '../../node/federation/sending/guarded-fetch.ts';
import { systemClock, type Clock } from '../../node/kernel/clock.ts';
import type { Context } from '../../node/kernel/context.ts';
import { deliveryRequest, readDeliveryResponse } from '../../protocol/index.ts';

// What a partner's address and answers can be, byte by byte: they are spelled and sent by hand.

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  }
});

/** A peer that does this with each connection once a request has come; its port and the bytes of each request. */
async function serve(answer: (socket: Socket, port: number) => void): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createNetServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', (bytes) => {
      requests.push(bytes.toString('latin1'));
      answer(socket, (server.address() as AddressInfo).port);
    });
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, requests };
}

const sent = { messageId: 'm', digest: 'd', from: 'a.localhost', to: 'b.localhost' };
/** Calls the endpoint; an administrator may have allowed this machine, as for a partner in one's own network. */
function ask(url: string, { port, clock = systemClock }: { port?: number; clock?: Clock } = {}) {
  const ctx = { clock, fetch: peerFetch } as Context;
  return guardedFetch(new AbortController().signal)(ctx, {
    request: deliveryRequest(url, '<x/>'),
    allowance: port === undefined ? undefined : { range: '127.0.0.0/8', port },
    read: (response) => readDeliveryResponse(response, () => undefined, sent),
  });
}
const here = (port: number, clock: Clock = systemClock) =>
  ask(`http://127.0.0.1:${port}/lead-exchange`, { port, clock });

describe('an address that stands for an inner one, however it is spelled,', () => {
  it.each([
    '127.0.0.1', '127.1', '127.0.1', '0177.0.0.1', '0x7f.0.0.1', '0x7f000001', '2130706433', '017700000001', '127.0.0.1.',
    '%31%32%37.0.0.1', '１２７.０.０.１', '①②⑦.0.0.1', '127。0。0。1', '0', '0.0.0.0', '0x0', '000000',
    '10.0.0.1', '0xa.1', '167772161', '169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '192.168.257',
    '172.16.1', '100.64.0.1', '198.18.0.1', '255.255.255.255', '224.0.0.1',
    '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]',
    '[ff02::1]', '[fec0::1]', '[100::1]', '[2001:db8::1]', '[::ffff:0:127.0.0.1]',
    'localhost', 'LOCALHOST', 'a.localhost', 'localhost.', 'localhost%2e',
  ])('%s is not connected to', async (host) => {
    await expect(ask(`https://${host}:8443/lead-exchange`)).rejects.toMatchObject({ code: 'peer-address-refused' });
  }); // prettier-ignore

  it.each(['[fe80::1%25lo]', '[::1%25eth0]', '256.256.256.256', '1.2.3.4.5', '0x100000000', '127.0.0.0x100', '[::1', '[1.2.3.4]', 'a b', ''])(
    '%s is no address at all',
    async (host) => {
      await expect(ask(`https://${host}:8443/lead-exchange`)).rejects.toMatchObject({ code: 'endpoint-invalid' });
    },
  ); // prettier-ignore
});

describe('an answer that leads elsewhere', () => {
  it.each([300, 301, 302, 303, 305, 307, 308])('is not followed: %i', async (status) => {
    const elsewhere = await serve((socket) => socket.destroy());
    const { port, requests } = await serve((socket, own) => {
      const lines = [elsewhere.port, own].map((to) => `Location: http://127.0.0.1:${to}/x`);
      const more = `Refresh: 0; url=http://127.0.0.1:${elsewhere.port}/`;
      socket.end(`HTTP/1.1 ${status} Moved\r\n${lines[0]}\r\n${more}\r\nContent-Length: 0\r\n\r\n`);
    });
    expect(await here(port)).toMatchObject({ kind: 'unsigned', status });
    expect(requests).toHaveLength(1);
    expect(elsewhere.requests).toEqual([]);
  });
});

const type = 'Content-Type: application/vnd.lead-exchange+xml';

describe('an answer that is', () => {
  it.each<[string, string]>([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['without headers', 'HTTP/1.1 200 OK'],
    ['of two lengths', `HTTP/1.1 200 OK\r\n${type}\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    ['of a length and of pieces', `HTTP/1.1 200 OK\r\n${type}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`],
    ['of a length that is no number', `HTTP/1.1 200 OK\r\n${type}\r\nContent-Length: 0x3\r\n\r\nabc`],
    ['shorter than it says', `HTTP/1.1 200 OK\r\n${type}\r\nContent-Length: 300\r\n\r\nabc`],
    ['cut off in a piece', `HTTP/1.1 200 OK\r\n${type}\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc`],
    ['of pieces with a wrong size', `HTTP/1.1 200 OK\r\n${type}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`],
    ['a header of 64 KiB', `HTTP/1.1 200 OK\r\n${type}\r\nX: ${'y'.repeat(65_536)}\r\n\r\n`],
    ['a flood of headers', `HTTP/1.1 200 OK\r\n${type}\r\n${'X: y\r\n'.repeat(20_000)}\r\n`],
    ['of another protocol', `HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n`],
  ])('%s counts as a connection that broke', async (_, bytes) => {
    const { port } = await serve((socket) => socket.end(bytes, 'latin1'));
    await expect(here(port)).rejects.toMatchObject({ code: 'peer-broke-off' });
  }); // prettier-ignore

  it.each(['gzip', 'br', 'deflate', 'zstd', 'identity, gzip', 'x-gzip'])('packed by %s is not unpacked', async (coding) => {
    const { port } = await serve((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\n${type}\r\nContent-Encoding: ${coding}\r\nContent-Length: 3\r\n\r\nabc`);
    });
    expect(await here(port)).toMatchObject({ kind: 'unsigned', reason: 'content-encoding' });
  }); // prettier-ignore

  const endless: [string, (socket: Socket) => void][] = [
    ['silence', () => undefined],
    ['interim answers', (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')],
    ['headers', (socket) => socket.write('HTTP/1.1 200 OK\r\nX: y\r\n')],
    ['a body without its end', (socket) => socket.write(`HTTP/1.1 200 OK\r\n${type}\r\nContent-Length: 9\r\n\r\nabc`)],
    ['pieces without the last', (socket) => socket.write(`HTTP/1.1 200 OK\r\n${type}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`)],
  ]; // prettier-ignore
  it.each(endless)('%s, and then nothing, ends after 20 seconds in all', async (_, write) => {
    const deadlines: (() => void)[] = [];
    const clock: Clock = { now: () => 0, after: (milliseconds, call) => (expect(milliseconds).toBe(20_000), deadlines.push(call), () => undefined) }; // prettier-ignore
    const { port } = await serve((socket) => {
      write(socket);
      // The deadline comes once the peer has had its say.
      setImmediate(() => deadlines[0]?.());
    });
    await expect(here(port, clock)).rejects.toMatchObject({ code: 'peer-timeout' });
    expect(deadlines).toHaveLength(1);
  });
});
