import { hash, KeyObject, verify } from 'node:crypto';
import { SignedXml, type HashAlgorithm, type SignatureAlgorithm } from 'xml-crypto';
import { ProtocolError } from './errors.ts';
import type { KeyAlgorithm } from './generated.ts';
import type { VerificationKey } from './keys.ts';
import { algorithmUris, envelopedSignature, exclusiveC14n, sha256Uri } from './signature.ts';
import { signatureNamespace } from './tree.ts';

/**
 * A second opinion by another library: verifies a document with xml-crypto and xmldom, and returns the signed canonical
 * string, which must equal `Opened.canonical`. Give it only what passed `open`, with the sender's pinned key: xml-crypto by
 * itself is far more lenient. Throws ProtocolError `witness` when it does not agree.
 */
export function openWithXmlCrypto(document: string, key: VerificationKey): string {
  const xml = writeForXmldom(document);
  const signed = new SignedXml({ publicCert: key.publicKey, getCertFromKeyInfo: () => null });
  restrict(signed, key.algorithm);
  let references: string[];
  try {
    signed.loadSignature(signatureText(xml));
    if (!signed.checkSignature(xml)) throw new Error('a digest is wrong');
    references = signed.getSignedReferences();
  } catch {
    throw new ProtocolError('witness', 'xml-crypto does not verify this document.', { unauthenticated: true });
  }
  const [canonical] = references;
  if (references.length !== 1 || canonical === undefined) {
    throw new ProtocolError('witness', 'xml-crypto found another number of signed references than one.', {
      unauthenticated: true,
    });
  }
  return canonical;
}

/**
 * The document as xmldom reads it rightly; the canonical form is the same. It takes U+0085 and U+2028 for line ends, which
 * they are in XML 1.1 only: as references they stay what they are. And it does not find the end of an element whose closing
 * tag holds white space, when another one of that name was closed before.
 */
export const writeForXmldom = (xml: string): string =>
  xml
    .replaceAll('\u0085', '&#x85;')
    .replaceAll('\u2028', '&#x2028;')
    .replaceAll(/(<\/[\w:]+)[ \t\n]+>/g, '$1>');

/** Replaces xml-crypto's algorithm tables, which hold SHA-1 and more, by the profile's. */
function restrict(signed: SignedXml, algorithm: KeyAlgorithm): void {
  const { [exclusiveC14n]: exclusive, [envelopedSignature]: enveloped } = signed.CanonicalizationAlgorithms;
  if (!exclusive || !enveloped) throw new ProtocolError('witness', 'xml-crypto lacks an algorithm of the profile.');
  signed.CanonicalizationAlgorithms = { [exclusiveC14n]: exclusive, [envelopedSignature]: enveloped };
  signed.HashAlgorithms = { [sha256Uri]: Sha256 };
  signed.SignatureAlgorithms =
    algorithm === 'ecdsa-sha256'
      ? { [algorithmUris['ecdsa-sha256']]: EcdsaSha256 }
      : { [algorithmUris['rsa-sha256']]: RsaSha256 };
}

/** The signature as a document of its own, with the prefix it may have inherited from the root. */
function signatureText(xml: string): string {
  const text = xml.slice(xml.search(/<ds:Signature[ \t\n>]/), xml.lastIndexOf('</'));
  const openTag = text.slice(0, text.indexOf('>'));
  if (/\sxmlns:ds\s*=/.test(openTag)) return text;
  return text.replace('<ds:Signature', `<ds:Signature xmlns:ds="${signatureNamespace}"`);
}

class Sha256 implements HashAlgorithm {
  getAlgorithmName = () => sha256Uri;
  getHash = (xml: string) => hash('sha256', xml, 'base64');
}

const noSigning = (): never => {
  throw new Error('a witness does not sign');
};

class EcdsaSha256 implements SignatureAlgorithm {
  getAlgorithmName = () => algorithmUris['ecdsa-sha256'];
  getSignature = noSigning;
  verifySignature = (material: string, key: unknown, value: string): boolean => {
    const signature = Buffer.from(value, 'base64');
    if (!(key instanceof KeyObject) || key.asymmetricKeyType !== 'ec' || signature.byteLength !== 64) return false;
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
    return verify('sha256', Buffer.from(material), { key, dsaEncoding: 'ieee-p1363' }, signature);
  };
}

class RsaSha256 implements SignatureAlgorithm {
  getAlgorithmName = () => algorithmUris['rsa-sha256'];
  getSignature = noSigning;
  verifySignature = (material: string, key: unknown, value: string): boolean => {
    if (!(key instanceof KeyObject) || key.asymmetricKeyType !== 'rsa') return false;
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) return false;
    return verify('sha256', Buffer.from(material), key, Buffer.from(value, 'base64'));
  };
}
