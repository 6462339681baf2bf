import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOfType, open, seal } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { loadSigningKey, verificationKey } from '../../protocol/keys.ts';
import { openWithXmlCrypto } from '../../protocol/witness.ts';
import { limits } from '../../protocol/gate.ts';
import { signDocument, verifyDocument } from '../../protocol/signed-document.ts';
import { leadNamespace, signatureNamespace, writeElement, type XmlElement } from '../../protocol/tree.ts';
import { forge } from './forge.ts';
import { spread } from './vectors/signed.ts';
import { findKey, message, messageTypes, reseller, vendor } from './messages.ts';

const bytes = (xml: string) => Buffer.from(xml, 'utf8');
const rsaKey = loadSigningKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

describe('seal and open', () => {
  it.each(messageTypes)('carry every %s unchanged, and xml-crypto agrees', (type) => {
    const original = message(type);
    const sealed = seal(original, vendor.key);
    const opened = open(bytes(sealed.xml), findKey);
    expect(opened.message).toEqual(original);
    expect(isOfType(opened, type)).toBe(true);
    expect(opened).toMatchObject({ digest: sealed.digest, kid: vendor.key.kid });
    expect(sealed).toMatchObject({ messageId: original.header.messageId, from: vendor.nodeId, to: original.header.to });
    expect(openWithXmlCrypto(sealed.xml, vendor.key)).toBe(opened.canonical);
  });

  it('work with an RSA key of 2048 bits', () => {
    const { xml } = seal(message('Award'), rsaKey);
    const opened = open(bytes(xml), () => verificationKey(rsaKey.spki));
    expect(opened.kid).toBe(rsaKey.kid);
    expect(openWithXmlCrypto(xml, rsaKey)).toBe(opened.canonical);
  });

  it('carry any text a person can type', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    const legal = text.filter((note) => !/[\0-\x08\x0b-\x1f\ufffe\uffff]/.test(note) && note.isWellFormed());
    fc.assert(
      fc.property(legal, (note) => {
        const sent = message('Status', { revision: 1, disposition: 'working', at: '2026-03-14T09:26:53.000Z', note });
        const { xml } = seal(sent, vendor.key);
        const opened = open(bytes(xml), findKey);
        expect(opened.message).toEqual(sent);
        expect(openWithXmlCrypto(xml, vendor.key)).toBe(opened.canonical);
      }),
      { numRuns: 50 },
    );
  });

  it('carry characters that some parsers take for line ends, and xml-crypto agrees', () => {
    const sent = message('Reject', { reason: 'no-capacity', text: 'one\u0085two\u2028three\u2029four' });
    const { xml } = seal(sent, vendor.key);
    const opened = open(bytes(xml), findKey);
    expect(opened.message).toEqual(sent);
    expect(openWithXmlCrypto(xml, vendor.key)).toBe(opened.canonical);
  });

  it('refuse to seal what breaks the schema, as our own fault', () => {
    const bad = message('Status', { revision: 1, disposition: 'working', at: 'yesterday' });
    expect(() => seal(bad, vendor.key)).toThrow(expect.objectContaining({ code: 'schema', unauthenticated: false }));
  });
});

/** The same signed content as other honest software would write it. */
const formattings: [string, (xml: string) => string][] = [
  ['an XML declaration and line ends around', (xml) => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`],
  [
    'ds declared on the root',
    (xml) =>
      xml
        .replace(` xmlns:ds="${signatureNamespace}"`, '')
        .replace('<l:Message ', `<l:Message xmlns:ds="${signatureNamespace}" `),
  ],
  ['ds declared on both', (xml) => xml.replace('<l:Message ', `<l:Message xmlns:ds="${signatureNamespace}" `)],
  ['single quotes', (xml) => xml.replace(/Version="([^"]*)"/, "Version='$1'")],
  ['attributes in another order', (xml) => xml.replace(/(xmlns:l="[^"]*") (Version="[^"]*")/, '$2 $1')],
  ['spaces in tags', (xml) => xml.replaceAll('</l:Header>', '</l:Header  >').replace('<l:Body>', '<l:Body\n>')],
  [
    'a space in the last closing tag of a name',
    (xml) => xml.replace(/<\/ds:Transform>(?!<ds:Transform )/, '</ds:Transform\n>'),
  ],
  [
    'empty elements closed at once',
    (xml) => xml.replace(/><\/ds:(CanonicalizationMethod|Transform|DigestMethod|SignatureMethod)>/g, '/>'),
  ],
  ['wrapped base64', (xml) => xml.replace(/<ds:SignatureValue>(.{40})/, '<ds:SignatureValue>\n$1\n\t ')],
  ['other references', (xml) => xml.replaceAll('&amp;', '&#38;').replaceAll('&gt;', '>').replaceAll('ö', '&#xF6;')],
];

describe('open, given foreign formatting', () => {
  const { xml, digest } = seal(message('Offer'), vendor.key);
  const plain = open(bytes(xml), findKey);

  it.each(formattings)('reads the same from %s, and xml-crypto agrees', (_, reformat) => {
    const other = reformat(xml);
    expect(other).not.toBe(xml);
    const opened = open(bytes(other), findKey);
    expect(opened).toEqual(plain);
    expect(opened.digest).toBe(digest);
    expect(openWithXmlCrypto(other.replace(/^<\?xml[^>]*>/, ''), vendor.key)).toBe(opened.canonical);
  });

  it('reads indented documents: the white space is signed and means nothing', () => {
    const original = message('Release');
    const { canonical } = open(bytes(seal(original, vendor.key).xml), findKey);
    const indented = canonical
      .replace(/<l:(Header|Body|From|Lead|Contact)>/g, '\n    <l:$1>')
      .replace('</l:Body>', '\t</l:Body>\n');
    const other = forge(indented, vendor.key);
    const opened = open(bytes(other), findKey);
    expect(opened.message).toEqual(original);
    expect(opened.canonical).toBe(indented);
    expect(openWithXmlCrypto(other, vendor.key)).toBe(indented);
    expect(refusal(other.replace('\n    <l:From>', '\n   <l:From>'))).toBe('digest');
  });

  it('reads a signature that was indented before it was signed', () => {
    const other = forge(plain.canonical, { ...vendor.key, signedInfo: (info) => spread(info, '\n') });
    const opened = open(bytes(other), findKey);
    // What was signed is the same; its proof holds the SignedInfo that differs.
    expect({ ...opened, proof: plain.proof }).toEqual(plain);
    expect(opened.proof).not.toBe(plain.proof);
    expect(openWithXmlCrypto(other, vendor.key)).toBe(plain.canonical);
  });
});

/** The code of the refusal, which must be of the constant unauthenticated class. */
function refusal(document: string, find = findKey): string {
  try {
    open(bytes(document), find);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ unauthenticated: true, sender: undefined });
    return (error as ProtocolError).code;
  }
  return 'accepted';
}

const { xml: good } = seal(message('Offer'), vendor.key);
const { canonical } = open(bytes(good), findKey);
const signature = good.slice(good.indexOf('<ds:Signature '), good.lastIndexOf('</'));
const body = canonical.slice(canonical.indexOf('<l:Body>'), canonical.lastIndexOf('</'));
const header = canonical.slice(canonical.indexOf('<l:Header>'), canonical.indexOf('<l:Body>'));
const rootTag = canonical.slice(0, canonical.indexOf('<l:Header>'));
const close = '</l:Message>';
const evil = body.replace('Köln', 'Bonn');

describe('open, under attack by wrapping', () => {
  const inSignature = (inner: string) => signature.replace('</ds:Signature>', `${inner}</ds:Signature>`);
  const shapes: [string, string, string][] = [
    ['no signature', canonical, 'signature-missing'],
    ['the signature first', rootTag + signature + header + body + close, 'misplaced-element'],
    ['the signature after the header', rootTag + header + signature + body + close, 'misplaced-element'],
    [
      'the signature in the body',
      rootTag + header + body.replace('</l:Body>', `${signature}</l:Body>`) + close,
      'misplaced-element',
    ],
    [
      'something after the signature',
      good.replace(close, `<l:Extensions></l:Extensions>${close}`),
      'misplaced-element',
    ],
    ['two equal signatures', good.replace(close, signature + close), 'misplaced-element'],
    ['a signature in the signature', good.replace('</ds:KeyInfo>', `</ds:KeyInfo>${signature}`), 'namespace'],
    [
      'the original in an Object',
      rootTag + header + evil + inSignature(`<ds:Object>${good}</ds:Object>`) + close,
      'misplaced-element',
    ],
    ['an empty Object', rootTag + header + body + inSignature('<ds:Object></ds:Object>') + close, 'signature-profile'],
    ['the original beside the forged content', rootTag + header + evil + good + signature + close, 'namespace'],
    [
      'the original in Extensions',
      rootTag +
        header +
        evil +
        `<l:Extensions>${good.replace(/ xmlns:l="[^"]*"/, '')}</l:Extensions>` +
        signature +
        close,
      'misplaced-element',
    ],
    [
      'the unsigned original in Extensions',
      rootTag + header + evil + `<l:Extensions>${header}${body}</l:Extensions>` + signature + close,
      'digest',
    ],
    ['a second body', rootTag + header + body + evil + signature + close, 'digest'],
    ['a second body first', rootTag + header + evil + body + signature + close, 'digest'],
    ['a second header', rootTag + header + header + body + signature + close, 'digest'],
    ['a second root', good + good, 'trailing-content'],
    ['another root around it', `<l:Message xmlns:l="urn:lead-exchange:1">${good}</l:Message>`, 'namespace'],
  ];
  it.each(shapes)('refuses %s', (_, xml, code) => {
    expect(refusal(xml)).toBe(code);
  });
});

describe('open, under attack by small changes', () => {
  const insert = (text: string) => good.replace('Köln', `Kö${text}ln`);
  const changes: [string, string, string][] = [
    ['an altered body', good.replace('Köln', 'Bonn'), 'digest'],
    ['an altered header', good.replace('<l:Round>1<', '<l:Round>2<'), 'digest'],
    ['an added attribute', good.replace('<l:City>', '<l:City a="1">'), 'digest'],
    ['white space between elements', good.replace('<l:Body>', ' <l:Body>'), 'digest'],
    ['white space in a text', insert(' '), 'digest'],
    ['a comment', insert('<!---->'), 'markup-declaration'],
    ['a comment in the digest', good.replace('<ds:DigestValue>', '<ds:DigestValue><!--x-->'), 'markup-declaration'],
    ['a processing instruction', insert('<?x y?>'), 'processing-instruction'],
    ['CDATA', insert('<![CDATA[]]>'), 'markup-declaration'],
    ['an entity', insert('&evil;'), 'reference'],
    ['a DTD', `<!DOCTYPE x>${good}`, 'markup-declaration'],
    ['a duplicate attribute', good.replace(/(Version="[^"]*")/, '$1 $1'), 'duplicate-attribute'],
    ['a truncated document', good.slice(0, -1), 'not-well-formed'],
    ['half a document', good.slice(0, good.length / 2), 'not-well-formed'],
    ['a huge document', good + ' '.repeat(262_144), 'too-large'],
    ['another From', good.replace('vendor.test</l:From>', 'reseller.test</l:From>'), 'unknown-key'],
    ['no From', good.replace(/<l:From>.*<\/l:From>/, ''), 'sender-missing'],
    ['two Froms', good.replace(/(<l:From>.*<\/l:From>)/, '$1$1'), 'sender-missing'],
    ['an unknown kid', good.replace(vendor.key.kid, 'A'.repeat(22)), 'unknown-key'],
    ['the kid of another node', good.replace(vendor.key.kid, reseller.key.kid), 'unknown-key'],
    ['a kid with a path in it', good.replace(vendor.key.kid, '../../etc/passwd'), 'signature-profile'],
    ['an empty KeyInfo', good.replace(/<ds:KeyName>.*<\/ds:KeyName>/, ''), 'signature-profile'],
    [
      'a key in KeyInfo',
      good.replace('</ds:KeyInfo>', '<ds:KeyValue></ds:KeyValue></ds:KeyInfo>'),
      'signature-profile',
    ],
    ['a certificate instead of the name', good.replace(/ds:KeyName/g, 'ds:X509Data'), 'signature-profile'],
    ['a value that is no base64', good.replace('<ds:SignatureValue>', '<ds:SignatureValue>*'), 'base64'],
    ['base64 of another alphabet', good.replace(/<ds:SignatureValue>./, '<ds:SignatureValue>-'), 'base64'],
    ['base64 without padding', good.replace('==</ds:SignatureValue>', '</ds:SignatureValue>'), 'base64'],
    [
      'base64 with stray bits',
      good.replace(/(.)==<\/ds:SignatureValue>/, (_, last: string) => `${next(last)}==</ds:SignatureValue>`),
      'base64',
    ],
    [
      'an empty value',
      good.replace(/<ds:SignatureValue>.*<\/ds:SignatureValue>/, '<ds:SignatureValue></ds:SignatureValue>'),
      'base64',
    ],
    ['63 bytes', withValue(Buffer.alloc(63, 1)), 'signature-length'],
    ['65 bytes', withValue(Buffer.alloc(65, 1)), 'signature-length'],
    ['r and s of nothing', withValue(Buffer.alloc(64)), 'signature'],
    ['r of nothing', withValue(Buffer.concat([Buffer.alloc(32), valueOf(good).subarray(32)])), 'signature'],
    ['s of nothing', withValue(Buffer.concat([valueOf(good).subarray(0, 32), Buffer.alloc(32)])), 'signature'],
    ['s = n', withValue(Buffer.concat([valueOf(good).subarray(0, 32), order])), 'signature'],
    ['r = n', withValue(Buffer.concat([order, valueOf(good).subarray(32)])), 'signature'],
    [
      'a flipped bit',
      withValue(Buffer.from(valueOf(good).map((byte, index) => (index === 40 ? byte ^ 1 : byte)))),
      'signature',
    ],
    [
      'an altered digest',
      good.replace(/<ds:DigestValue>.{43}=/, `<ds:DigestValue>${Buffer.alloc(32).toString('base64')}`),
      'signature',
    ],
    [
      'a short digest',
      good.replace(/<ds:DigestValue>.{43}=/, `<ds:DigestValue>${Buffer.alloc(20).toString('base64')}`),
      'base64',
    ],
  ];
  it.each(changes)('refuses %s', (_, xml, code) => {
    expect(xml).not.toBe(good);
    expect(refusal(xml)).toBe(code);
  });

  it('refuses any change of one character, or reads the same message', () => {
    const character = fc.constantFrom(...Array.from('<>&"\'/= \n\tAa0+:;#x]!?-'));
    fc.assert(
      fc.property(fc.nat(good.length - 1), character, fc.boolean(), (at, put, replace) => {
        const changed = good.slice(0, at) + put + good.slice(at + (replace ? 1 : 0));
        if (refusal(changed) === 'accepted') expect(open(bytes(changed), findKey).canonical).toBe(canonical);
      }),
      { numRuns: 2_000 },
    );
  });
});

const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

function valueOf(xml: string): Buffer {
  return Buffer.from(/<ds:SignatureValue>(.*)<\/ds:SignatureValue>/.exec(xml)?.[1] ?? '', 'base64');
}

function withValue(value: Buffer): string {
  return good.replace(/<ds:SignatureValue>[^<]*<\//, `<ds:SignatureValue>${value.toString('base64')}</`);
}

/** A last base64 character that decodes to the same byte, with bits that should be zero. */
function next(last: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet.charAt(alphabet.indexOf(last) + 1);
}

describe('open, given a good signature of the wrong profile by the pinned key', () => {
  const key = vendor.key;
  const info = (from: string | RegExp, to: string) =>
    forge(canonical, { ...key, signedInfo: (text) => text.replace(from, to) });
  const profiles: [string, string, string][] = [
    ['C14N with comments', info('xml-exc-c14n#"></ds:C', 'xml-exc-c14n#WithComments"></ds:C'), 'signature-algorithm'],
    [
      'inclusive C14N',
      info('http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
      'signature-algorithm',
    ],
    [
      'InclusiveNamespaces',
      info(
        '></ds:CanonicalizationMethod>',
        '><ds:InclusiveNamespaces></ds:InclusiveNamespaces></ds:CanonicalizationMethod>',
      ),
      'signature-profile',
    ],
    [
      'SHA-1',
      info('http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2000/09/xmldsig#sha1'),
      'signature-algorithm',
    ],
    ['ECDSA with SHA-1', info('#ecdsa-sha256', '#ecdsa-sha1'), 'signature-algorithm'],
    ['HMAC', info('#ecdsa-sha256', '#hmac-sha256'), 'signature-algorithm'],
    [
      'an HMACOutputLength',
      info('></ds:SignatureMethod>', '><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>'),
      'signature-profile',
    ],
    ['RSA under an EC key', info('#ecdsa-sha256', '#rsa-sha256'), 'signature-algorithm'],
    [
      'XSLT',
      info('http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/TR/1999/REC-xslt-19991116'),
      'signature-algorithm',
    ],
    [
      'XPath',
      info('http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/TR/1999/REC-xpath-19991116'),
      'signature-algorithm',
    ],
    [
      'transforms the other way round',
      info(/(<ds:Transform A.*<\/ds:Transform>)(<ds:Transform A.*<\/ds:Transform>)/, '$2$1'),
      'signature-algorithm',
    ],
    [
      'enveloped-signature twice',
      info(/(<ds:Transform A[^>]*><\/ds:Transform>)<ds:Transform A[^>]*><\/ds:Transform>/, '$1$1'),
      'signature-algorithm',
    ],
    ['an attribute on the digest', info('<ds:DigestValue>', '<ds:DigestValue a="1">'), 'signature-profile'],
    [
      'an element in the KeyName',
      forge(canonical, {
        ...key,
        signature: (text) => text.replace(/<ds:KeyName>.*<\/ds:KeyName>/, '<ds:KeyName><ds:X></ds:X></ds:KeyName>'),
      }),
      'signature-profile',
    ],
    ['one transform', info(/<ds:Transform A[^>]*><\/ds:Transform>/, ''), 'signature-profile'],
    ['an external reference', info('URI=""', 'URI="http://127.0.0.1:1/x"'), 'signature-profile'],
    ['a reference by id', info('URI=""', 'URI="#x"'), 'signature-profile'],
    ['no URI', info(' URI=""', ''), 'signature-profile'],
    ['two references', info(/(<ds:Reference.*<\/ds:Reference>)/, '$1$1'), 'signature-profile'],
    ['an Id on SignedInfo', info('<ds:SignedInfo ', '<ds:SignedInfo Id="x" '), 'id-attribute'],
    ['a Type on the reference', info('URI=""', 'Type="x" URI=""'), 'signature-profile'],
    [
      'an attribute on the signature',
      forge(canonical, { ...key, signature: (text) => text.replace('<ds:Signature ', '<ds:Signature a="1" ') }),
      'signature-profile',
    ],
    [
      'two SignedInfos',
      forge(canonical, { ...key, signature: (text) => text.replace(/(<ds:SignedInfo>.*<\/ds:SignedInfo>)/, '$1$1') }),
      'signature-profile',
    ],
    ['DER instead of r and s', forge(canonical, { ...key, encoding: 'der' }), 'signature-length'],
  ];
  it('is made by a forger whose plain work is accepted', () => {
    expect(refusal(forge(canonical, key))).toBe('accepted');
  });
  it.each(profiles)('refuses %s', (_, xml, code) => {
    expect(refusal(xml)).toBe(code);
  });
});

describe('the limit of elements', () => {
  const tree = (leaves: number): XmlElement => {
    const leaf = (name: string, text = ''): XmlElement => ({ name, attributes: [], children: [], text });
    const branch = (name: string, children: XmlElement[]): XmlElement => ({ name, attributes: [], children, text: '' });
    const children = [
      branch('l:Header', [leaf('l:From', vendor.nodeId)]),
      ...Array.from({ length: leaves }, () => leaf('l:X')),
    ];
    return { ...branch('l:Message', children), attributes: [['xmlns:l', leadNamespace]] };
  };
  // The root, the header, From, and the 13 of the signature.
  const most = limits.elements - 16;
  const indent = (xml: string) => xml.replace('<l:Header>', ' <l:Header>');

  it('counts the signature, when signing and on both ways of opening', () => {
    const { xml } = signDocument(tree(most), vendor.key);
    expect(verifyDocument(bytes(xml), findKey).root.children).toHaveLength(most + 1);
    expect(refusal(indent(xml))).toBe('digest');
    expect(() => signDocument(tree(most + 1), vendor.key)).toThrow(
      expect.objectContaining({ code: 'too-many-elements', unauthenticated: false }),
    );
    const over = forge(writeElement(tree(most + 1)), vendor.key);
    expect(refusal(over)).toBe('too-many-elements');
    expect(refusal(indent(over))).toBe('too-many-elements');
  });
});

describe('open, given keys of the wrong kind', () => {
  const pinned =
    (publicKey: Parameters<typeof createPublicKey>[0], kid: string, algorithm: 'ecdsa-sha256' | 'rsa-sha256') => () => {
      const key = createPublicKey(publicKey);
      return { kid, algorithm, publicKey: key, spki: key.export({ type: 'spki', format: 'der' }) };
    };
  const kid = 'k'.repeat(22);

  it("refuses an attacker's good signature in the vendor's name", () => {
    expect(refusal(forge(canonical, { ...reseller.key, kid: vendor.key.kid }))).toBe('signature');
  });
  it('refuses an RSA signature under the name of ECDSA, even if such a key was pinned', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const xml = forge(canonical, { privateKey, kid });
    expect(refusal(xml, pinned(privateKey, kid, 'ecdsa-sha256'))).toBe('key');
  });
  it('refuses another curve', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    expect(refusal(forge(canonical, { privateKey, kid }), pinned(privateKey, kid, 'ecdsa-sha256'))).toBe('key');
  });
  it('refuses RSA of 1024 bits', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const xml = forge(canonical, { privateKey, kid, method: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' });
    expect(refusal(xml, pinned(privateKey, kid, 'rsa-sha256'))).toBe('key');
  });
  it('refuses a key that the caller found under another name', () => {
    expect(refusal(good, () => reseller.key)).toBe('unknown-key');
  });
  it('refuses ECDSA under a pinned RSA key', () => {
    expect(refusal(good, () => ({ ...verificationKey(rsaKey.spki), kid: vendor.key.kid }))).toBe('signature-algorithm');
  });
});

describe('open, given a body that breaks the schema', () => {
  it('tells who sent it, so that a signed Problem can answer', () => {
    const bad = canonical.replace('<l:Mode>grab<', '<l:Mode>raffle<');
    const xml = forge(bad, vendor.key);
    const sender = { from: vendor.nodeId, kid: vendor.key.kid, messageId: /<l:MessageId>(.*?)</.exec(bad)?.[1] };
    expect(() => open(bytes(xml), findKey)).toThrow(
      expect.objectContaining({
        code: 'schema',
        unauthenticated: false,
        path: 'body.mode',
        sender: expect.objectContaining(sender),
      }),
    );
  });
  it('leaves out an unreadable message id', () => {
    const xml = forge(canonical.replace(/<l:MessageId>.*?</, '<l:MessageId>1<'), vendor.key);
    expect(() => open(bytes(xml), findKey)).toThrow(
      expect.objectContaining({ code: 'schema', sender: expect.objectContaining({ messageId: undefined }) }),
    );
  });
});
