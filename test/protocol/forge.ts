import { createHash, sign, type KeyObject } from 'node:crypto';

interface Forgery {
  readonly privateKey: KeyObject;
  readonly kid: string;
  readonly method?: string;
  readonly encoding?: 'ieee-p1363' | 'der';
  /** Changes SignedInfo before it is signed. */
  readonly signedInfo?: (text: string) => string;
  /** Changes the finished ds:Signature, unsigned. */
  readonly signature?: (text: string) => string;
}

const ecdsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** An independent signer, as strict or as wrong as a test wants it. `canonical` is a canonical document without signature. */
export function forge(canonical: string, { privateKey, kid, method = ecdsaSha256, ...wishes }: Forgery): string {
  const { encoding = 'ieee-p1363', signedInfo: changeInfo = same, signature: change = same } = wishes;
  const digest = createHash('sha256').update(canonical).digest('base64');
  const info = changeInfo(
    `<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="${exclusive}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="${method}"></ds:SignatureMethod><ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="${exclusive}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
  );
  const value = sign('sha256', Buffer.from(info), { key: privateKey, dsaEncoding: encoding }).toString('base64');
  const signature = change(
    `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${info.replace(/ xmlns:ds="[^"]*"/, '')}<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo><ds:KeyName>${kid}</ds:KeyName></ds:KeyInfo></ds:Signature>`,
  );
  const end = canonical.lastIndexOf('</');
  return canonical.slice(0, end) + signature + canonical.slice(end);
}

const same = (text: string) => text;

/** A signed document with other content, signed again as if nothing had happened. */
export function reforge(
  xml: string,
  key: Pick<Forgery, 'privateKey' | 'kid'>,
  change: (canonical: string) => string,
): string {
  const canonical = xml.replace(/<ds:Signature .*<\/ds:Signature>/s, '');
  const changed = change(canonical);
  if (changed === canonical) throw new Error('The change does not apply.');
  return forge(changed, key);
}
