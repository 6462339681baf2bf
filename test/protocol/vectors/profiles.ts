import { generateKeyPairSync } from 'node:crypto';
import { signer, type TestKey } from './keys.ts';
import type { Shape, Workshop } from './workshop.ts';

const ds = 'http://www.w3.org/2000/09/xmldsig#';

/** Good signatures that are not of the profile. */
export const profiles = ({ canonical, sign }: Workshop): Shape[] => {
  const info = (from: string | RegExp, to: string) => sign(canonical, { signedInfo: (text) => text.replace(from, to) });
  const after = (from: string | RegExp, to: string) => sign(canonical, { signature: (text) => text.replace(from, to) });
  const [algorithm, profile] = ['signature-algorithm', 'signature-profile'];
  const enveloped = `${ds}enveloped-signature`;
  const shape = (
    ...[name, xml, code, why, requirement = 'LX-031']: readonly [string, string, string, string, string?]
  ): Shape => [name, xml, code, requirement, why];
  return [
    shape(
      'c14n-with-comments',
      info('xml-exc-c14n#"></ds:C', 'xml-exc-c14n#WithComments"></ds:C'),
      algorithm,
      'exclusive C14N with comments',
    ),
    shape(
      'c14n-inclusive',
      info('http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
      algorithm,
      'inclusive C14N',
    ),
    shape(
      'inclusive-namespaces',
      info(
        '></ds:CanonicalizationMethod>',
        '><ds:InclusiveNamespaces></ds:InclusiveNamespaces></ds:CanonicalizationMethod>',
      ),
      profile,
      'a list of inclusive namespaces',
    ),
    shape(
      'space-in-method',
      info('></ds:SignatureMethod>', '> </ds:SignatureMethod>'),
      profile,
      'white space where nothing may be',
    ),
    shape('sha-1', info('http://www.w3.org/2001/04/xmlenc#sha256', `${ds}sha1`), algorithm, 'SHA-1 as digest'),
    shape('ecdsa-sha-1', info('#ecdsa-sha256', '#ecdsa-sha1'), algorithm, 'SHA-1 in the signature', 'LX-032'),
    shape('hmac', info('#ecdsa-sha256', '#hmac-sha256'), algorithm, 'HMAC with the public key as secret', 'LX-032'),
    shape(
      'hmac-length',
      info('></ds:SignatureMethod>', '><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>'),
      profile,
      'an HMAC of one bit',
      'LX-032',
    ),
    shape(
      'rsa-named-for-ec',
      info('#ecdsa-sha256', '#rsa-sha256'),
      algorithm,
      'another algorithm than the pinned key has',
      'LX-032',
    ),
    shape('xslt', info(enveloped, 'http://www.w3.org/TR/1999/REC-xslt-19991116'), algorithm, 'a program as transform'),
    shape('xpath', info(enveloped, 'http://www.w3.org/TR/1999/REC-xpath-19991116'), algorithm, 'XPath as transform'),
    shape('base64-transform', info(enveloped, `${ds}base64`), algorithm, 'base64 as transform'),
    shape(
      'transforms-swapped',
      info(/(<ds:Transform A.*<\/ds:Transform>)(<ds:Transform A.*<\/ds:Transform>)/, '$2$1'),
      algorithm,
      'transforms the other way round',
    ),
    shape(
      'enveloped-twice',
      info(/(<ds:Transform A[^>]*><\/ds:Transform>)<ds:Transform A[^>]*><\/ds:Transform>/, '$1$1'),
      algorithm,
      'one transform twice',
    ),
    shape('one-transform', info(/<ds:Transform A[^>]*><\/ds:Transform>/, ''), profile, 'a transform is missing'),
    shape(
      'hundred-transforms',
      info(/(<ds:Transform A[^>]*><\/ds:Transform>)/, '$1'.repeat(100)),
      profile,
      'work for the verifier',
    ),
    shape('external-reference', info('URI=""', 'URI="http://127.0.0.1:1/x"'), profile, 'a reference to be fetched'),
    shape('file-reference', info('URI=""', 'URI="file:///etc/passwd"'), profile, 'a reference to a file'),
    shape('reference-by-id', info('URI=""', 'URI="#x"'), profile, 'a reference to a part'),
    shape('xpointer', info('URI=""', 'URI="#xpointer(/)"'), profile, 'a reference by expression'),
    shape('no-uri', info(' URI=""', ''), profile, 'a reference to anything'),
    shape('two-references', info(/(<ds:Reference.*<\/ds:Reference>)/, '$1$1'), profile, 'two references'),
    shape('no-reference', info(/<ds:Reference.*<\/ds:Reference>/, ''), profile, 'nothing is referred to'),
    shape('id-on-signed-info', info('<ds:SignedInfo ', '<ds:SignedInfo Id="x" '), 'id-attribute', 'no ids', 'LX-008'),
    shape('type-on-reference', info('URI=""', 'Type="x" URI=""'), profile, 'no Type'),
    shape('attribute-on-digest', info('<ds:DigestValue>', '<ds:DigestValue a="1">'), profile, 'no attributes'),
    shape('attribute-on-signature', after('<ds:Signature ', '<ds:Signature a="1" '), profile, 'no attributes'),
    shape('two-signed-infos', after(/(<ds:SignedInfo>.*<\/ds:SignedInfo>)/, '$1$1'), profile, 'two SignedInfos'),
    shape('two-values', after(/(<ds:SignatureValue>.*<\/ds:SignatureValue>)/, '$1$1'), profile, 'two values'),
    shape('two-key-names', after(/(<ds:KeyName>.*<\/ds:KeyName>)/, '$1$1'), profile, 'two key names', 'LX-034'),
    shape(
      'element-in-key-name',
      after(/<ds:KeyName>.*<\/ds:KeyName>/, '<ds:KeyName><ds:X></ds:X></ds:KeyName>'),
      profile,
      'an element in the key name',
      'LX-034',
    ),
    shape(
      'parts-swapped',
      after(/(<ds:SignatureValue>.*<\/ds:SignatureValue>)(<ds:KeyInfo>.*<\/ds:KeyInfo>)/, '$2$1'),
      profile,
      'parts in another order',
    ),
    shape('der', sign(canonical, { encoding: 'der' }), 'signature-length', 'DER instead of r and s', 'LX-033'),
  ];
};

/** Good signatures by other keys than the one that is pinned. */
export const wrongKeys = ({ canonical, sign }: Workshop, keys: readonly TestKey[]): Shape[] => {
  const by = (name: string, claimed?: string, wishes: object = {}) => {
    const key = signer(keys, name);
    return sign(canonical, { privateKey: key.private, kid: claimed ?? key.kid, ...wishes });
  };
  const vendorKid = signer(keys, 'vendor').kid;
  const rsa = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
  return [
    ['attacker-own-name', by('attacker'), 'unknown-key', 'LX-036', 'a good signature by a key nobody pinned'],
    [
      'attacker-in-vendors-name',
      by('attacker', vendorKid),
      'signature',
      'LX-037',
      'a good signature by another key than named',
    ],
    [
      'other-partner-in-vendors-name',
      by('reseller'),
      'unknown-key',
      'LX-036',
      'a partner speaks in the name of another',
    ],
    [
      'rsa-as-ecdsa',
      by('rsa-vendor', vendorKid),
      'signature-length',
      'LX-032',
      'an RSA signature under the name of ECDSA',
    ],
    [
      'rsa-of-another-node',
      by('rsa-vendor', undefined, { method: rsa }),
      'unknown-key',
      'LX-036',
      'the RSA key is pinned for another node',
    ],
    [
      'small-rsa',
      by('small-rsa', undefined, { method: rsa }),
      'unknown-key',
      'LX-035',
      'RSA of 1024 bits is never pinned',
    ],
    ['p-384', by('p-384'), 'unknown-key', 'LX-035', 'another curve is never pinned'],
    [
      'new-key-each-time',
      sign(canonical, { privateKey: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey }),
      'signature',
      'LX-036',
      'a key made for this one document',
    ],
  ];
};
