import { ProtocolError } from './errors.ts';
import type { XmlElement } from './tree.ts';

/** What no document of this protocol exceeds; announced in Capabilities and in docs/protocol.md. */
export const limits = {
  messageBytes: 256 * 1024,
  depth: 12,
  elements: 1000,
  attributes: 8,
  textBytes: 64 * 1024,
} as const;

/** The only XML declaration a document may start with; our own writer leaves it out. */
export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>';

/** The refusal of a document whose sender is not proven: answered with a constant 401, the code stays local. */
export function unauthenticated(code: string, detail: string): ProtocolError {
  return new ProtocolError(code, detail, { unauthenticated: true });
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The first gate, before any parser: size, encoding, characters and references of the raw bytes.
 * Returns the document as text, without its XML declaration.
 */
export function gateBytes(bytes: Uint8Array): string {
  if (bytes.byteLength > limits.messageBytes) throw unauthenticated('too-large', 'more than 262144 bytes');
  if (bytes.byteLength === 0) throw unauthenticated('empty', 'no bytes');
  if (bytes[0] === 0xef && bytes[1] === 0xbb)
    throw unauthenticated('byte-order-mark', 'the document starts with a BOM');
  const text = decodeUtf8(bytes);
  const body = text.startsWith(xmlDeclaration) ? text.slice(xmlDeclaration.length) : text;
  gateCharacters(body);
  gateReferences(body);
  return body;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw unauthenticated('not-utf8', 'the bytes are not valid UTF-8');
  }
}

/** Refuses what is no XML character, CR (it would not survive a parser), and every "<!" and "<?". */
export function gateCharacters(text: string): void {
  const found = /[\0-\x08\x0b-\x1f\ufffe\uffff]|<[!?]/.exec(text)?.[0];
  if (found === undefined) return;
  if (found === '\r') throw unauthenticated('carriage-return', 'a CR character');
  if (found === '<?') throw unauthenticated('processing-instruction', '"<?" in the document');
  if (found === '<!') throw unauthenticated('markup-declaration', '"<!" in the document');
  throw unauthenticated('forbidden-character', 'a character XML does not allow');
}

const notPredefined = /&(?!(?:lt|gt|amp|quot|apos);)/;
const reference = /&(?:(?:lt|gt|amp|quot|apos)|#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6})));/y;

/** Only the five predefined entities, and numbers of characters that may stand here literally. */
function gateReferences(text: string): void {
  if (!text.includes('&') || !notPredefined.test(text)) return;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    reference.lastIndex = at;
    const found = reference.exec(text);
    if (!found) throw unauthenticated('reference', `an unknown reference at character ${at}`);
    const [, decimal, hexadecimal] = found;
    if (decimal === undefined && hexadecimal === undefined) continue;
    gateCodePoint(decimal === undefined ? parseInt(hexadecimal ?? '', 16) : parseInt(decimal, 10));
  }
}

function gateCodePoint(code: number): void {
  if (code === 13) throw unauthenticated('carriage-return', 'a reference to CR');
  const legal =
    code === 9 ||
    code === 10 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  if (!legal) throw unauthenticated('forbidden-character', 'a reference to no XML character');
}

/**
 * The same limits for a tree we are about to write, so that nobody else has to refuse it. `besides` is how many
 * more elements the document will have.
 */
export function gateTree(root: XmlElement, besides = 0): void {
  let elements = besides;
  const visit = (element: XmlElement, depth: number): void => {
    elements += 1;
    if (depth > limits.depth) throw unauthenticated('too-deep', `more than ${limits.depth} levels`);
    if (element.attributes.length > limits.attributes) throw unauthenticated('too-many-attributes', element.name);
    gateTextLength(element.text);
    for (const child of element.children) visit(child, depth + 1);
  };
  visit(root, 1);
  if (elements > limits.elements) throw unauthenticated('too-many-elements', `more than ${limits.elements} elements`);
}

/** At most 64 KiB of UTF-8 in one text or attribute value. */
export function gateTextLength(text: string): void {
  if (text.length * 3 <= limits.textBytes) return;
  if (new TextEncoder().encode(text).byteLength <= limits.textBytes) return;
  throw unauthenticated('text-too-long', `more than ${limits.textBytes} bytes in one value`);
}
