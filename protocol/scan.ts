import { gateTextLength, limits, unauthenticated } from './gate.ts';
import { leadNamespace, signatureNamespace, type XmlElement } from './tree.ts';

type Attribute = readonly [string, string];

interface Cursor {
  readonly xml: string;
  at: number;
  elements: number;
}

interface OpenTag {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly selfClosed: boolean;
}

const namespaces: ReadonlyMap<string, string> = new Map([
  ['xmlns:l', leadNamespace],
  ['xmlns:ds', signatureNamespace],
]);

/**
 * The gate on structure and the only tokenizer of this package: reads the profile's small subset of XML and refuses
 * everything else. White space between elements is skipped: it is signed, but it means nothing.
 * Expects text that passed `gateBytes`. `elements` is how many were met elsewhere in the same document.
 */
export function scan(xml: string, elements = 0): XmlElement {
  const cursor: Cursor = { xml, at: 0, elements };
  skipSpace(cursor);
  const root = readElement(cursor, 1);
  skipSpace(cursor);
  if (cursor.at !== xml.length) throw unauthenticated('trailing-content', 'something follows the root element');
  checkPrefixes(root);
  return root;
}

const space = /[ \t\n]*/y;

function skipSpace(cursor: Cursor): void {
  space.lastIndex = cursor.at;
  space.test(cursor.xml);
  cursor.at = space.lastIndex;
}

function readElement(cursor: Cursor, depth: number): XmlElement {
  if (depth > limits.depth) throw unauthenticated('too-deep', `more than ${limits.depth} levels`);
  cursor.elements += 1;
  if (cursor.elements > limits.elements) {
    throw unauthenticated('too-many-elements', `more than ${limits.elements} elements`);
  }
  const leaf = take(cursor, plainLeaf);
  if (leaf) return readPlainLeaf(leaf);
  const { name, attributes, selfClosed } = readOpenTag(cursor);
  if (selfClosed) return { name, attributes, children: none, text: '' };
  const children: XmlElement[] = [];
  let text = readText(cursor);
  while (cursor.xml.charCodeAt(cursor.at + 1) !== slash) {
    children.push(readElement(cursor, depth + 1));
    text += readText(cursor);
  }
  readCloseTag(cursor, name);
  if (children.length === 0) return { name, attributes, children, text };
  if (text !== '' && !/^[ \t\n]*$/.test(text))
    throw unauthenticated('mixed-content', `text beside the elements in ${name}`);
  return { name, attributes, children, text: '' };
}

/** Most elements by far, in one step: at most one attribute, no children, nothing to decode. */
const plainLeaf = /<((?:l|ds):[A-Za-z][A-Za-z0-9]*)(?: ([A-Za-z][A-Za-z0-9]*)="([^"<&\t\n]*)")?>([^<&\]]*)<\/\1>/y;
const none: readonly never[] = [];

function readPlainLeaf([, name = '', key, value = '', text = '']: RegExpExecArray): XmlElement {
  gateTextLength(text);
  if (key === undefined) return { name, attributes: none, children: none, text };
  checkAttribute(key, value);
  return { name, attributes: [[key, value]], children: none, text };
}

const slash = 0x2f;
const lessThan = 0x3c;
const startOfTag = /<((?:l|ds):[A-Za-z][A-Za-z0-9]*)(>?)/y;
const attribute = /[ \t\n]+([A-Za-z][A-Za-z0-9:]*)[ \t\n]*=[ \t\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const endOfTag = /[ \t\n]*(\/?)>/y;

function readOpenTag(cursor: Cursor): OpenTag {
  const [, name, closed] = take(cursor, startOfTag) ?? [];
  if (name === undefined) throw unauthenticated('not-well-formed', `no element of this profile at ${cursor.at}`);
  if (closed === '>') return { name, attributes: none, selfClosed: false };
  const attributes: Attribute[] = [];
  for (;;) {
    const end = take(cursor, endOfTag);
    if (end) return { name, attributes, selfClosed: end[1] === '/' };
    attributes.push(readAttribute(cursor, attributes));
  }
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.xml);
  if (found) cursor.at = pattern.lastIndex;
  return found;
}

function readAttribute(cursor: Cursor, before: readonly Attribute[]): Attribute {
  const found = take(cursor, attribute);
  const name = found?.[1];
  if (!found || name === undefined) throw unauthenticated('not-well-formed', `no attribute at ${cursor.at}`);
  if (before.length >= limits.attributes) throw unauthenticated('too-many-attributes', name);
  if (before.some(([other]) => other === name)) throw unauthenticated('duplicate-attribute', name);
  const value = decode((found[2] ?? found[3] ?? '').replace(/[\t\n]/g, ' '));
  checkAttribute(name, value);
  return [name, value];
}

function checkAttribute(name: string, value: string): void {
  gateTextLength(value);
  if (/^xml/i.test(name)) {
    if (namespaces.get(name) === value) return;
    throw unauthenticated('namespace', `${name} is not allowed`);
  }
  if (name.includes(':')) throw unauthenticated('foreign-prefix', `the attribute ${name}`);
  if (name.toLowerCase() === 'id') throw unauthenticated('id-attribute', 'no element has an id');
}

function readText(cursor: Cursor): string {
  if (cursor.xml.charCodeAt(cursor.at) === lessThan) return '';
  const end = cursor.xml.indexOf('<', cursor.at);
  if (end === -1) throw unauthenticated('not-well-formed', 'the document ends inside an element');
  const raw = cursor.xml.slice(cursor.at, end);
  if (raw.includes(']]>')) throw unauthenticated('not-well-formed', '"]]>" in text');
  cursor.at = end;
  const text = decode(raw);
  gateTextLength(text);
  return text;
}

function readCloseTag(cursor: Cursor, name: string): void {
  if (cursor.xml.startsWith(`</${name}>`, cursor.at)) {
    cursor.at += name.length + 3;
    return;
  }
  const end = cursor.at + 2 + name.length;
  const named = cursor.xml.startsWith(name, cursor.at + 2);
  cursor.at = end;
  if (!named || !take(cursor, endOfTag)?.[0].endsWith('>') || cursor.xml[cursor.at - 2] === '/') {
    throw unauthenticated('not-well-formed', `${name} is not closed`);
  }
}

const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(raw: string): string {
  if (!raw.includes('&')) return raw;
  if (!raw.includes('&#')) return decodePredefined(raw);
  return raw.replace(/&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));/g, (_, hexadecimal, decimal, entity) => {
    if (typeof entity === 'string') return predefined[entity] ?? '';
    return String.fromCodePoint(
      typeof decimal === 'string' ? parseInt(decimal, 10) : parseInt(String(hexadecimal), 16),
    );
  });
}

/** One name after the other, several times faster than one reference after the other; `&amp;` last: what it yields is not read again. */
function decodePredefined(raw: string): string {
  const others = raw
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'");
  return others.replace(/&amp;/g, '&');
}

/** `l` is declared on the root; `ds` on the root or on ds:Signature, and stands nowhere outside of it. */
function checkPrefixes(root: XmlElement): void {
  if (!root.name.startsWith('l:')) throw unauthenticated('namespace', `the root is ${root.name}`);
  if (!declares(root, 'xmlns:l')) throw unauthenticated('namespace', 'the root does not declare the prefix l');
  const signature = root.children.at(-1);
  for (const child of root.children) {
    if (child === signature && child.name === 'ds:Signature') {
      if (!declares(root, 'xmlns:ds') && !declares(child, 'xmlns:ds')) {
        throw unauthenticated('namespace', 'the prefix ds is not declared');
      }
      for (const part of child.children) checkBelow(part, 'ds:');
    } else checkBelow(child, 'l:');
  }
}

const declares = (element: XmlElement, name: string) => element.attributes.some(([other]) => other === name);

function checkBelow(element: XmlElement, prefix: 'l:' | 'ds:'): void {
  if (!element.name.startsWith(prefix)) throw unauthenticated('misplaced-element', element.name);
  for (const [name] of element.attributes) {
    if (name.startsWith('xmlns')) throw unauthenticated('namespace', `${name} on ${element.name}`);
  }
  for (const child of element.children) checkBelow(child, prefix);
}
