import { ParseOption, XmlC14NMode, XmlDocument, XmlElement, type XmlTreeNode } from 'libxml2-wasm';
import { unauthenticated } from './gate.ts';

/** The two canonical strings a signature is about. */
export interface CanonicalParts {
  /** The document without its ds:Signature. */
  readonly document: string;
  readonly signedInfo: string;
}

const option = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG;
const mode = XmlC14NMode.XML_C14N_EXCLUSIVE_1_0;

/**
 * Canonicalises a document in anyone's formatting with libxml2. Only for text that passed both gates: libxml2 by itself
 * accepts DTDs, comments and more.
 */
export function canonicalParts(xml: string): CanonicalParts {
  let parsed: XmlDocument;
  try {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a set of bits, typed as one bit by the library
    parsed = XmlDocument.fromString(xml, { option });
  } catch {
    throw unauthenticated('not-well-formed', 'libxml2 does not read this document');
  }
  using document = parsed;
  const signature = lastElement(document.root.lastChild);
  const signedInfo = signature && firstElement(signature.firstChild);
  if (signature?.name !== 'Signature' || signedInfo?.name !== 'SignedInfo') {
    throw unauthenticated('parser-disagreement', 'libxml2 finds no signature where the scanner did');
  }
  const signedInfoText = signedInfo.canonicalizeToString({ mode });
  signature.remove();
  const documentText = document.canonicalizeToString({ mode });
  if (signedInfoText === '' || documentText === '')
    throw unauthenticated('canonicalisation', 'an empty canonical form');
  return { document: documentText, signedInfo: signedInfoText };
}

function firstElement(node: XmlTreeNode | null): XmlElement | undefined {
  for (let at = node; at; at = at.next) if (at instanceof XmlElement) return at;
  return undefined;
}

function lastElement(node: XmlTreeNode | null): XmlElement | undefined {
  for (let at = node; at; at = at.prev) if (at instanceof XmlElement) return at;
  return undefined;
}
