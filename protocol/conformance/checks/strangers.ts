import { gzipSync } from 'node:zlib';
import { makeSigningKey, mediaType } from '../../index.ts';
import { expectProblem, expectReceipt, type Answer } from '../answer.ts';
import { checksOf, meets, type Check } from '../check.ts';
import { resigned } from '../hand-signed.ts';
import { sealAs, type Identity } from '../identity.ts';
import type { Kit } from '../kit.ts';
import { makeTalk, offered } from '../talk.ts';
import { quoting } from './offering.ts';

const check = checksOf('hostile', 'Core');
const constant = 'The constant 401, unsigned';
const longest = 262_144;

type Attack = (xml: string, kit: Kit) => Promise<Answer>;

/** A good Offer that is spoiled on its way. */
const spoiled = (attack: Attack) => async (kit: Kit) => {
  const talk = makeTalk(kit);
  await kit.expectStranger(await attack(talk.say('Offer', talk.offerBody()).xml, kit));
};

function byStranger(kit: Kit, identity: Identity): string {
  const talk = makeTalk(kit);
  const header = { conversation: talk.conversation, round: 1, seq: 1 };
  const { nodeId: to } = kit.target;
  return sealAs(identity, { to, now: kit.now() }, { type: 'Offer', body: talk.offerBody(), header }).xml;
}

const requests: readonly Check[] = [
  check('unknown-node', 'LX-036 LX-043', ['An Offer of a node nobody introduced', constant], async (kit) => {
    await kit.expectStranger(await kit.post(byStranger(kit, { nodeId: 'stranger.example', key: makeSigningKey() })));
  }),
  check(
    'unknown-key',
    'LX-036 LX-043',
    ['An Offer in the name of the kit under another key', constant],
    async (kit) => {
      await kit.expectStranger(await kit.post(byStranger(kit, { ...kit.identity, key: makeSigningKey() })));
    },
  ),
  check('pretended-key', 'LX-036 LX-037', ['An Offer signed by another key than it names', constant], async (kit) => {
    const key = { ...makeSigningKey(), kid: kit.identity.key.kid };
    await kit.expectStranger(await kit.post(byStranger(kit, { ...kit.identity, key })));
  }),
  check(
    'in-the-name-of-the-node',
    'LX-036',
    ['An Offer that says it is from the node itself', constant],
    async (kit) => {
      await kit.expectStranger(await kit.post(byStranger(kit, { ...kit.identity, nodeId: kit.target.nodeId })));
    },
  ),
  check(
    'tampered',
    'LX-037 LX-043',
    ['An Offer with another city than was signed', constant],
    spoiled((xml, kit) => kit.post(xml.replace('Köln', 'Bonn'))),
  ),
  check(
    'longer-than-allowed',
    'LX-001 LX-043',
    ['262,145 bytes', constant],
    spoiled((xml, kit) => kit.post(xml + ' '.repeat(longest + 1 - Buffer.byteLength(xml)))),
  ),
  check('longest-allowed', 'LX-001', ['A good Offer of 262,144 bytes', 'A Receipt'], async (kit) => {
    const talk = makeTalk(kit);
    const sealed = talk.say('Offer', talk.offerBody());
    const xml = sealed.xml + ' '.repeat(longest - Buffer.byteLength(sealed.xml));
    expectReceipt(await kit.post(xml, {}, sealed));
  }),
  check(
    'megabytes',
    'LX-001 LX-043',
    ['Four megabytes, then an Offer', 'The constant 401, or the connection cut; then a Receipt'],
    async (kit) => {
      const talk = makeTalk(kit);
      const long = talk.say('Offer', talk.offerBody()).xml + ' '.repeat(4_194_304);
      await kit.expectStranger(await kit.post(long).catch(() => kit.post('')));
      expectReceipt((await makeTalk(kit).offer()).answer);
    },
  ),
  check(
    'compressed',
    'LX-073 LX-043',
    ['A compressed Offer that says so', constant],
    spoiled((xml, kit) => kit.post(gzipSync(xml), { 'content-encoding': 'gzip' })),
  ),
  check(
    'other-media-type',
    'LX-070 LX-043',
    ['A good Offer as application/xml', constant],
    spoiled((xml, kit) => kit.post(xml, { 'content-type': 'application/xml' })),
  ),
  check(
    'plain-text',
    'LX-070 LX-043',
    ['A good Offer as text/plain', constant],
    spoiled((xml, kit) => kit.post(xml, { 'content-type': 'text/plain' })),
  ),
];

const order: readonly Check[] = [
  check(
    'order-key-before-schema',
    'LX-041 LX-042',
    ['A document that breaks the schema, of an unknown node', constant],
    async (kit) => {
      const identity = { nodeId: 'stranger.example', key: makeSigningKey() };
      const xml = byStranger(kit, identity);
      await kit.expectStranger(await kit.post(resigned(xml, identity.key, withoutTimes)));
    },
  ),
  check(
    'order-digest-before-schema',
    'LX-041',
    ['A document that breaks the schema, and was not signed so', constant],
    async (kit) => {
      const talk = makeTalk(kit);
      await kit.expectStranger(await kit.post(withoutTimes(talk.say('Offer', talk.offerBody()).xml)));
    },
  ),
  check(
    'order-schema-before-audience',
    'LX-041',
    ['A document that breaks the schema, for another node', 'Problem schema'],
    async (kit) => {
      const talk = makeTalk(kit);
      const sealed = talk.say('Offer', talk.offerBody(), { to: 'elsewhere.example' });
      const xml = resigned(sealed.xml, kit.identity.key, withoutTimes);
      expectProblem(await kit.post(xml, {}, { ...quoting(xml, sealed), to: kit.target.nodeId }), 'schema');
    },
  ),
  check(
    'order-audience-before-repetition',
    'LX-041',
    ['A known MessageId with other content, for another node', 'Problem audience'],
    async (kit) => {
      const talk = makeTalk(kit);
      const { sealed, answer } = await talk.offer();
      expectReceipt(answer);
      const other = talk.say('Offer', talk.offerBody(), { messageId: sealed.messageId, to: 'elsewhere.example' });
      expectProblem(await kit.post(other.xml, {}, { ...other, to: kit.target.nodeId }), 'audience');
    },
  ),
  check(
    'order-repetition-before-state',
    'LX-041',
    ['A known MessageId with other content, of a round that is over', 'Problem conflict'],
    async (kit) => {
      const talk = await offered(kit);
      const { sealed, answer } = await talk.close();
      expectReceipt(answer);
      const { messageId } = sealed;
      expectProblem((await talk.send('NoLongerAvailable', { reason: 'expired' }, { messageId })).answer, 'conflict');
    },
  ),
  check(
    'strangers-cannot-ask',
    'LX-050 LX-043',
    ['A known message, posted again with a broken signature', constant],
    async (kit) => {
      const { sealed, answer } = await makeTalk(kit).offer();
      expectReceipt(answer);
      const broken = sealed.xml.replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA');
      meets(broken !== sealed.xml, 'Nothing was broken.');
      await kit.expectStranger(await kit.post(broken, { 'content-type': mediaType }));
    },
  ),
];

const withoutTimes = (text: string) => text.replace(/<l:ClosesAt>.*<\/l:ClosesAt>/, '');

export const strangerChecks: readonly Check[] = [...requests, ...order];
