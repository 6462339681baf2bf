import { createHash } from 'node:crypto';
import type { AnyMessage, MessageType } from '../../../protocol/generated.ts';
import { loadSigningKey } from '../../../protocol/keys.ts';
import { makeRolloverProof } from '../../../protocol/rollover.ts';
import { writeElement, type XmlElement } from '../../../protocol/tree.ts';
import { writeMessage } from '../../../protocol/xml.ts';
import { forge } from '../forge.ts';
import { at, bodies, day, idOf, messageOf, minute, bytes32 } from './bodies.ts';
import { signer, type TestKey } from './keys.ts';
import type { MadeVector } from './vector.ts';

export const canonicalOf = (message: AnyMessage): string => writeElement(writeMessage(message));

function indent(element: XmlElement, depth = 0): string {
  const pad = '  '.repeat(depth);
  const leaf = writeElement({ ...element, children: [] });
  if (element.children.length === 0) return pad + leaf;
  const end = leaf.indexOf('</');
  const inside = element.children.map((child) => `${indent(child, depth + 1)}\n`).join('');
  return `${pad}${leaf.slice(0, end)}\n${inside}${pad}${leaf.slice(end)}`;
}

/** Puts white space between elements, but none into those that are empty. */
export const spread = (xml: string, space: string): string =>
  xml.replaceAll(/>(?=<(?!\/ds:(?:CanonicalizationMethod|SignatureMethod|Transform|DigestMethod)>))/g, `>${space}`);

/** Signs a document indented, so that people can read it; the white space is part of what is signed. */
function signReadably(message: AnyMessage, key: ReturnType<typeof signer>): { xml: string; digest: string } {
  const canonical = indent(writeMessage(message)).replace(/\n<\/l:Message>$/, '\n  </l:Message>');
  const xml = forge(canonical, {
    privateKey: key.private,
    kid: key.kid,
    signedInfo: (info) => spread(info, '\n      '),
    signature: (text) =>
      text
        .replace('<ds:SignedInfo>', '\n    <ds:SignedInfo>')
        .replaceAll(/<ds:(SignatureValue|KeyInfo)>/g, '\n    $&')
        .replace('</ds:Signature>', '\n  </ds:Signature>'),
  });
  return { xml, digest: createHash('sha256').update(canonical).digest('base64') };
}

/** A whole conversation, each message with the digest of the one before. */
function walk(keys: readonly TestKey[]): MadeVector[] {
  const [vendor, reseller] = [signer(keys, 'vendor'), signer(keys, 'reseller')];
  const vectors: MadeVector[] = [];
  const last: Record<string, string> = {};
  const digests: string[] = [];
  const say = (who: typeof vendor, type: MessageType, seq: number, { body = {}, head = {}, why = '' }) => {
    const number = vectors.length + 1;
    const to = who === vendor ? reseller : vendor;
    const prevDigest = last[who.name];
    const message = messageOf(type, body, {
      ...{ messageId: idOf(0x100 + number), from: who.nodeId, to: to.nodeId, created: at(number) },
      ...(seq > 0 && { seq, ...(prevDigest !== undefined && { prevDigest }) }),
      ...head,
    });
    const { xml, digest } = signReadably(message, who);
    if (seq > 0) last[who.name] = digest;
    digests.push(digest);
    const name = type.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase();
    vectors.push({
      file: `signed/walk-${number}-${name}.xml`,
      ...{ kind: 'signed', key: who.name, verdict: 'valid', requirement: 'LX-101', why, bytes: xml },
      ...(to === vendor && { receiver: vendor.nodeId }),
    });
  };
  say(vendor, 'Offer', 1, { why: 'a grab with withheld fields and their commitments' });
  say(reseller, 'Accept', 1, { body: { offerDigest: digests[0] }, why: 'the claim' });
  say(vendor, 'Award', 2, { why: 'first; provisional until its receipt' });
  const inReplyTo = { messageId: idOf(0x103), digest: digests[2] ?? '' };
  say(reseller, 'Receipt', 0, { head: { inReplyTo }, why: 'the receipt for the Award' });
  say(vendor, 'Release', 3, { why: 'the whole lead; every commitment opens' });
  say(reseller, 'Status', 2, { why: 'received' });
  const amount = { currency: 'EUR', amount: '61250.00' };
  say(reseller, 'Status', 3, { body: { revision: 2, disposition: 'won', amount }, why: 'won, with the order value' });
  return vectors;
}

const plainHead = { from: 'vendor.example', to: 'reseller.example' };

/** Where a message holds a key, it is one that exists. */
function realKeys(keys: readonly TestKey[], type: MessageType): object {
  if (type === 'Capabilities') {
    const { kid, spki } = signer(keys, 'rsa-vendor');
    return { endpoint: 'https://rsa.vendor.example/lead-exchange', keys: [{ kid, algorithm: 'rsa-sha256', spki }] };
  }
  if (type !== 'KeyRollover') return {};
  const { kid, spki, private: privateKey } = signer(keys, 'attacker');
  const facts = { nodeId: 'vendor.example', oldKid: signer(keys, 'vendor').kid };
  const proof = makeRolloverProof(loadSigningKey(privateKey), facts);
  return { newKey: { kid, algorithm: 'ecdsa-sha256', spki }, proof };
}

function everyType(keys: readonly TestKey[]): MadeVector[] {
  return (Object.keys(bodies) as MessageType[]).map((type) => {
    const [key, from] = type === 'Capabilities' ? ['rsa-vendor', 'rsa.vendor.example'] : ['vendor', 'vendor.example'];
    const message = messageOf(type, realKeys(keys, type), {
      ...plainHead,
      from,
      ...(type === 'Capabilities' && { to: '*' }),
    });
    const { private: privateKey, kid } = signer(keys, key);
    const method = key === 'vendor' ? undefined : 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
    return {
      file: `signed/${type.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()}.xml`,
      ...{ kind: 'signed', key, verdict: 'valid', requirement: key === 'vendor' ? 'LX-031' : 'LX-032' },
      why: `a ${type} in its canonical form, ${key === 'vendor' ? 'P-256' : 'RSA'}`,
      bytes: forge(canonicalOf(message), { privateKey, kid, ...(method && { method }) }),
    };
  });
}

type Timed = readonly [name: string, head: object, code: string | undefined, requirement: string, why: string];
const now = 7_000;
const timed: readonly Timed[] = [
  ['for-another-node', { to: 'somebody.example' }, 'audience', 'LX-051', 'addressed to another node'],
  [
    'created-five-minutes-ahead',
    { created: at(now + 5 * minute) },
    undefined,
    'LX-052',
    'clocks may differ by five minutes',
  ],
  [
    'created-later',
    { created: at(now + 5 * minute + 1) },
    'from-future',
    'LX-052',
    'a millisecond more than clocks may differ',
  ],
  [
    'expired-five-minutes-ago',
    { created: at(-day), expires: at(now - 5 * minute) },
    undefined,
    'LX-052',
    'clocks may differ by five minutes',
  ],
  [
    'expired',
    { created: at(-day), expires: at(now - 5 * minute - 1) },
    'expired',
    'LX-052',
    'a millisecond more than clocks may differ',
  ],
  ['lives-fourteen-days', { created: at(0), expires: at(14 * day) }, undefined, 'LX-052', 'the longest life'],
  [
    'lives-too-long',
    { created: at(0), expires: at(14 * day + 1) },
    'expired',
    'LX-052',
    'longer than any message may live',
  ],
  ['expires-before-it-begins', { created: at(0), expires: at(-day) }, 'expired', 'LX-052', 'over before it began'],
];

function inTime(keys: readonly TestKey[]): MadeVector[] {
  const { private: privateKey, kid } = signer(keys, 'vendor');
  return timed.map(([name, head, code, requirement, why], index) => ({
    file: `signed/${name}.xml`,
    ...{ kind: 'signed', key: 'vendor', verdict: code === undefined ? 'valid' : 'problem', requirement, why },
    ...(code !== undefined && { code }),
    bytes: forge(canonicalOf(messageOf('Award', {}, { ...plainHead, messageId: idOf(0x200 + index), ...head })), {
      privateKey,
      kid,
    }),
  }));
}

type Wrong = readonly [
  name: string,
  xml: string,
  code: string,
  path: string | undefined,
  requirement: string,
  why: string,
];

/** Good signatures over what the schema refuses: the sender is proven, so a Problem answers. */
function provenButWrong(keys: readonly TestKey[]): MadeVector[] {
  const { private: privateKey, kid } = signer(keys, 'vendor');
  const award = canonicalOf(messageOf('Award', {}, { ...plainHead, messageId: idOf(0x300) }));
  const wrong = (...[name, xml, code, path, requirement, why]: Wrong): MadeVector => ({
    file: `signed/${name}.xml`,
    ...{
      kind: 'signed',
      key: 'vendor',
      verdict: 'problem',
      code,
      ...(path !== undefined && { path }),
      requirement,
      why,
    },
    bytes: forge(xml, { privateKey, kid }),
  });
  const must = '<l:Extensions><l:Extension MustUnderstand="true" Uri="urn:example:x">x</l:Extension></l:Extensions>';
  return [
    wrong(
      'schema-broken',
      award.replace('<l:LeaseUntil>2026', '<l:LeaseUntil>26'),
      'schema',
      'body.leaseUntil',
      'LX-042',
      'signed, and no time',
    ),
    wrong(
      'schema-no-round',
      award.replace('<l:Round>1</l:Round>', ''),
      'schema',
      'header.round',
      'LX-016',
      'signed, without a round',
    ),
    wrong(
      'schema-unknown-body',
      award.replaceAll('l:Award>', 'l:Gift>').replace('>Award<', '>Gift<'),
      'schema',
      'header.type',
      'LX-042',
      'a message nobody knows',
    ),
    wrong(
      'not-understood',
      award.replace('</l:Body>', `</l:Body>${must}`),
      'not-understood',
      undefined,
      'LX-202',
      'an extension that must be understood',
    ),
    wrong(
      'two-messages',
      award.replace(/(<l:Award>.*<\/l:Award>)/, '$1$1'),
      'schema',
      'body',
      'LX-011',
      'signed, two messages',
    ),
    wrong(
      'agreement-without-digest',
      award.replace('<l:Conversation>', '<l:Agreement>a</l:Agreement><l:Conversation>'),
      'schema',
      'header.agreementDigest',
      'LX-018',
      `signed, an agreement without digest such as ${bytes32(1)}`,
    ),
  ];
}

/** Documents with signatures that are good. */
export const signedVectors = (keys: readonly TestKey[]): readonly MadeVector[] => [
  ...walk(keys),
  ...everyType(keys),
  ...inTime(keys),
  ...provenButWrong(keys),
];
