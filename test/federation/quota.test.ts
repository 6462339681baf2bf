import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideNextToken, decideRefill, decideTake } from '../../node/federation/receiving/decide-quota.ts';
import { describeCapabilities } from '../../node/federation/peers/capabilities.ts';
import { claimBytes } from '../../node/federation/receiving/bytes-under-way.ts';
import { receiveBatch } from '../../node/federation/receiving/receive-batch.ts';
import { receiveMessage } from '../../node/federation/receiving/receive-message.ts';
import { makeMemory } from '../../node/kernel/memory.ts';
import type { Context } from '../../node/kernel/context.ts';
import { open, writeBatch, type Offer } from '../../protocol/index.ts';
import { openFederation, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, type ForeignPeer } from '../support/foreign-peer.ts';

describe('a bucket', () => {
  it('gives in any time at most what was in it and what flowed in meanwhile', () => {
    const step = fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 10_000 }), fc.nat(500), (steps, perMinute, burst) => {
        const rule = { perMinute, burst: burst + 1 };
        let bucket = { tokens: rule.burst, filledAt: 0 };
        let now = 0;
        let taken = 0;
        for (const [wait, wanted] of steps) {
          now += wait;
          const next = decideTake(decideRefill(bucket, rule, now), wanted);
          taken += next.taken;
          bucket = next.left;
          expect(bucket.tokens).toBeGreaterThanOrEqual(0);
          expect(taken).toBeLessThanOrEqual(rule.burst + (now * perMinute) / 60_000 + steps.length);
        }
        if (bucket.tokens > 0) return;
        const at = decideNextToken(bucket, rule);
        expect(decideRefill(bucket, rule, at).tokens).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a partner that sends without end', () => {
  let federation: Federation;
  let node: FederationNode;
  let ctx: Context;
  let noisy: ForeignPeer;
  let quiet: ForeignPeer;
  let conversations = 0;
  beforeAll(async () => {
    federation = await openFederation({ nodes: ['reseller'] });
    node = federation.node('reseller');
    ctx = { ...node.ctx, config: { ...node.ctx.config, messagesPerMinute: 60 } };
    noisy = makeForeignPeer('noisy.localhost', federation.clock.now);
    quiet = makeForeignPeer('quiet.localhost', federation.clock.now);
    for (const peer of [noisy, quiet]) await peer.introduceTo(node);
  });
  afterAll(() => federation[Symbol.asyncDispose]());

  const offer = (): Offer => ({
    mode: 'grab',
    closesAt: new Date(federation.clock.now() + 3_600_000).toISOString(),
    lead: { account: { name: 'Acme' } },
  });
  const next = (peer: ForeignPeer) =>
    Buffer.from(peer.say(node.nodeId, 'Offer', offer(), { conversation: `flood${++conversations}` }).xml);
  const send = (peer: ForeignPeer, of = ctx) => receiveMessage(of, next(peer));
  const rows = async () => (await ctx.db.selectFrom('inbox').select('messageId').execute()).length;

  it('is told to wait by a signed Problem beyond what was announced; the others are not', async () => {
    for (let n = 0; n < 60; n++) expect((await send(noisy)).status).toBe(200);
    const before = await rows();
    const { status, code, xml, retryAfter } = await send(noisy);
    expect({ status, code, retryAfter }).toEqual({ status: 429, code: 'rate', retryAfter: 1 });
    const { body } = open(Buffer.from(xml ?? ''), () => ctx.keys.signing).message;
    expect(body).toMatchObject({ code: 'rate', retryable: true, retryAfter: 1 });
    expect(await rows()).toBe(before);
    expect((await send(quiet)).status).toBe(200);
  });

  it('is told so in every process, and after a restart', async () => {
    const restarted: Context = { ...ctx, memory: makeMemory() };
    expect((await send(noisy, restarted)).code).toBe('rate');
    expect((await send(quiet, restarted)).status).toBe(200);
  });

  it('gets no frame verified while it waits', async () => {
    const frame = writeBatch(Array.from({ length: 50 }, () => next(noisy)));
    expect(await receiveBatch(ctx, frame)).toEqual({ status: 429, retryAfter: 60, unproven: 0 });
    expect((await receiveBatch(ctx, writeBatch([next(quiet)]))).status).toBe(200);
  });

  it('goes on as time goes on', async () => {
    federation.clock.advance('5s');
    const codes = [];
    for (let n = 0; n < 7; n++) codes.push((await send(noisy)).code);
    expect(codes).toEqual([undefined, undefined, undefined, undefined, undefined, 'rate', 'rate']);
  });

  it('has no more bytes under way than was announced: what is beyond that comes again, and takes nobody else’s room', async () => {
    const free: Context = { ...ctx, config: { ...ctx.config, messagesPerMinute: 100_000 }, memory: makeMemory() };
    federation.clock.advance('10m');
    const { bytesInFlight } = await describeCapabilities(free);
    expect(bytesInFlight).toBe(4_194_304);
    // White space behind the root is allowed, and counts.
    const padded = (peer: ForeignPeer) => Buffer.concat([next(peer), Buffer.alloc(262_144)], 262_144).map((byte) => byte || 10); // prettier-ignore
    const messages = Array.from({ length: 20 }, () => padded(noisy));
    const others = [padded(quiet), padded(quiet)];
    const before = await rows();
    const answers = Promise.all(messages.map((bytes) => receiveMessage(free, bytes)));
    const frame = receiveBatch(free, writeBatch([next(noisy)]));
    const beside = Promise.all(others.map((bytes) => receiveMessage(free, bytes)));
    const codes = (await answers).map(({ code }) => code);
    expect(codes.filter((code) => code === undefined)).toHaveLength(16);
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(4);
    expect((await frame).status).toBe(429);
    expect((await beside).map(({ status }) => status)).toEqual([200, 200]);
    expect((await rows()) - before).toBe(18);
    const { xml, retryAfter, status } = (await answers)[codes.indexOf('overloaded')]!;
    expect({ retryAfter, status }).toEqual({ retryAfter: 5, status: 503 });
    const { body } = open(Buffer.from(xml ?? ''), () => ctx.keys.signing).message;
    expect(body).toMatchObject({ code: 'overloaded', retryable: true, retryAfter: 5 });
    // All was answered: there is room for everything again.
    const again = await Promise.all(messages.slice(-4).map((bytes) => receiveMessage(free, bytes)));
    expect(again.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(claimBytes(free, noisy.nodeId, 4_194_304)).toBeDefined();
  });

  it('cannot hide a frame behind a document of nobody', async () => {
    const free: Context = { ...ctx, memory: makeMemory() };
    const release = claimBytes(free, noisy.nodeId, 4_194_304);
    expect(claimBytes(free, noisy.nodeId, 1)).toBeUndefined();
    const frame = writeBatch([Buffer.from('nobody'), next(noisy)]);
    expect(await receiveBatch(free, frame)).toEqual({ status: 429, retryAfter: 60, unproven: 0 });
    release?.();
    federation.clock.advance('1m');
    expect((await receiveBatch(free, frame)).status).toBe(200);
  });

  it('makes the node remember a bounded number of refused messages', async () => {
    const free: Context = { ...ctx, config: { ...ctx.config, messagesPerMinute: 100_000 }, memory: makeMemory() };
    federation.clock.advance('10m');
    const before = await rows();
    const codes = new Map<string, number>();
    for (let n = 0; n < 600; n++) {
      const { xml } = quiet.say(node.nodeId, 'Award', { leaseUntil: offer().closesAt }, { conversation: `x${n}` });
      const code = (await receiveMessage(free, Buffer.from(xml))).code ?? '';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(Object.fromEntries(codes)).toEqual({ 'illegal-transition': 500, rate: 100 });
    expect((await rows()) - before).toBe(500);
  });
});
