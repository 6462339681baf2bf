import { Agent, request } from 'undici';
import { endpointPath, loadSigningKey, mediaType } from '../../../protocol/index.ts';
import { makeForeignPeer } from '../../support/foreign-peer.ts';

/**
 * Posts messages over sixteen connections until it is told to end, then says how it was answered. As a partner: good offers.
 * As a stranger: long documents in anyone's writing, with a signature that was good for other content: they are scanned,
 * brought into their canonical form and digested before they are refused.
 */
const connections = 16;
const prepared = 200;
const peer = makeForeignPeer('noisy.localhost', Date.now, loadSigningKey(process.env['BENCH_KEY'] ?? ''));
const closesAt = new Date(Date.now() + 3_600_000).toISOString();
const fields = Array.from({ length: 22 }, (_, n) => ({
  name: `field${n}`,
  type: 'text' as const,
  value: 'x'.repeat(2_000),
}));
const isPartner = process.env['BENCH_FLOOD'] === 'partner';

function makeDocument(): string {
  const lead = { account: { name: 'Acme' }, ...(!isPartner && { fields }) };
  const offer = { mode: 'grab', closesAt, lead } as const;
  const { xml } = peer.say('flooded.localhost', 'Offer', offer, { conversation: `f${performance.now()}`, seq: 1 });
  return isPartner ? xml : xml.replace('<l:Body>', '\n<l:Body>').replace('Acme', 'Acmf');
}

const documents = Array.from({ length: prepared }, makeDocument);
// Of another address than everybody else here: what an address may send is bounded as well.
const wire = new Agent({ connections, localAddress: '127.0.0.9' });
const answers = new Map<number, number>();
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
console.log('flooding');
let at = 0;
const post = async () => {
  while (!ending.signal.aborted) {
    const body = documents[at++ % prepared] ?? '';
    const options = { method: 'POST', body, headers: { 'content-type': mediaType }, dispatcher: wire } as const;
    const { statusCode, body: answer } = await request((process.env['BENCH_URL'] ?? '') + endpointPath, options);
    await answer.dump();
    answers.set(statusCode, (answers.get(statusCode) ?? 0) + 1);
  }
};
await Promise.all(Array.from({ length: connections }, post));
await wire.close();
console.log(`answered: ${[...answers].map(([status, count]) => `${count} × ${status}`).join(', ')}`);
process.exit();
