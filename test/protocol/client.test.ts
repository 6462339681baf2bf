import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  capabilitiesRequest,
  deliveryRequest,
  mediaType,
  readCapabilities,
  readDeliveryResponse,
} from '../../protocol/client.ts';
import { open, seal } from '../../protocol/envelope.ts';
import { checkHeader, clockSkewMs, longestLifeMs, makeHeader, makeMessageId } from '../../protocol/header.ts';
import { isRetryable, problemFor, problemStatus, receiptFor } from '../../protocol/reply.ts';
import { problemCodes } from '../../protocol/generated.ts';
import { reforge } from './forge.ts';
import { findKey, message, now, reseller, vendor } from './messages.ts';

const sent = seal(message('Award'), vendor.key);
const opened = open(Buffer.from(sent.xml), findKey);
const answering = { nodeId: reseller.nodeId, now };
const receipt = seal(receiptFor(opened, answering), reseller.key).xml;
const answered = { from: vendor.nodeId, messageId: sent.messageId, digest: sent.digest };
const problem = seal(problemFor(answered, { code: 'rate', retryAfter: 30 }, answering), reseller.key).xml;

function response(status: number, body: string, headers: Record<string, string> = { 'content-type': mediaType }) {
  return new Response(body, { status, headers });
}
const read = (from: Response) => readDeliveryResponse(from, findKey, sent);

describe('an answer to a delivery', () => {
  it('is a receipt when the receiver signed one for this message', async () => {
    const answer = await read(response(200, receipt, { 'content-type': `${mediaType}; charset=utf-8` }));
    expect(answer).toMatchObject({ kind: 'receipt' });
    expect(answer.kind === 'receipt' && answer.opened.message.body.receivedAt).toBe(new Date(now).toISOString());
  });
  it('is a problem with any status when the receiver signed one', async () => {
    for (const status of [429, 400, 200]) {
      const answer = await read(response(status, problem));
      expect(answer.kind === 'problem' && answer.opened.message.body).toEqual({
        code: 'rate',
        retryable: true,
        retryAfter: 30,
      });
    }
  });

  const receiptBy = (key: typeof vendor, change: object = {}) => {
    const { header, body } = receiptFor(opened, { nodeId: key.nodeId, now });
    return seal({ header: { ...header, ...change }, body }, key.key).xml;
  };
  const other = { messageId: makeMessageId(now), digest: sent.digest };
  it.each<[string, Response, string]>([
    ['a proxy page', response(502, '<html></html>', { 'content-type': 'text/html' }), 'media-type'],
    ['no media type', response(404, '', {}), 'media-type'],
    [
      'a compressed body',
      response(200, receipt, { 'content-type': mediaType, 'content-encoding': 'gzip' }),
      'content-encoding',
    ],
    ['garbage of the right type', response(200, 'garbage'), 'not-well-formed'],
    ['an endless body', response(200, ' '.repeat(300_000)), 'too-large'],
    ['a receipt with status 500', response(500, receipt), 'not-an-answer'],
    ['the message itself', response(200, sent.xml), 'audience'],
    ['a receipt signed by the sender itself', response(200, receiptBy(vendor, { to: reseller.nodeId })), 'audience'],
    ['a receipt for another node', response(200, receiptBy(reseller, { to: 'third.test' })), 'audience'],
    ['a receipt for another message', response(200, receiptBy(reseller, { inReplyTo: other })), 'other-message'],
    [
      'a receipt for other content',
      response(
        200,
        receiptBy(reseller, {
          inReplyTo: {
            ...other,
            messageId: sent.messageId,
            digest: Buffer.alloc(32).toString('base64'),
          },
        }),
      ),
      'other-message',
    ],
    [
      'a receipt about nothing',
      response(
        200,
        reforge(receiptBy(reseller), reseller.key, (xml) => xml.replace(/<l:InReplyTo>.*<\/l:InReplyTo>/, '')),
      ),
      'schema',
    ],
    ['a receipt by an unknown key', response(200, receipt.replace(reseller.key.kid, 'A'.repeat(22))), 'unknown-key'],
  ])('proves nothing when it is %s', async (_, from, reason) => {
    expect(await read(from)).toEqual({ kind: 'unsigned', status: from.status, reason });
  });
  it('says when to come back, if it says it in seconds', async () => {
    const later = (value: string) => read(response(503, '', { 'retry-after': value }));
    expect(await later('120')).toMatchObject({ kind: 'unsigned', status: 503, retryAfter: 120 });
    expect(await later('Wed, 21 Oct 2026 07:28:00 GMT')).not.toHaveProperty('retryAfter');
    expect(await later('-1')).not.toHaveProperty('retryAfter');
  });
  it('stops reading an endless stream at the limit', async () => {
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks += 1;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
      },
    });
    const answer = await read(new Response(body, { status: 200, headers: { 'content-type': mediaType } }));
    expect(answer).toMatchObject({ kind: 'unsigned', reason: 'too-large' });
    expect(chunks).toBeLessThan(10);
  });
  it('passes a broken connection on to the caller', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.error(new Error('reset'));
      },
    });
    await expect(read(new Response(body, { headers: { 'content-type': mediaType } }))).rejects.toThrow('reset');
  });
});

describe('requests', () => {
  it('travel over fetch as they are', async () => {
    const seen: string[] = [];
    const server = createServer((request, answer) => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
      request
        .resume()
        .on('end', () =>
          answer
            .writeHead(200, { 'content-type': mediaType })
            .end(request.method === 'POST' ? receipt : seal(message('Capabilities'), vendor.key).xml),
        );
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const delivery = deliveryRequest(`${address}/lead-exchange`, sent.xml);
    expect(await read(await fetch(delivery.url, delivery.init))).toMatchObject({ kind: 'receipt' });
    const discovery = capabilitiesRequest(`${address}/some/page`);
    const capabilities = await readCapabilities(await fetch(discovery.url, discovery.init), findKey);
    expect(capabilities.message.body.levels).toEqual(['Core', 'Withhold']);
    expect(seen).toEqual([`POST /lead-exchange ${mediaType}`, 'GET /.well-known/lead-exchange undefined']);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  it('take only Capabilities for Capabilities', async () => {
    await expect(readCapabilities(response(200, receipt), findKey)).rejects.toMatchObject({ code: 'not-an-answer' });
    await expect(readCapabilities(response(500, ''), findKey)).rejects.toMatchObject({ code: 'status' });
  });
});

describe('headers', () => {
  it('have sortable ids and the longest life', () => {
    const header = makeHeader({ type: 'Release', from: 'a.test', to: 'b.test', now });
    expect(header.messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Date.parse(header.expires) - Date.parse(header.created)).toBe(longestLifeMs);
    expect(Buffer.from(header.blind ?? '', 'base64')).toHaveLength(32);
    expect(makeMessageId(now) < makeMessageId(now + 1)).toBe(true);
    expect(parseInt(makeMessageId(now).replace('-', '').slice(0, 12), 16)).toBe(now);
  });
  const header = makeHeader({ type: 'Award', from: 'a.test', to: 'b.test', now, lifeMs: 60_000 });
  it.each([
    ['now', now, undefined],
    ['within the skew of the future', now - clockSkewMs, undefined],
    ['before its creation', now - clockSkewMs - 1, 'from-future'],
    ['within the skew of its end', now + 60_000 + clockSkewMs, undefined],
    ['after its end', now + 60_001 + clockSkewMs, 'expired'],
  ])('are checked for time: %s', (_, at, code) => {
    expect(checkHeader(header, 'b.test', at)).toBe(code);
  });
  it('are checked for audience and for the longest life', () => {
    expect(checkHeader(header, 'c.test', now)).toBe('audience');
    expect(checkHeader({ ...header, to: '*' }, 'b.test', now)).toBe('audience');
    expect(checkHeader({ ...header, to: '*', type: 'Capabilities' }, 'b.test', now)).toBeUndefined();
    expect(checkHeader({ ...header, expires: new Date(now + longestLifeMs + 1).toISOString() }, 'b.test', now)).toBe(
      'expired',
    );
  });
  it('travel with a status for every problem code', () => {
    for (const code of problemCodes) expect(problemStatus[code]).toBeGreaterThanOrEqual(400);
    expect(problemCodes.filter(isRetryable)).toEqual(['from-future', 'rate', 'overloaded', 'internal']);
  });
});
