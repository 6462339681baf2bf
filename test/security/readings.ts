import { XMLParser } from 'fast-xml-parser';
import { ParseOption, XmlDocument, XmlElement as LibxmlElement, XmlText } from 'libxml2-wasm';
import { createRequire } from 'node:module';
import { leadNamespace, signatureNamespace, type XmlElement } from '../../protocol/tree.ts';
import { writeForXmldom } from '../../protocol/witness.ts';

/** What a parser read, in one form for all: names with their namespace, attributes by name, text of leaves only. */
export type Reading = readonly [
  name: string,
  attributes: readonly (readonly [string, string])[],
  inner: string | readonly Reading[],
];

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]) => (one < other ? -1 : 1);
const isDeclaration = (name: string) => name === 'xmlns' || name.startsWith('xmlns:');
const makeReading = (name: string, attributes: [string, string][], children: Reading[], text: string): Reading => [
  name,
  attributes.filter(([key]) => !isDeclaration(key)).toSorted(byName),
  children.length > 0 ? children : text,
];

/** Text beside elements means nothing where it is white space; elsewhere it must not go unnoticed. */
const innerText = (children: readonly Reading[], text: string) => {
  if (children.length > 0 && !/^[ \t\n]*$/.test(text)) throw new Error('text beside elements');
  return text;
};

const namespaces: Readonly<Record<string, string>> = { l: leadNamespace, ds: signatureNamespace };
function expand(name: string): string {
  const [prefix = '', local = ''] = name.split(':');
  return `{${namespaces[prefix] ?? '?'}}${local}`;
}

/** Of the scanner of the protocol. */
export function readOurs({ name, attributes, children, text }: XmlElement): Reading {
  const pairs = attributes.map(([key, value]): [string, string] => [key, value]);
  return makeReading(expand(name), pairs, children.map(readOurs), text);
}

const option = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE;

/** Of libxml2, which xmlsec1 and most languages use. Throws when it does not read the document. */
export function readLibxml(xml: string): Reading {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a set of bits, typed as one bit by the library
  using document = XmlDocument.fromString(xml, { option });
  return ofLibxml(document.root);
}

function ofLibxml(element: LibxmlElement): Reading {
  const children: Reading[] = [];
  let text = '';
  for (let node = element.firstChild; node; node = node.next) {
    if (node instanceof LibxmlElement) children.push(ofLibxml(node));
    else if (node instanceof XmlText) text += node.content;
    else throw new Error('another kind of node');
  }
  const attributes = element.attrs.map(({ name, prefix, value }): [string, string] => [
    prefix ? `${prefix}:${name}` : name,
    value,
  ]);
  return makeReading(`{${element.namespaceUri}}${element.name}`, attributes, children, innerText(children, text));
}

interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly data: string;
  readonly value: string;
  readonly childNodes: ArrayLike<DomNode>;
  readonly attributes: ArrayLike<DomNode>;
}
interface DomParser {
  parseFromString(xml: string, type: string): { readonly documentElement: DomNode };
}
/** The one that xml-crypto brings and uses. */
const { DOMParser } = createRequire(import.meta.resolve('xml-crypto'))('@xmldom/xmldom') as {
  DOMParser: new (options: object) => DomParser;
};

const refuse = (fault: string): never => {
  throw new Error(fault);
};

/** Of xmldom, which xml-crypto uses, with the same help as the witness gives it. */
export function readXmldom(xml: string): Reading {
  const parser = new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } });
  return ofDom(parser.parseFromString(writeForXmldom(xml), 'text/xml').documentElement);
}

function ofDom(element: DomNode): Reading {
  const children: Reading[] = [];
  let text = '';
  for (const node of Array.from(element.childNodes)) {
    if (node.nodeType === 1) children.push(ofDom(node));
    else if (node.nodeType === 3) text += node.data;
    else throw new Error('another kind of node');
  }
  const attributes = Array.from(element.attributes, ({ nodeName, value }): [string, string] => [nodeName, value]);
  const name = `{${element.namespaceURI ?? '?'}}${element.localName}`;
  return makeReading(name, attributes, children, innerText(children, text));
}

type Ordered = Readonly<Record<string, unknown>>;
const fastParser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  allowBooleanAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  ignoreDeclaration: true,
});

/** Of fast-xml-parser, set to change nothing. It knows no namespaces: prefixes are taken for what the profile binds them to. */
export function readFastXmlParser(xml: string): Reading {
  const roots = (fastParser.parse(xml) as Ordered[]).filter((node) => !('#text' in node));
  if (roots.length !== 1 || !roots[0]) throw new Error('not one root');
  return ofOrdered(roots[0]);
}

function ofOrdered(node: Ordered): Reading {
  const [name = ''] = Object.keys(node).filter((key) => key !== ':@');
  const inner = node[name] as Ordered[];
  const children = inner.filter((each) => !('#text' in each)).map(ofOrdered);
  const text = inner.flatMap((each) => ('#text' in each ? [String(each['#text'])] : [])).join('');
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>);
  return makeReading(expand(name), attributes, children, innerText(children, text));
}
