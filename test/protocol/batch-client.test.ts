import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { batchRequest, readBatchResponse, readPullResponse } from '../../protocol/batch-client.ts';
import { batchLimits, batchMediaType, readBatch, writeBatch } from '../../protocol/batch.ts';
import { mediaType } from '../../protocol/client.ts';
import { open, seal } from '../../protocol/envelope.ts';
import { problemFor, receiptFor } from '../../protocol/reply.ts';
import { findKey, message, now, reseller, vendor } from './messages.ts';

const answering = { nodeId: reseller.nodeId, now };
const sent = [1, 2, 3].map(() => seal(message('Award'), vendor.key));
const receipts = sent.map(({ xml }) => seal(receiptFor(open(Buffer.from(xml), findKey), answering), reseller.key).xml);
const [first, second] = sent as [(typeof sent)[0], (typeof sent)[0]];
const problem = seal(problemFor(second, { code: 'stale-round' }, answering), reseller.key).xml;

const frame = (documents: readonly string[], status = 200, type = batchMediaType) =>
  new Response(new Uint8Array(writeBatch(documents)), { status, headers: { 'content-type': type } });
const kinds = async (response: Response) => {
  const answers = await readBatchResponse(response, findKey, sent);
  return answers.map((answer) => (answer.kind === 'unsigned' ? `${answer.status} ${answer.reason}` : answer.kind));
};
const all = (what: string) => [what, what, what];

describe('the answers to a batch', () => {
  it('are one for each message, in order, each by itself', async () => {
    expect(await kinds(frame(receipts))).toEqual(all('receipt'));
    expect(await kinds(frame([receipts[0]!, problem, '']))).toEqual(['receipt', 'problem', '401 unauthenticated']);
    expect(await kinds(frame([receipts[0]!, 'rubbish', receipts[2]!]))).toEqual([
      'receipt',
      '200 not-well-formed',
      'receipt',
    ]);
  });
  it('count only in their own place', async () => {
    expect(await kinds(frame([receipts[1]!, receipts[0]!, receipts[2]!]))).toEqual([
      ...['200 other-message', '200 other-message', 'receipt'],
    ]);
  });
  it.each<[string, () => Response, string]>([
    ['too few', () => frame(receipts.slice(1)), '200 batch-count'],
    ['too many', () => frame([...receipts, receipts[0]!]), '200 batch-count'],
    ['with another status', () => frame(receipts, 503), '503 status'],
    ['of another media type', () => frame(receipts, 200, mediaType), '200 media-type'],
    [
      'cut off',
      () => new Response('\0\0\0\x09', { headers: { 'content-type': batchMediaType } }),
      '200 batch-truncated',
    ],
    [
      'endless',
      () => new Response(' '.repeat(batchLimits.bytes + 1), { headers: { 'content-type': batchMediaType } }),
      '200 too-large',
    ],
  ])('prove nothing when they are %s', async (_, response, reason) => {
    expect(await kinds(response())).toEqual(all(reason));
  });
  it('say when to come back', async () => {
    const headers = { 'content-type': 'text/html', 'retry-after': '60' };
    const [answer] = await readBatchResponse(new Response('busy', { status: 503, headers }), findKey, [first]);
    expect(answer).toEqual({ kind: 'unsigned', status: 503, retryAfter: 60, reason: 'media-type' });
  });
  it('come to a request that travels over fetch as it is', async () => {
    const server = createServer((request, answer) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const documents = readBatch(Buffer.concat(chunks)).map((one) => open(one, findKey));
          const made = documents.map((opened) => seal(receiptFor(opened, answering), reseller.key).xml);
          answer.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' }).end(writeBatch(made));
        });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lead-exchange`;
    const { url, init } = batchRequest(address, sent.map(({ xml }) => xml)); // prettier-ignore
    expect(await kinds(await fetch(url, { ...init, body: new Uint8Array(init.body) }))).toEqual(all('receipt'));
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
});

describe('the answer to a Pull', () => {
  const pull = seal(message('Pull'), vendor.key);
  const receipt = seal(receiptFor(open(Buffer.from(pull.xml), findKey), answering), reseller.key).xml;
  const waiting = sent.map(({ xml }) => xml);
  const pulled = async (response: Response) => {
    const { answer, documents } = await readPullResponse(response, findKey, pull);
    return { kind: answer.kind, documents: documents.map((one) => Buffer.from(one).toString()) };
  };

  it('is its receipt, and what waited', async () => {
    expect(await pulled(frame([receipt, ...waiting]))).toEqual({ kind: 'receipt', documents: waiting });
    expect(await pulled(frame([receipt]))).toEqual({ kind: 'receipt', documents: [] });
  });
  it('hands over nothing without the receipt', async () => {
    expect(await pulled(frame([receipts[0]!, ...waiting]))).toEqual({ kind: 'unsigned', documents: [] });
    expect(await pulled(frame(['', ...waiting]))).toEqual({ kind: 'unsigned', documents: [] });
    expect(await pulled(new Response('no', { status: 404 }))).toEqual({ kind: 'unsigned', documents: [] });
    const refused = problemFor(pull, { code: 'rate', retryAfter: 5 }, answering);
    expect(await pulled(frame([seal(refused, reseller.key).xml]))).toEqual({ kind: 'problem', documents: [] });
  });
});
