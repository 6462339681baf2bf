import { createHmac, createPublicKey, generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { open, seal } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { loadSigningKey, verificationKey, type VerificationKey } from '../../protocol/keys.ts';
import { message, vendor } from '../protocol/messages.ts';

// Everything that a signature can name, by everyone who might sign: only the profile by the pinned key opens anything.

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const newer = 'http://www.w3.org/2007/05/xmldsig-more#';
const xmlenc = 'http://www.w3.org/2001/04/xmlenc#';
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const profile = {
  canonicalization: exclusive,
  transforms: [`${dsig}enveloped-signature`, exclusive],
  digest: `${xmlenc}sha256`,
  uri: 'URI=""',
};
type Profile = typeof profile;

const { xml } = seal(message('Award'), vendor.key);
const canonical = xml.replace(/<ds:Signature .*<\/ds:Signature>/s, '');
const digests: Record<string, string> = {
  [`${dsig}sha1`]: 'sha1',
  [`${xmlenc}sha256`]: 'sha256',
  [`${more}sha224`]: 'sha224',
  [`${more}sha384`]: 'sha384',
  [`${xmlenc}sha512`]: 'sha512',
  [`${more}md5`]: 'md5',
  [`${newer}sha3-256`]: 'sha3-256',
};

const method = (name: string, uri: string) => `<ds:${name} Algorithm="${uri}"></ds:${name}>`;
function signedInfo(algorithm: string, changes: Partial<Profile> = {}): string {
  const { canonicalization, transforms, digest, uri } = { ...profile, ...changes };
  return (
    `<ds:SignedInfo xmlns:ds="${dsig}">${method('CanonicalizationMethod', canonicalization)}${method('SignatureMethod', algorithm)}` +
    `<ds:Reference ${uri}><ds:Transforms>${transforms.map((each) => method('Transform', each)).join('')}</ds:Transforms>` +
    `${method('DigestMethod', digest)}<ds:DigestValue>${hash(digests[digest] ?? 'sha256', canonical, 'base64')}</ds:DigestValue></ds:Reference></ds:SignedInfo>`
  );
}
const keyName = (kid: string) => `<ds:KeyName>${kid}</ds:KeyName>`;

/** The message with this SignedInfo, a value over it and what is said of the key. */
function assemble(info: string, value: Buffer, keyInfo: string): string {
  const inner = info.replace(` xmlns:ds="${dsig}"`, '');
  const signature = `<ds:Signature xmlns:ds="${dsig}">${inner}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue><ds:KeyInfo>${keyInfo}</ds:KeyInfo></ds:Signature>`;
  return canonical.replace('</l:Message>', `${signature}</l:Message>`);
}

const rsa = loadSigningKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const attacker = loadSigningKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const attackersRsa = loadSigningKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

type Signer = (info: Buffer) => Buffer;
const byEc =
  (privateKey: KeyObject, algorithm = 'sha256'): Signer =>
  (info) =>
    sign(algorithm, info, { key: privateKey, dsaEncoding: 'ieee-p1363' });
const byRsa =
  (privateKey: KeyObject, algorithm = 'sha256', padding = 1): Signer =>
  (info) =>
    sign(algorithm, info, { key: privateKey, padding });
const byHmac =
  (secret: Buffer | string, algorithm = 'sha256'): Signer =>
  (info) =>
    createHmac(algorithm, secret).update(info).digest();

/** The forms of a public key that a careless verifier takes as the secret of an HMAC. */
const asSecrets = (key: VerificationKey): (Buffer | string)[] => {
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return [pem, pem.trim(), key.spki, key.spki.toString('base64'), key.spki.toString('hex'), key.kid, ''];
};

const algorithms = [
  ...['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160'].map((name) => `${more}ecdsa-${name}`),
  ...['sha224', 'sha256', 'sha384', 'sha512', 'md5', 'ripemd160'].map((name) => `${more}rsa-${name}`),
  ...['sha224', 'sha256', 'sha384', 'sha512', 'md5', 'ripemd160'].map((name) => `${more}hmac-${name}`),
  ...['rsa-sha1', 'dsa-sha1', 'hmac-sha1'].map((name) => dsig + name),
  ...['sha256-rsa-MGF1', 'sha1-rsa-MGF1', 'rsa-pss'].map((name) => newer + name),
  ...['http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519', 'http://www.w3.org/2009/xmldsig11#dsa-sha256'],
  ...['', 'none', 'ecdsa-sha256', 'ES256', `${more}ECDSA-SHA256`, ` ${more}ecdsa-sha256`, `${more}ecdsa-sha256#`],
];

const signers = (pinned: VerificationKey): [string, Signer][] => [
  ['the vendor by ECDSA', byEc(vendor.key.privateKey)],
  ['the vendor by ECDSA with SHA-1', byEc(vendor.key.privateKey, 'sha1')],
  ['the vendor by ECDSA with SHA-512', byEc(vendor.key.privateKey, 'sha512')],
  ['the vendor by RSA', byRsa(rsa.privateKey)],
  ['the vendor by RSA with SHA-1', byRsa(rsa.privateKey, 'sha1')],
  ['the vendor by RSA-PSS', byRsa(rsa.privateKey, 'sha256', 6)],
  ['an attacker by ECDSA', byEc(attacker.privateKey)],
  ['an attacker by RSA', byRsa(attackersRsa.privateKey)],
  ...asSecrets(pinned).map((secret, at): [string, Signer] => [`an HMAC, secret ${at}`, byHmac(secret)]),
  ...asSecrets(pinned).map((secret, at): [string, Signer] => [`a short HMAC, secret ${at}`, byHmac(secret, 'sha1')]),
];

/** Refused before anything is known of the sender; undefined when the message was opened. */
function refusal(document: string, pinned: VerificationKey): string | undefined {
  const found = [document, document.replace(/>$/, ' >')].map((written) => {
    try {
      return void open(Buffer.from(written), (_, kid) => (kid === pinned.kid ? pinned : undefined));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      expect(error).toMatchObject({ unauthenticated: true, sender: undefined });
      return error.code;
    }
  });
  expect(found[0]).toBe(found[1]);
  return found[0];
}

const pinnedKeys: [string, VerificationKey, string, string][] = [
  ['a P-256 key', verificationKey(vendor.key.spki), `${more}ecdsa-sha256`, 'the vendor by ECDSA'],
  ['an RSA key', verificationKey(rsa.spki), `${more}rsa-sha256`, 'the vendor by RSA'],
];

describe.each(pinnedKeys)('under %s that is pinned', (_, pinned, itsAlgorithm, itsSigner) => {
  const opened = (make: (signer: Signer, algorithm: string) => string) => {
    const found: string[] = [];
    for (const algorithm of algorithms) {
      for (const [name, signer] of signers(pinned)) {
        if (refusal(make(signer, algorithm), pinned) === undefined) found.push(`${algorithm} ${name}`);
      }
    }
    return found;
  };

  it('no algorithm opens a message but its own, signed by its own key', () => {
    const make = (signer: Signer, algorithm: string) => {
      const info = signedInfo(algorithm);
      return assemble(info, signer(Buffer.from(info)), keyName(pinned.kid));
    };
    expect(opened(make)).toEqual([`${itsAlgorithm} ${itsSigner}`]);
  });

  it('an algorithm that is exchanged after signing opens nothing', () => {
    const own = signedInfo(itsAlgorithm);
    const make = (signer: Signer, algorithm: string) =>
      assemble(signedInfo(algorithm), signer(Buffer.from(own)), keyName(pinned.kid));
    expect(opened(make)).toEqual([`${itsAlgorithm} ${itsSigner}`]);
  });
});

const key = verificationKey(vendor.key.spki);
const byVendor = byEc(vendor.key.privateKey);
/** Whether what the vendor really signed is opened, when it signs this. */
const openedAs = (changes: Partial<Profile>) => {
  const info = signedInfo(`${more}ecdsa-sha256`, changes);
  return refusal(assemble(info, byVendor(Buffer.from(info)), keyName(key.kid)), key) === undefined;
};

const canonicalizations = [
  ...[exclusive, `${exclusive}WithComments`, 'http://www.w3.org/2006/12/xml-c14n11'],
  ...['http://www.w3.org/2006/12/xml-c14n11#WithComments', 'http://www.w3.org/2010/xml-c14n2', ''],
  ...['http://www.w3.org/TR/2001/REC-xml-c14n-20010315', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments'],
]; // prettier-ignore
const transforms = [
  ...canonicalizations,
  ...[`${dsig}enveloped-signature`, `${dsig}base64`, 'http://www.w3.org/TR/1999/REC-xpath-19991116'],
  ...['http://www.w3.org/2002/06/xmldsig-filter2', 'http://www.w3.org/TR/1999/REC-xslt-19991116'],
  ...['http://www.w3.org/2002/07/decrypt#XML', 'http://docs.oasis-open.org/wss/oasis-wss-STR-Transform', 'urn:x'],
]; // prettier-ignore
const uris = [
  ...['', 'x', '#x', '#xpointer(/)', "#xpointer(id('x'))", '?', '#', '/', '.', ' ', 'cid:x', 'file:///etc/passwd'],
  ...['http://127.0.0.1:1/x', 'https://vendor.test/x', '//vendor.test/x', 'data:,x', 'urn:lead-exchange:1'],
];

describe('what a partner signs outside of the profile opens nothing:', () => {
  it('any canonicalization but exclusive C14N', () => {
    expect(canonicalizations.filter((canonicalization) => openedAs({ canonicalization }))).toEqual([exclusive]);
  });
  it('any digest but SHA-256', () => {
    const names = [...Object.keys(digests), '', 'sha256', `${xmlenc}SHA256`];
    expect(names.filter((digest) => openedAs({ digest }))).toEqual([profile.digest]);
  });
  it('any list of up to three transforms but the two', () => {
    const lists: string[][] = [[]];
    for (const one of transforms) {
      lists.push([one]);
      for (const two of transforms) lists.push([one, two]);
      const [first, second] = profile.transforms as [string, string];
      lists.push([one, first, second], [first, one, second], [first, second, one]);
    }
    expect(lists.length).toBeGreaterThan(300);
    expect(lists.filter((list) => openedAs({ transforms: list }))).toEqual([profile.transforms]);
  });
  it('any reference but to the whole document', () => {
    const written = uris.map((uri) => `URI="${uri}"`);
    const more = ['', 'Type="x" URI=""', 'URI="" Type="x"', 'Uri=""', 'uri=""', 'Id="x" URI=""'];
    expect([...written, ...more].filter((uri) => openedAs({ uri }))).toEqual(['URI=""']);
  });
});

const jwk = attacker.publicKey.export({ format: 'jwk' });
const rsaJwk = createPublicKey(attackersRsa.privateKey).export({ format: 'jwk' });
const point = Buffer.concat([Buffer.from([4]), Buffer.from(jwk.x!, 'base64url'), Buffer.from(jwk.y!, 'base64url')]);
const base64 = (text: string | undefined) => Buffer.from(text!, 'base64url').toString('base64');
const spki = attacker.spki.toString('base64');
/** Ways to hand a verifier the attacker's own key. */
const embedded = [
  `<ds:KeyValue><ds:ECKeyValue><ds:NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"></ds:NamedCurve><ds:PublicKey>${point.toString('base64')}</ds:PublicKey></ds:ECKeyValue></ds:KeyValue>`,
  `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${base64(rsaJwk.n)}</ds:Modulus><ds:Exponent>${base64(rsaJwk.e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`,
  `<ds:DEREncodedKeyValue>${spki}</ds:DEREncodedKeyValue>`,
  `<ds:X509Data><ds:X509Certificate>${spki}</ds:X509Certificate></ds:X509Data>`,
  `<ds:X509Data><ds:X509SubjectName>CN=vendor.test</ds:X509SubjectName></ds:X509Data>`,
  `<ds:X509Data><ds:X509SKI>${spki}</ds:X509SKI></ds:X509Data>`,
  `<ds:RetrievalMethod URI="http://127.0.0.1:1/key"></ds:RetrievalMethod>`,
  `<ds:KeyInfoReference URI="#x"></ds:KeyInfoReference>`,
  `<ds:PGPData><ds:PGPKeyID>AAAA</ds:PGPKeyID></ds:PGPData>`,
  `<ds:MgmtData>${spki}</ds:MgmtData>`,
  keyName(attacker.kid),
  keyName(vendor.nodeId),
  keyName(''),
];

it('a key, a certificate or a way to one in the message is never used', () => {
  const info = signedInfo(`${more}ecdsa-sha256`);
  const opened: string[] = [];
  for (const value of [byEc(attacker.privateKey), byRsa(attackersRsa.privateKey), byVendor]) {
    for (const key of embedded) {
      const own = keyName(vendor.key.kid);
      for (const keyInfo of [
        key,
        own + key,
        key + own,
        key + key,
        `<ds:KeyName>${vendor.key.kid}${key}</ds:KeyName>`,
      ]) {
        const document = assemble(info, value(Buffer.from(info)), keyInfo);
        if (refusal(document, verificationKey(vendor.key.spki)) === undefined) opened.push(keyInfo);
      }
    }
  }
  expect(opened).toEqual([]);
  const alone = assemble(info, byVendor(Buffer.from(info)), keyName(vendor.key.kid));
  expect(refusal(alone, verificationKey(vendor.key.spki))).toBeUndefined();
});
