import { createHash, sign } from 'node:crypto';
import type { SigningKey } from '../index.ts';

const c14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ds = 'http://www.w3.org/2000/09/xmldsig#';
const ecdsa = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';

export const digestOf = (text: string): string => createHash('sha256').update(text, 'latin1').digest('base64');

/** The signature value of a SignedInfo, whatever it says. Texts of this file hold bytes, one a character (latin1). */
export const signatureOf = (signedInfo: string, { privateKey }: SigningKey): string =>
  sign('sha256', Buffer.from(signedInfo, 'latin1'), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');

/**
 * Signs a text as section 3 of docs/protocol.md says it is done without an XML library, without a look at what it says: for
 * documents no honest writer would sign. `text` is the document without its signature, in canonical form.
 */
export function signText(text: string, key: SigningKey): string {
  const reference =
    `<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="${ds}enveloped-signature"></ds:Transform>` +
    `<ds:Transform Algorithm="${c14n}"></ds:Transform></ds:Transforms>` +
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>' +
    `<ds:DigestValue>${digestOf(text)}</ds:DigestValue></ds:Reference>`;
  const info =
    `<ds:CanonicalizationMethod Algorithm="${c14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${ecdsa}"></ds:SignatureMethod>${reference}</ds:SignedInfo>`;
  const value = signatureOf(`<ds:SignedInfo xmlns:ds="${ds}">${info}`, key);
  const signature =
    `<ds:Signature xmlns:ds="${ds}"><ds:SignedInfo>${info}<ds:SignatureValue>${value}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:KeyName>${key.kid}</ds:KeyName></ds:KeyInfo></ds:Signature>`;
  const end = text.lastIndexOf('</');
  return text.slice(0, end) + signature + text.slice(end);
}

/** The document without its (last) signature. */
export function withoutSignature(text: string): string {
  const start = Math.max(text.lastIndexOf('<ds:Signature '), text.lastIndexOf('<ds:Signature>'));
  const end = text.lastIndexOf('</ds:Signature>');
  return start === -1 || end === -1 ? text : text.slice(0, start) + text.slice(end + '</ds:Signature>'.length);
}

/** The same document with other content, properly signed; throws when the change does not apply. */
export function resigned(xml: string, key: SigningKey, change: (text: string) => string): string {
  const text = withoutSignature(Buffer.from(xml, 'utf8').toString('latin1'));
  const changed = change(text);
  if (changed === text) throw new Error('The change does not apply.');
  return Buffer.from(signText(changed, key), 'latin1').toString('utf8');
}
