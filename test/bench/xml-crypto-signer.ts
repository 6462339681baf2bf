import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { SignedXml } from 'xml-crypto';

const uri = {
  ecdsa: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  c14n: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
};

/** Signs and checks documents with xml-crypto and one P-256 key (PKCS #8, PEM). */
export function makeXmlCryptoSigner(pem: string) {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(pem);
  class Ecdsa {
    getAlgorithmName = () => uri.ecdsa;
    getSignature = (material: unknown) =>
      sign('sha256', Buffer.from(String(material)), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');
    verifySignature = (material: string, _key: unknown, value: string) =>
      verify(
        'sha256',
        Buffer.from(material),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(value, 'base64'),
      );
  }
  class Sha256 {
    getAlgorithmName = () => uri.sha256;
    getHash = (xml: string) => createHash('sha256').update(xml).digest('base64');
  }
  const make = () => {
    const signed = new SignedXml({ privateKey, publicCert: publicKey, getCertFromKeyInfo: () => null });
    signed.SignatureAlgorithms = { [uri.ecdsa]: Ecdsa };
    signed.HashAlgorithms = { [uri.sha256]: Sha256 };
    return signed;
  };
  return {
    sign(xml: string): string {
      const signed = make();
      signed.signatureAlgorithm = uri.ecdsa;
      signed.canonicalizationAlgorithm = uri.c14n;
      const transforms = [uri.enveloped, uri.c14n];
      signed.addReference({ xpath: '/*', transforms, digestAlgorithm: uri.sha256, uri: '', isEmptyUri: true });
      signed.computeSignature(xml);
      return signed.getSignedXml();
    },
    check(xml: string): boolean {
      const signed = make();
      signed.loadSignature(/<Signature .*<\/Signature>/s.exec(xml)?.[0] ?? '');
      return signed.checkSignature(xml);
    },
  };
}
