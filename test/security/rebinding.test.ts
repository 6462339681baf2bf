import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { guardedFetch, peerFetch } from '../../node/federation/sending/guarded-fetch.ts';
import { systemClock, type Clock } from '../../node/kernel/clock.ts';
import type { Context } from '../../node/kernel/context.ts';
import { deliveryRequest } from '../../protocol/index.ts';

/** What an attacker's name server says, answer by answer; the last one stays. `never`: nothing, ever. */
const answers = vi.hoisted((): string[][] => []);
vi.mock('node:dns', () => ({
  lookup(_name: string, _options: object, done: (error: null, found: readonly LookupAddress[]) => void) {
    if (answers[0]?.[0] === 'never') return;
    const found = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    done(
      null,
      found.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })),
    );
  },
}));

let server: Server;
let port: number;
let connections: number;
beforeAll(async () => {
  server = createServer((_request, response) => response.writeHead(503, { connection: 'close' }).end());
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  connections = 0;
});

const fetchFrom = guardedFetch(new AbortController().signal);
const ctx = { clock: systemClock, fetch: peerFetch } as Context;

/** Asks the attacker's node, with an administrator's exception or without. */
const ask = (range?: string, context = ctx) =>
  fetchFrom(context, {
    request: deliveryRequest(`${range === undefined ? 'https' : 'http'}://evil.example:${port}/lead-exchange`, '<x/>'),
    allowance: range === undefined ? undefined : { range, port },
    read: (response) => Promise.resolve(response.status),
  });
const setAnswers = (...some: string[][]) => answers.splice(0, answers.length, ...some);

it.each(['127.0.0.1', '::ffff:127.0.0.1', '169.254.169.254', '10.0.0.1', '0.0.0.0', '::1', 'fd00::1'])(
  'a partner’s name that stands for %s is not connected to',
  async (address) => {
    setAnswers([address]);
    await expect(ask()).rejects.toMatchObject({ code: 'peer-address-refused' });
    setAnswers([address, '169.254.169.254']);
    await expect(ask()).rejects.toMatchObject({ code: 'peer-address-refused' });
    expect(connections).toBe(0);
  },
);

it('a name that changes its address between two messages is looked at each time it is connected to', async () => {
  setAnswers(['127.0.0.1'], ['169.254.169.254'], ['127.0.0.1']);
  await expect(ask('127.0.0.0/8')).resolves.toBe(503);
  await expect(ask('127.0.0.0/8')).rejects.toMatchObject({ code: 'peer-address-refused' });
  await expect(ask('127.0.0.0/8')).resolves.toBe(503);
  // Nor in the clear to a public address, which HTTPS might reach.
  setAnswers(['8.8.8.8']);
  await expect(ask('127.0.0.0/8')).rejects.toMatchObject({ code: 'peer-address-refused' });
  expect(connections).toBe(2);
});

it('a name with several addresses is connected to at an allowed one only', async () => {
  setAnswers(['169.254.169.254', '127.0.0.1', '10.0.0.1']);
  await expect(ask('127.0.0.0/8')).resolves.toBe(503);
});

it('a name server that never answers holds a delivery up for 20 seconds in all', async () => {
  setAnswers(['never']);
  const deadlines: number[] = [];
  const clock: Clock = {
    now: () => 0,
    after: (milliseconds, call) => {
      deadlines.push(milliseconds);
      setImmediate(call);
      return () => undefined;
    },
  };
  await expect(ask('127.0.0.0/8', { ...ctx, clock })).rejects.toMatchObject({ code: 'peer-timeout' });
  expect(deadlines).toEqual([20_000]);
  expect(connections).toBe(0);
});
