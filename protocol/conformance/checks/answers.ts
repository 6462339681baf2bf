import { gzipSync } from 'node:zlib';
import { endpointPath, makeSigningKey, mediaType, problemFor, receiptFor, seal } from '../../index.ts';
import type { Opened, Problem } from '../../index.ts';
import { checksOf, meets, NotRun, Unmet, type Check } from '../check.ts';
import type { Kit } from '../kit.ts';
import type { HttpAnswer } from '../listener.ts';
import { acceptOf, offered } from '../talk.ts';

const check = checksOf('hostile', 'Core');
const again = 'The same Accept again, the same bytes';
const ourType = { 'content-type': mediaType };

type Bad = (kit: Kit, opened: Opened) => HttpAnswer;

/** Answers an Accept in a way that proves nothing, and waits for the same bytes again. */
const unsettled = (bad: Bad) => async (kit: Kit) => {
  const talk = await offered(kit);
  const { conversation } = talk;
  kit.listener.answerNext('Accept', conversation, (opened) => bad(kit, opened));
  const first = await acceptOf(kit, talk);
  const after = kit.listener.deliveries.indexOf(first) + 1;
  const second = await kit.arrival({ conversation, type: 'Accept', after });
  if (!second) throw new Unmet(`The Accept did not come again within ${kit.waitMs / 1_000} seconds.`);
  meets(second.bytes.equals(first.bytes), 'The Accept came again with other bytes.');
};

const problem = (kit: Kit, opened: Opened, body: Pick<Problem, 'code' | 'retryAfter'>): HttpAnswer => {
  const { header } = opened.message;
  const answered = { from: header.from, messageId: header.messageId, digest: opened.digest };
  const answering = { nodeId: kit.identity.nodeId, now: kit.now() };
  return { status: 503, headers: ourType, body: seal(problemFor(answered, body, answering), kit.identity.key).xml };
};

/** A Receipt with something wrong in it. */
const receipt = (kit: Kit, opened: Opened, { key = kit.identity.key, digest = opened.digest, to = '' } = {}) => {
  const good = receiptFor({ ...opened, digest }, { nodeId: kit.identity.nodeId, now: kit.now() });
  const header = to === '' ? good.header : { ...good.header, to };
  return seal({ ...good, header }, key).xml;
};

const zeros = Buffer.alloc(32).toString('base64');
const untrue: readonly (readonly [name: string, requirements: string, sends: string, bad: Bad])[] = [
  ['answer-500', 'LX-133 LX-040', '500 without a signature', () => ({ status: 500, body: 'busy' })],
  ['answer-404', 'LX-133', '404 without a signature', () => ({ status: 404 })],
  ['answer-empty', 'LX-072', '200 without anything', () => ({ status: 200 })],
  ['answer-retryable', 'LX-079 LX-040', 'Problem overloaded', (kit, opened) => problem(kit, opened, { code: 'overloaded', retryAfter: 1 })],
  ['answer-by-another-key', 'LX-072 LX-036', 'A Receipt signed by a key nobody pinned', (kit, opened) => ({ status: 200, headers: ourType, body: receipt(kit, opened, { key: makeSigningKey() }) })],
  ['answer-about-another-digest', 'LX-072', 'A Receipt that quotes another digest', (kit, opened) => ({ status: 200, headers: ourType, body: receipt(kit, opened, { digest: zeros }) })],
  ['answer-for-another-node', 'LX-072', 'A Receipt to another node', (kit, opened) => ({ status: 200, headers: ourType, body: receipt(kit, opened, { to: 'elsewhere.example' }) })],
  ['answer-receipt-with-500', 'LX-072', 'A good Receipt with status 500', (kit, opened) => ({ status: 500, headers: ourType, body: receipt(kit, opened) })],
  ['answer-receipt-as-text', 'LX-071', 'A good Receipt as text/plain', (kit, opened) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: receipt(kit, opened) })],
  ['answer-compressed', 'LX-073', 'A good Receipt, compressed', (kit, opened) => ({ status: 200, headers: { ...ourType, 'content-encoding': 'gzip' }, body: gzipSync(receipt(kit, opened)) })],
  ['answer-too-long', 'LX-074', 'A good Receipt with 300,000 spaces behind it', (kit, opened) => ({ status: 200, headers: ourType, body: receipt(kit, opened) + ' '.repeat(300_000) })],
]; // prettier-ignore

const redirect = check(
  'answer-redirect',
  'LX-074',
  [
    'To an Accept: a redirect to another path',
    'The same Accept again, to the endpoint; nothing is asked at the other path',
  ],
  async (kit) => {
    const path = `${endpointPath}/moved`;
    await unsettled(() => ({ status: 307, headers: { location: path } }))(kit);
    meets(!kit.listener.elsewhere.some((one) => one.endsWith(path)), 'The node followed the redirect.');
  },
);

const slowMs = 30_000;
const slow = check(
  'answer-never-ends',
  'LX-074',
  ['To an Accept: an answer that begins and never ends', 'The node gives up, and the same Accept comes again'],
  async (kit) => {
    if (kit.waitMs < slowMs)
      throw new NotRun(`This takes more than 20 seconds: wait ${slowMs / 1_000} seconds or more.`);
    await unsettled(() => ({ status: 200, headers: ourType, body: '<', hang: true }))(kit);
  },
);

export const answerChecks: readonly Check[] = [
  ...untrue.map(([name, requirements, sends, bad]) =>
    check(name, requirements, [`To an Accept: ${sends}`, again], unsettled(bad)),
  ),
  redirect,
  slow,
];
