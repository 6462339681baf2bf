import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { open, seal } from '../../protocol/envelope.ts';
import { loadSigningKey, verificationKey, type VerificationKey } from '../../protocol/keys.ts';
import { openWithXmlCrypto } from '../../protocol/witness.ts';
import { anyMessage } from '../protocol/arbitraries.ts';
import { message, messageTypes, vendor } from '../protocol/messages.ts';
import { findPinned, readKeys, vectorFolder } from '../protocol/vectors/keys.ts';
import { openTraffic } from './traffic.ts';
import { signByXmlsec1, templateOf, verifyByXmlsec1 } from './xmlsec1.ts';

const rsa = loadSigningKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const ours: readonly VerificationKey[] = [vendor.key, rsa];
const byKid = (keys: readonly VerificationKey[]) => (_: string, kid: string) => keys.find((key) => key.kid === kid);
const readable = anyMessage.filter(({ extensions = [] }) => !extensions.some(({ mustUnderstand }) => mustUnderstand));
const withoutDeclaration = (xml: string) => xml.replace(/^<\?xml[^>]*>/, '');

/** What we and xml-crypto read of documents that we take; the two must be one. */
function openAll(documents: readonly string[], keys: readonly VerificationKey[]): string[] {
  return documents.map((xml) => {
    const opened = open(Buffer.from(xml), byKid(keys));
    const key = byKid(keys)('', opened.kid)!;
    expect(openWithXmlCrypto(withoutDeclaration(xml), key)).toBe(opened.canonical);
    return opened.canonical;
  });
}

interface Vector {
  readonly file: string;
  readonly kind: string;
  readonly verdict: string;
  readonly code?: string;
}
const { vectors } = JSON.parse(readFileSync(new URL('manifest.json', vectorFolder), 'utf8')) as { vectors: Vector[] };
const textOf = ({ file }: Vector) => readFileSync(new URL(file, vectorFolder), 'utf8');

/** At least these; privacy has messages of its own. */
const typesOfTraffic = [
  ...[
    'Capabilities',
    'Offer',
    'Accept',
    'Reject',
    'Award',
    'NoLongerAvailable',
    'Release',
    'Status',
    'Receipt',
    'Problem',
  ],
  ...['Update', 'Recall', 'RecallAnswer', 'Return', 'ReturnAnswer', 'Agreement', 'KeyRollover', 'Pull'],
];

describe('xmlsec1, ourselves and xml-crypto', () => {
  it('agree on every signed vector, and on the text it signs', () => {
    const keys = readKeys();
    const find = findPinned(keys);
    const pinned = keys.filter(({ pinned }) => pinned).map(({ spki }) => verificationKey(Buffer.from(spki, 'base64')));
    const signed = vectors.filter(({ kind, verdict }) => kind === 'signed' && verdict !== 'unauthenticated');
    expect(signed.length).toBeGreaterThan(50);
    const documents = signed.map(textOf);
    const said = verifyByXmlsec1(documents, pinned);
    const read = signed.filter(({ code }) => code !== 'schema' && code !== 'not-understood');
    expect(read.length).toBeGreaterThan(45);
    for (const [at, vector] of signed.entries()) {
      expect(said[at], vector.file).toBeDefined();
      if (!read.includes(vector)) continue;
      const opened = open(Buffer.from(documents[at]!), find);
      expect(said[at], vector.file).toBe(opened.canonical);
    }
  });

  it('agree on messages of every type, with any content the schema allows', () => {
    const random = fc.sample(readable, { numRuns: 50, seed: 20260314 });
    const messages = [...messageTypes.map((type) => message(type)), ...random];
    const documents = messages.flatMap((each, at) => seal(each, at % 5 === 0 ? rsa : vendor.key).xml);
    expect(verifyByXmlsec1(documents, ours)).toEqual(openAll(documents, ours));
  });

  it('agree on what xmlsec1 signs, by P-256 and by RSA', () => {
    const random = fc.sample(readable, { numRuns: 15, seed: 20260315 });
    for (const key of [vendor.key, rsa]) {
      const messages = [...messageTypes.map((type) => message(type)), ...random];
      const sealed = messages.map((each) => seal(each, key));
      const signed = signByXmlsec1(
        sealed.map(({ xml }) => templateOf(xml)),
        key,
      );
      expect(openAll(signed, ours)).toEqual(
        openAll(
          sealed.map(({ xml }) => xml),
          ours,
        ),
      );
      expect(signed.map((xml) => open(Buffer.from(xml), byKid(ours)).digest)).toEqual(
        sealed.map(({ digest }) => digest),
      );
    }
  });

  it('agree that a changed value, digest or signature is bad', () => {
    const { xml } = seal(message('Reject'), vendor.key);
    const changed = [
      xml.replace('Nobody', 'Somebody'),
      xml.replace(/DigestValue>..../, 'DigestValue>AAAA'),
      xml.replace(/SignatureValue>..../, 'SignatureValue>AAAA'),
    ];
    const { canonical } = open(Buffer.from(xml), byKid(ours));
    const said = verifyByXmlsec1([changed[0]!, xml, ...changed.slice(1)], ours);
    expect(said).toEqual([undefined, canonical, undefined, undefined]);
    for (const each of changed) {
      expect(() => open(Buffer.from(each), byKid(ours))).toThrow(expect.objectContaining({ unauthenticated: true }));
      expect(() => openWithXmlCrypto(each, vendor.key)).toThrow(expect.objectContaining({ code: 'witness' }));
    }
  });

  it('agree on everything that nodes say to each other', async () => {
    const { documents, keys, types } = await openTraffic();
    expect(documents.length).toBeGreaterThan(40);
    expect(verifyByXmlsec1(documents, keys)).toEqual(openAll(documents, keys));
    expect([...types]).toEqual(expect.arrayContaining(typesOfTraffic));
  });
});
