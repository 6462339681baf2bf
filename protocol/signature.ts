import { unauthenticated } from './gate.ts';
import type { KeyAlgorithm } from './generated.ts';
import { escapeText, signatureNamespace, type XmlElement } from './tree.ts';

export const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const envelopedSignature = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const sha256Uri = 'http://www.w3.org/2001/04/xmlenc#sha256';

/** The algorithm URIs of the signature profile: these and no others. */
export const algorithmUris: Readonly<Record<KeyAlgorithm, string>> = {
  'ecdsa-sha256': 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  'rsa-sha256': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
};

/** What a ds:Signature of the profile says; all else in it is fixed. */
export interface SignatureBlock {
  readonly algorithm: KeyAlgorithm;
  /** Base64 of the SHA-256 of the canonical document without its signature. */
  readonly digest: string;
  /** Base64 without white space. */
  readonly value: string;
  readonly kid: string;
}

const method = (name: string, uri: string) => `<ds:${name} Algorithm="${uri}"></ds:${name}>`;
const declaration = ` xmlns:ds="${signatureNamespace}"`;
const beforeDigest = Object.fromEntries(
  Object.entries(algorithmUris).map(([algorithm, uri]) => [
    algorithm,
    `>${method('CanonicalizationMethod', exclusiveC14n)}${method('SignatureMethod', uri)}<ds:Reference URI="">` +
      `<ds:Transforms>${method('Transform', envelopedSignature)}${method('Transform', exclusiveC14n)}</ds:Transforms>` +
      `${method('DigestMethod', sha256Uri)}<ds:DigestValue>`,
  ]),
) as Record<KeyAlgorithm, string>;
const afterDigest = '</ds:DigestValue></ds:Reference></ds:SignedInfo>';

/** The canonical bytes that are signed, for a given digest. */
export function writeSignedInfo(algorithm: KeyAlgorithm, digest: string): string {
  return `<ds:SignedInfo${declaration}${beforeDigest[algorithm]}${digest}${afterDigest}`;
}

/** The ds:Signature element as our writer writes it: canonical, in one line. */
export function writeSignature({ algorithm, digest, value, kid }: SignatureBlock): string {
  return (
    `<ds:Signature${declaration}><ds:SignedInfo${beforeDigest[algorithm]}${digest}${afterDigest}` +
    `<ds:SignatureValue>${value}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:KeyName>${escapeText(kid)}</ds:KeyName></ds:KeyInfo></ds:Signature>`
  );
}

/** How many elements a signature has. */
export const signatureElements = 13;

const ownWriting = Object.fromEntries(
  Object.keys(algorithmUris).map((name) => {
    const algorithm = name as KeyAlgorithm;
    const text = writeSignature({ algorithm, digest: '0', value: '1', kid: '2' }).replace(
      /[.*+?^${}()|[\]\\/]/g,
      '\\$&',
    );
    const pattern = text
      .replace('>0<', '>([A-Za-z0-9+/]{43}=)<')
      .replace('>1<', '>([A-Za-z0-9+/]{86,}={0,2})<')
      .replace('>2<', '>([A-Za-z0-9_-]{22})<');
    return [algorithm, new RegExp(pattern, 'y')];
  }),
) as Record<KeyAlgorithm, RegExp>;

/**
 * Reads a signature that stands at `at` exactly as our writer writes it, byte for byte. Anything else is undefined, and
 * left to `readSignature`.
 */
export function readOwnSignature(xml: string, at: number): (SignatureBlock & { readonly end: number }) | undefined {
  for (const algorithm of ['ecdsa-sha256', 'rsa-sha256'] as const) {
    const pattern = ownWriting[algorithm];
    pattern.lastIndex = at;
    const [, digest = '', value = '', kid = ''] = pattern.exec(xml) ?? [];
    if (digest === '') continue;
    return { algorithm, digest: base64Text(digest), value: base64Text(value), kid, end: pattern.lastIndex };
  }
  return undefined;
}

/** Reads the one signature of a scanned document, or refuses: it must be the last child of the root and exactly the profile. */
export function readSignature(root: XmlElement): SignatureBlock {
  const signature = root.children.at(-1);
  if (signature?.name !== 'ds:Signature')
    throw unauthenticated('signature-missing', 'the last element is no ds:Signature');
  const [info, value, keyInfo] = parts(signature, ['SignedInfo', 'SignatureValue', 'KeyInfo'], { namespaces: true });
  const [kid] = parts(keyInfo, ['KeyName']);
  const [canonicalization, signatureMethod, reference] = parts(info, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  requireAlgorithm(canonicalization, exclusiveC14n);
  return {
    algorithm: readAlgorithm(signatureMethod),
    digest: readReference(reference),
    value: base64Text(leafText(value)),
    kid: readKid(leafText(kid)),
  };
}

function readReference(reference: XmlElement): string {
  const [transforms, digestMethod, digestValue] = parts(reference, ['Transforms', 'DigestMethod', 'DigestValue'], {
    attributes: [['URI', '']],
  });
  const [first, second] = parts(transforms, ['Transform', 'Transform']);
  requireAlgorithm(first, envelopedSignature);
  requireAlgorithm(second, exclusiveC14n);
  requireAlgorithm(digestMethod, sha256Uri);
  const digest = base64Text(leafText(digestValue));
  if (digest.length !== 44) throw unauthenticated('base64', 'a SHA-256 digest has 32 bytes');
  return digest;
}

interface Allowed {
  readonly attributes?: readonly (readonly [string, string])[];
  readonly namespaces?: boolean;
}

type Elements<Names extends readonly string[]> = { [Index in keyof Names]: XmlElement };

/** The children of an element, which must be exactly these, with exactly these attributes on the element itself. */
function parts<const Names extends readonly string[]>(
  element: XmlElement,
  names: Names,
  { attributes = [], namespaces = false }: Allowed = {},
): Elements<Names> {
  const own = namespaces ? element.attributes.filter(([name]) => !name.startsWith('xmlns')) : element.attributes;
  const sameChildren =
    element.children.length === names.length &&
    names.every((name, index) => element.children[index]?.name === `ds:${name}`);
  if (!sameChildren || !sameAttributes(own, attributes)) throw profile(element);
  return element.children as unknown as Elements<Names>;
}

function sameAttributes(found: XmlElement['attributes'], wanted: XmlElement['attributes']): boolean {
  return (
    found.length === wanted.length &&
    wanted.every(([name, value], index) => found[index]?.[0] === name && found[index][1] === value)
  );
}

function requireAlgorithm(element: XmlElement, uri: string): void {
  if (algorithmUri(element) !== uri)
    throw unauthenticated('signature-algorithm', `${element.name} is not of the profile`);
}

function readAlgorithm(element: XmlElement): KeyAlgorithm {
  const uri = algorithmUri(element);
  if (uri === algorithmUris['ecdsa-sha256']) return 'ecdsa-sha256';
  if (uri === algorithmUris['rsa-sha256']) return 'rsa-sha256';
  throw unauthenticated('signature-algorithm', 'the SignatureMethod is not of the profile');
}

function algorithmUri(element: XmlElement): string {
  const [name, uri] = element.attributes[0] ?? [];
  if (element.attributes.length !== 1 || name !== 'Algorithm' || uri === undefined) throw profile(element);
  if (element.children.length > 0 || element.text !== '') throw profile(element);
  return uri;
}

function leafText(element: XmlElement): string {
  if (element.children.length > 0 || element.attributes.length > 0) throw profile(element);
  return element.text;
}

/** Strict base64 once spaces, tabs and line feeds are gone: one text for one value. */
function base64Text(text: string): string {
  const dense = text.replace(/[ \t\n]/g, '');
  if (dense === '' || Buffer.from(dense, 'base64').toString('base64') !== dense) {
    throw unauthenticated('base64', 'a value in the signature is not base64');
  }
  return dense;
}

function readKid(text: string): string {
  if (/^[A-Za-z0-9_-]{22}$/.test(text)) return text;
  throw unauthenticated('signature-profile', 'the KeyName is not the name of a key');
}

const profile = (element: XmlElement) => unauthenticated('signature-profile', `${element.name} is not of the profile`);
