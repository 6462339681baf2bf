import { hash, sign } from 'node:crypto';
import { canonicalParts, type CanonicalParts } from './canonical.ts';
import { checkSignature } from './check-signature.ts';
import { signP256 } from './ecdsa.ts';
import { ProtocolError } from './errors.ts';
import { gateBytes, gateCharacters, gateTree, limits, unauthenticated } from './gate.ts';
import type { SigningKey, VerificationKey } from './keys.ts';
import { writeProof } from './proof.ts';
import { scan } from './scan.ts';
import {
  readOwnSignature,
  readSignature,
  signatureElements,
  writeSignature,
  writeSignedInfo,
  type SignatureBlock,
} from './signature.ts';
import { writeElement, type XmlElement } from './tree.ts';

/** Finds the key that was pinned for this node under this name; undefined for strangers. */
export type FindKey = (from: string, kid: string) => VerificationKey | undefined;

/** A document whose signature is good; its body has not been looked at. */
export interface VerifiedDocument {
  /** Without the signature, read from exactly the signed text. */
  readonly root: XmlElement;
  /** The signed text: the canonical document without its signature. */
  readonly canonical: string;
  readonly digest: string;
  readonly from: string;
  readonly kid: string;
  /** What proves the signature when the content is gone; see `checkProof`. */
  readonly proof: string;
}

/** Signs a document of the profile; `root` holds no signature yet. Throws a ProtocolError when it would break the profile's limits. */
export function signDocument(root: XmlElement, key: SigningKey): { xml: string; digest: string; proof: string } {
  const canonical = writeElement(root);
  asOurFault(() => {
    gateTree(root, signatureElements);
    gateCharacters(canonical);
    if (!canonical.isWellFormed()) throw new ProtocolError('forbidden-character', 'half of a surrogate pair');
  });
  const digest = hash('sha256', canonical, 'base64');
  const { algorithm, kid, privateKey } = key;
  const written = writeSignedInfo(algorithm, digest);
  const signedInfo = Buffer.from(written, 'latin1');
  const value =
    algorithm === 'ecdsa-sha256' ? signP256(signedInfo, privateKey) : sign('sha256', signedInfo, privateKey);
  const closing = `</${root.name}>`;
  const facts = { algorithm, digest, value: value.toString('base64'), kid };
  const signature = writeSignature(facts);
  const xml = canonical.slice(0, -closing.length) + signature + closing;
  if (xml.length * 3 > limits.messageBytes && Buffer.byteLength(xml) > limits.messageBytes)
    throw new ProtocolError('too-large', 'more than 262144 bytes');
  return { xml, digest, proof: writeProof({ ...facts, signedInfo: written }) };
}

/** A gate that refuses our own document has found a fault on this side. */
function asOurFault(gate: () => void): void {
  try {
    gate();
  } catch (error) {
    throw error instanceof ProtocolError ? new ProtocolError(error.code, error.detail) : error;
  }
}

/** Gates, key, signature, in this order; every refusal is a ProtocolError with `unauthenticated`. */
export function verifyDocument(bytes: Uint8Array, findKey: FindKey): VerifiedDocument {
  const xml = gateBytes(bytes);
  const { body, block, own } = inOurWriting(xml) ?? inAnyWriting(xml);
  const from = readFrom(body);
  const key = findKey(from, block.kid);
  if (key?.kid !== block.kid) throw unauthenticated('unknown-key', 'no key of this name is pinned for the sender');
  if (key.algorithm !== block.algorithm)
    throw unauthenticated('signature-algorithm', 'the pinned key is of another kind');
  const { document, signedInfo } = own ?? canonicalParts(xml);
  checkSignature(Buffer.from(signedInfo, 'utf8'), Buffer.from(block.value, 'base64'), key);
  if (hash('sha256', document, 'base64') !== block.digest) {
    throw unauthenticated('digest', 'the content is not what was signed');
  }
  const { digest, kid } = block;
  const proof = writeProof({ ...block, signedInfo });
  return { root: own ? body : rescan(document, body), canonical: document, digest, from, kid, proof };
}

/** A document after both gates, before its key is known. */
interface ScannedDocument {
  /** The root without its signature. */
  readonly body: XmlElement;
  readonly block: SignatureBlock;
  /** The canonical strings, where they are known without a parser. */
  readonly own?: CanonicalParts;
}

/** White space before an element, which our writer never writes: seen before anything is scanned in vain. */
const indented = />[ \t\n]+<[^/]/;

/**
 * The fast path: when the document is byte for byte what our writer would have written, its canonical form is known
 * without a parser. Never a guess: anything else is undefined.
 */
function inOurWriting(xml: string): ScannedDocument | undefined {
  if (indented.test(xml)) return undefined;
  const start = xml.indexOf('<ds:');
  const block = start === -1 ? undefined : readOwnSignature(xml, start);
  if (!block) return undefined;
  const document = xml.slice(0, start) + xml.slice(block.end);
  const body = scan(document, signatureElements);
  const isLastChild = block.end + `</${body.name}>`.length === xml.length;
  const canonicalRoot = body.attributes.every(([name]) => name !== 'xmlns:ds');
  if (!isLastChild || !canonicalRoot) return undefined;
  if (writeElement(body) !== document) return undefined;
  return { body, block, own: { document, signedInfo: writeSignedInfo(block.algorithm, block.digest) } };
}

function inAnyWriting(xml: string): ScannedDocument {
  const root = scan(xml);
  const attributes = root.attributes.filter(([name]) => name !== 'xmlns:ds');
  return { body: { ...root, attributes, children: root.children.slice(0, -1) }, block: readSignature(root) };
}

function readFrom(root: XmlElement): string {
  const header = root.children[0];
  const senders = header?.name === 'l:Header' ? header.children.filter(({ name }) => name === 'l:From') : [];
  if (senders.length !== 1) throw unauthenticated('sender-missing', 'the header does not name one sender');
  return senders[0]?.text ?? '';
}

/** Reads the signed text itself, and makes sure that our scanner and libxml2 saw the same document. */
function rescan(document: string, body: XmlElement): XmlElement {
  const signed = scan(document);
  if (writeElement(signed) === writeElement(body)) return signed;
  throw unauthenticated('parser-disagreement', 'libxml2 read another document than the scanner');
}
