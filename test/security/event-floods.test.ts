import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { announce } from '../../node/kernel/live-events.ts';
import { makeRingingClock } from '../support/clock.ts';
import { openPeople, type PeopleNode } from '../support/people.ts';
import { until } from '../support/until.ts';
import { openDeafLine, openLine } from './event-stream.ts';

/** Lines that one user may have open. */
const most = 20;

let node: PeopleNode;
let server: Server;
let url: string;
/** The server's ends of all connections. */
let sockets: Socket[];
let ann: { authorization: string };
let bob: { authorization: string };
beforeEach(async () => {
  node = await openPeople({ clock: makeRingingClock() });
  ann = { authorization: await node.bearer(await node.add('ann')) };
  bob = { authorization: await node.bearer(await node.add('bob')) };
  sockets = [];
  server = createServer(node.app);
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await node[Symbol.asyncDispose]();
});

const tell = (size: number) =>
  transact(node.ctx, (tx) => announce(tx, { kind: 'long', payload: { text: 'x'.repeat(size) } }));
const turn = () => new Promise((resolve) => setImmediate(resolve));
const statusOf = async (headers: Record<string, string>) => {
  await using line = await openLine(url, headers);
  return line.status;
};
const isClosed = (socket: Socket | undefined) => socket?.destroyed === true;

describe('one user’s lines', () => {
  it('are limited in number: the next is refused until one is closed, and other users notice nothing', async () => {
    const lines = await Promise.all(Array.from({ length: most }, () => openLine(url, ann)));
    expect(lines.map(({ status }) => status)).toEqual(lines.map(() => 200));
    const refused = await fetch(`${url}/api/events`, { headers: ann });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await refused.json()).toMatchObject({ code: 'too-many-streams' });
    expect(await statusOf(bob)).toBe(200);
    await lines[0]?.close();
    await until(async () => (await statusOf(ann)) === 200);
    for (const line of lines) await line.close();
  });

  it('are counted when they are asked for on one connection, and given back when it breaks', async () => {
    const deaf = await openDeafLine(url, ann, most);
    // Asked for before anything else is: whoever looks must not take one of the places.
    await until(() => (sockets[0]?.bytesRead ?? 0) > 0);
    await until(async () => (await statusOf(ann)) === 429);
    deaf.destroy();
    await until(async () => (await statusOf(ann)) === 200);
  });
});

it('a line ends after five minutes, to be asked for again', async () => {
  await using line = await openLine(url, ann);
  await line.until('retry:');
  for (let minute = 1; minute <= 5; minute++) {
    node.clock.advance('1m');
    await turn();
  }
  await tell(1);
  await line.ended;
  expect(line.heard()).not.toContain('event: long');
});

describe('a line whose client does not read', () => {
  it('keeps little waiting in memory, is cut off after half a minute and gives its place back', async () => {
    const deaf = await openDeafLine(url, bob);
    await until(() => sockets.length === 1 && (sockets[0]?.bytesWritten ?? 0) > 0);
    const [socket] = sockets;
    const size = 100_000;
    // Far more than the buffers of both ends of the connection hold.
    for (let written = 0; written < 30_000_000; written += size) await tell(size);
    await until(() => socket?.writableNeedDrain === true);
    expect(socket?.writableLength).toBeLessThan(3 * size);
    node.clock.advance('29s');
    await turn();
    expect(isClosed(socket)).toBe(false);
    node.clock.advance('1s');
    await until(() => isClosed(socket));
    deaf.destroy();
  });

  it('gets every event once when it reads on in time', async () => {
    const deaf = await openDeafLine(url, bob);
    await until(() => (sockets[0]?.bytesWritten ?? 0) > 0);
    for (let written = 0; written < 300; written++) await tell(100_000);
    await until(() => sockets[0]?.writableNeedDrain === true);
    let heard = '';
    deaf.on('data', (piece: Buffer) => (heard += piece.toString('latin1')));
    deaf.resume();
    const ids = () => [...heard.matchAll(/^data: \{"id":"(\w+)"/gm)].map(([, id]) => id);
    await until(() => ids().length >= 300);
    expect(new Set(ids()).size).toBe(300);
    deaf.destroy();
  });
});
